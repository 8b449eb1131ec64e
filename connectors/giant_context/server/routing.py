"""What stands between the router and a call: who calls, for which tenant, and a path, query and body to be trusted."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from connectors.giant_context.server.access import APP_ID, ORGANIZATION_ID, PROJECT_ID
from connectors.giant_context.server.bodies import parse_body
from connectors.giant_context.server.refusals import Refusal, bad_request, not_found

MAX_BODY: Final = 1024 * 1024

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_TENANT: Final = (ORGANIZATION_ID, PROJECT_ID, APP_ID)


class StrictRequest(Request):
    """A request whose body is bounded and read strictly."""

    async def body(self) -> bytes:
        """Return the body.

        Raises:
            Refusal: 413, it is larger than a call needs.
        """
        if not hasattr(self, "_body"):
            declared = self.headers.get("content-length", "0")
            if declared.isdecimal() and int(declared[:20]) > MAX_BODY:
                raise Refusal(413, "The body is larger than 1 MiB.")
            size, chunks = 0, []
            async for chunk in self.stream():
                size += len(chunk)
                if size > MAX_BODY:
                    raise Refusal(413, "The body is larger than 1 MiB.")
                chunks.append(chunk)
            self._body = b"".join(chunks)
        return self._body

    async def json(self) -> Any:
        """Return the body's value; see `bodies`."""
        return parse_body(await self.body())


class OpenRoute(APIRoute):
    """A route for callers who are not known yet."""

    def get_route_handler(self) -> Handler:
        """Wrap the handler of the framework."""
        inner, known = super().get_route_handler(), _query_names(self.dependant)

        async def handle(request: Request) -> Response:
            self.admit(request)
            _check_address(request, known)
            return await inner(StrictRequest(request.scope, request.receive))

        return handle

    def admit(self, request: Request) -> None:
        """Let everybody in."""


class CrmRoute(OpenRoute):
    """A route inside the tenant. The caller is checked before a byte of the body is read."""

    def admit(self, request: Request) -> None:
        """Let in who has a token, and names the one tenant.

        Raises:
            Refusal: 401, 404.
        """
        request.app.state.desk.check(request.headers.get("authorization"))
        named = request.path_params
        # The same answer as for an unknown path: whether another tenant exists is not said.
        if (named["organizationId"], named["projectId"], named["appId"]) != _TENANT:
            raise not_found("App")


def _query_names(dependant: Dependant) -> frozenset[str]:
    """The names that a route reads from the query."""
    own = {field.alias for field in dependant.query_params}
    return frozenset(own.union(*map(_query_names, dependant.dependencies)))


def _check_address(request: Request, known: frozenset[str]) -> None:
    # Routes are found by the decoded path, where an id's slash would look like the path's own; no id has one.
    if b"%2f" in (request.scope.get("raw_path") or b"").lower():
        raise not_found("Path")
    if not request.scope["query_string"]:
        return
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        # What is ignored would look like an answer to what was asked.
        if name not in known:
            raise bad_request(f"query.{name[:50]}: there is no such parameter here.")
        if given.count(name) > 1:
            raise bad_request(f"query.{name}: it is given more than once.")

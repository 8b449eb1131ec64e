"""What stands between the router and a CRM call: who calls, for which tenant, and a body that can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute

from connectors.giant_context.server.access import APP_ID, ORGANIZATION_ID, PROJECT_ID
from connectors.giant_context.server.bodies import parse_body
from connectors.giant_context.server.refusals import Refusal, not_found

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
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await inner(StrictRequest(request.scope, request.receive))

        return handle


class CrmRoute(APIRoute):
    """A route inside the tenant. The caller is checked before a byte of the body is read."""

    def get_route_handler(self) -> Handler:
        """Wrap the handler of the framework."""
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            request.app.state.desk.check(request.headers.get("authorization"))
            named = request.path_params
            # The same answer as for an unknown path: whether another tenant exists is not said.
            if (named["organizationId"], named["projectId"], named["appId"]) != _TENANT:
                raise not_found("App")
            return await inner(StrictRequest(request.scope, request.receive))

        return handle

"""What stands before Dagster's GraphQL: it is asked by POST, with a body that says of what type it is."""

from __future__ import annotations

from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

BODIES: Final = ("application/json", "application/graphql")
"""The types of body that Dagster reads; with any other it takes the query from the address."""


class PostedGraphQL:
    """Refuses GraphQL in an address: a link, a picture or a form of any page could launch a run."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is not posted; GET has the page in which a reader writes queries, and nothing else."""
        if scope["type"] == "http" and scope["path"].rstrip("/") == "/graphql":
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
            body = headers.get("content-type", "").partition(";")[0].strip().lower()
            page = scope["method"] == "GET" and "text/html" in headers.get("accept", "")
            if scope["method"] == "POST" and body not in BODIES:
                await PlainTextResponse("GraphQL is taken as application/json.", 415)(scope, receive, send)
                return
            if scope["method"] != "POST" and not page:
                refusal = PlainTextResponse("GraphQL is asked by POST.", 405, {"Allow": "POST"})
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

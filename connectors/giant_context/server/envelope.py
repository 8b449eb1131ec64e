"""What every answer gets: a request id of its own, and no traceback when something breaks."""

from __future__ import annotations

import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.giant_context.server.refusals import refusal_answer
from connectors.giant_context.server.store.ids import new_id

log = logging.getLogger(__name__)


class Envelope:
    """The outermost middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on, and answer 500 for what nobody else answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_id()  # never the caller's: it must be one
        started = False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            log.exception("request %s failed", request_id)
            if started:
                raise
            await refusal_answer(500, "Something went wrong on our side.")(scope, receive, send_with_id)

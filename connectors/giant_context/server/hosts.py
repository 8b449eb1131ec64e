"""Who may be called by which name: a server on loopback answers to loopback names."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.giant_context.server.refusals import refusal_answer

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class LoopbackHosts:
    """Answers calls to a loopback name only.

    A web page anywhere may point a name of its own at 127.0.0.1 and call a local server through the reader's browser
    (DNS rebinding); the Host header gives it away.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a foreign Host, pass on the rest."""
        if scope["type"] == "http":
            host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
            if host_name(host) not in LOOPBACK_NAMES:
                answer = refusal_answer(400, "This server answers to a loopback name only.")
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


def host_name(host: str) -> str:
    """Return the name in a Host header: no port, no brackets, lower case."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()

"""Who may call a server on this machine: programs, and the pages that it served itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.giant_context.server.refusals import Refusal, refusal_answer

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})

OWN_SITES: Final = frozenset({"same-origin", "none"})
"""What a browser says of the site that a call comes from where it is the server's own, or where a reader typed it."""


class LoopbackHosts:
    """Answers calls to a loopback name that no page from elsewhere makes.

    A web page anywhere may point a name of its own at 127.0.0.1 and call a local server through the reader's browser
    (DNS rebinding): the Host header gives it away. It may also call the server by its true name, without reading the
    answer: then Origin does, or Sec-Fetch-Site, and another port of this machine is elsewhere, too. Programs send none
    of these.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a foreign Host or page, pass on the rest."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = _refusal(headers, links=scope["type"] == "http" and scope["method"] in ("GET", "HEAD"))
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await refusal_answer(refusal.status_code, str(refusal.detail))(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})


def _refusal(headers: Mapping[str, str], *, links: bool) -> Refusal | None:
    """Why a call is refused, if it is. `links`: whether a link on a page from elsewhere may lead here."""
    host = headers.get("host", "")
    if host_name(host) not in LOOPBACK_NAMES:
        return Refusal(400, "This server answers to a loopback name only.")
    foreign = Refusal(403, "This server answers no page that it has not served itself.")
    if (origin := headers.get("origin")) is not None and origin.lower() != f"http://{host}".lower():
        return foreign
    if headers.get("sec-fetch-site", "none") in OWN_SITES:
        return None
    followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return None if links and followed else foreign


def host_name(host: str) -> str:
    """Return the name in a Host header: no port, no brackets, lower case."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()

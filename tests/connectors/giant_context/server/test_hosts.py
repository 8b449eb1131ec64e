"""Who may call a server on this machine: programs, and the pages that it served itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors.giant_context.server.hosts import LoopbackHosts
from tests.connectors.giant_context.server.crm import ROOT, embedded

OURS = {"host": "127.0.0.1:3000"}
NAVIGATION = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}

CALLS = [
    ("POST", {}, 200),
    ("POST", {"origin": "http://127.0.0.1:3000", "sec-fetch-site": "same-origin"}, 200),
    ("GET", {"sec-fetch-site": "none"}, 200),
    ("GET", {"sec-fetch-site": "cross-site", **NAVIGATION}, 200),
    ("POST", {"origin": "http://127.0.0.1:8080"}, 403),
    ("POST", {"origin": "http://localhost:3000"}, 403),
    ("POST", {"origin": "https://evil.example"}, 403),
    ("POST", {"origin": "null"}, 403),
    ("POST", {"origin": "http://127.0.0.1:3000.evil.example"}, 403),
    ("POST", {"sec-fetch-site": "same-site"}, 403),
    ("POST", {"sec-fetch-site": "cross-site", **NAVIGATION}, 403),
    ("GET", {"sec-fetch-site": "cross-site"}, 403),
    ("GET", {"sec-fetch-site": "cross-site", **NAVIGATION, "sec-fetch-dest": "iframe"}, 403),
    ("GET", {"host": "evil.example:3000"}, 400),
    ("GET", {"host": ""}, 400),
]
"""Method and headers of a call beside our Host, and how it is answered."""


def answered(kind: str, method: str, headers: Mapping[str, str]) -> tuple[list[dict[str, Any]], bool]:
    """What the front says to a call, and whether it let it through."""
    through = False
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal through
        through = True

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in {**OURS, **headers}.items()]
    scope = {"type": kind, "method": method, "path": "/graphql", "headers": raw}
    asyncio.run(LoopbackHosts(app)(scope, receive, send))
    return sent, through


@pytest.mark.parametrize(("method", "headers", "status"), CALLS)
def test_only_programs_and_its_own_pages_may_call(method: str, headers: dict[str, str], status: int) -> None:
    """A page from elsewhere is refused by its Origin or by what the browser says of its site; a link may lead here."""
    sent, through = answered("http", method, headers)
    assert through == (status == 200)
    if not through:
        assert sent[0]["status"] == status


@pytest.mark.parametrize(
    ("headers", "open_"),
    [
        ({"origin": "http://127.0.0.1:3000", "sec-fetch-site": "same-origin"}, True),
        ({}, True),
        ({"origin": "https://evil.example", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "http://127.0.0.1:8080"}, False),
        ({"host": "evil.example"}, False),
        ({"sec-fetch-site": "cross-site", **NAVIGATION}, False),
    ],
)
def test_a_socket_is_opened_to_the_same(headers: dict[str, str], open_: bool) -> None:
    """A WebSocket has no same-origin rule of its own: a page from elsewhere is shut out before it is accepted."""
    sent, through = answered("websocket", "GET", headers)
    assert through == open_
    assert [message["type"] for message in sent] == ([] if open_ else ["websocket.close"])


def test_the_embedded_crm_stands_behind_it(tmp_path: Path) -> None:
    """Where it is served, a call that a page from elsewhere makes is refused though it has a good token."""
    with embedded(tmp_path, loopback_only=True) as crm:
        ours = {"host": "localhost:8765"}
        assert crm.http.get(f"{ROOT}/contacts", headers=ours).status_code == 200
        foreign = crm.http.get(f"{ROOT}/contacts", headers={**ours, "origin": "https://evil.example"})
        assert (foreign.status_code, foreign.json()["code"]) == (403, "FORBIDDEN")

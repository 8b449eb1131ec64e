"""Servers on loopback that misbehave over real sockets: they hang, drip, refuse, or answer what they were given."""

from __future__ import annotations

import json
import re
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

from connectors.giant_context.server.access import APP_ID, ORGANIZATION_ID, PROJECT_ID

Behaviour = Callable[[str], bytes | None]
"""What is answered to a request for a path; None: nothing, ever."""

DRIP: Final = 0.05
"""Seconds between two bytes of an answer that drips."""


def answer(status: int, body: Any = None, *, ahead: float = 0.0, **headers: str) -> bytes:
    """An answer on the wire: JSON, or the text that is given; `ahead`: how many seconds its date is off."""
    text = body if isinstance(body, str) else json.dumps(body)
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
    given = {"date": date, "content-length": str(len(text.encode())), **headers}
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name.replace('_', '-')}: {value}" for name, value in given.items())]
    return ("\r\n".join(lines) + "\r\n\r\n" + text).encode()


def token(ahead: float = 0.0, **headers: str) -> bytes:
    """A token for an hour."""
    ends = datetime.now(UTC) + timedelta(seconds=ahead, hours=1)
    return answer(200, {"token": "t", "expiresAt": ends.isoformat()}, ahead=ahead, **headers)


def nothing_yet(ahead: float = 0.0) -> bytes:
    """An empty page of a list."""
    meta = {"total": 0, "page": 1, "pageSize": 1, "totalPages": 0}
    return answer(200, {"data": [], "meta": meta}, ahead=ahead)


def hangs(_: str) -> None:
    """Accept, read, and never answer."""


def account(lists: Behaviour, *, ahead: float = 0.0, **headers: str) -> Behaviour:
    """A server that gives tokens, and answers all else as `lists` does."""
    return lambda path: token(ahead, **headers) if path.endswith("/auth/token") else lists(path)


class Hostile:
    """A server at work; `asked` are the paths that were asked for."""

    def __init__(self, behaviour: Behaviour, *, drips: bool, resets: int) -> None:
        self.asked: list[str] = []
        outer, over = self, threading.Event()
        self.over = over

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                while line := self.rfile.readline():
                    length = 0
                    while (header := self.rfile.readline()).strip():
                        if found := re.match(rb"(?i)content-length: (\d+)", header):
                            length = int(found[1])
                    self.rfile.read(length)
                    path = line.decode().split()[1]
                    outer.asked.append(path)
                    if len(outer.asked) <= resets:
                        return
                    said = behaviour(path.partition("?")[0])
                    if said is None:
                        over.wait(30)
                        return
                    self._send(said)

            def _send(self, said: bytes) -> None:
                try:
                    for place in range(0, len(said), 1 if drips else len(said)):
                        self.wfile.write(said[place : place + (1 if drips else len(said))])
                        if drips:
                            time.sleep(DRIP)
                            if over.is_set():
                                return
                except OSError:
                    return

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler, bind_and_activate=True)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"


@contextmanager
def hostile(behaviour: Behaviour, *, drips: bool = False, resets: int = 0) -> Iterator[Hostile]:
    """Serve for a while: `drips`: byte by byte; `resets`: so many requests get a closed connection first."""
    made = Hostile(behaviour, drips=drips, resets=resets)
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        made.server.shutdown()
        thread.join()
        made.server.socket.close()


@contextmanager
def nobody() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def crm_at(url: str, **more: Any) -> dict[str, Any]:
    """The section `[crm]` of an account at an address."""
    return {"base_url": url, "organization_id": ORGANIZATION_ID, "project_id": PROJECT_ID, "app_id": APP_ID, **more}

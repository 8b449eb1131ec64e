"""Calls an ASGI app in process, and breaks, stalls and times out as a socket does.

`httpx.ASGITransport` buffers the answer, knows no timeouts, and ends the app's work when its caller leaves. A server on
a socket does none of that.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

from connectors.giant_context.server.faults.connection import NAME


class Line:
    """The connection of one call, as the app sees it (reset, end, receive, send) and as its caller does (arrived)."""

    def __init__(self, body: bytes, patience: float | None) -> None:
        self._request: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        self._answer: asyncio.Queue[Message | Exception] = asyncio.Queue()
        self._patience = patience
        self.closed = asyncio.Event()

    def reset(self) -> None:
        """Break it: what was not read is lost."""
        while not self._answer.empty():
            self._answer.get_nowait()
        self.fail(httpx.ReadError("connection reset by peer"))

    def end(self) -> None:
        """End it after what was sent."""
        self.fail(httpx.RemoteProtocolError("peer closed connection without sending complete message body"))

    def fail(self, error: Exception) -> None:
        """Let the caller hear of an error, once what came before it is read."""
        self._answer.put_nowait(error)
        self.closed.set()

    async def receive(self) -> Message:
        """The request, then the end of the connection."""
        if self._request:
            return self._request.pop()
        await self.closed.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """A part of the answer, which nobody gets where the connection has ended."""
        if not self.closed.is_set():
            self._answer.put_nowait(message)

    async def arrived(self) -> Message:
        """The next part of the answer, or what became of the connection instead."""
        try:
            async with asyncio.timeout(self._patience):
                part = await self._answer.get()
        except TimeoutError:
            raise httpx.ReadTimeout("nothing came") from None
        if isinstance(part, Exception):
            raise part
        return part


class Body(httpx.AsyncByteStream):
    """The answer's body as it comes; closing it is what leaving is to the app."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def __aiter__(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            part = await self._line.arrived()
            yield part["body"]
            more = part.get("more_body", False)

    async def aclose(self) -> None:
        """Leave."""
        self._line.closed.set()


class SocketLike(httpx.AsyncBaseTransport):
    """A transport into `with_faults(app, plan)`, or into any app. Closing it waits for what the app is still at."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._at_work: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Make a call, and return as soon as its answer begins."""
        line = Line(await request.aread(), request.extensions.get("timeout", {}).get("read"))
        task = asyncio.create_task(self._work(_scope(request, line), line))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        try:
            start = await line.arrived()
        except BaseException:
            line.closed.set()
            raise
        return httpx.Response(start["status"], headers=start["headers"], stream=Body(line))

    async def aclose(self) -> None:
        """Wait for work that goes on though its caller has left: a late call, a slow one."""
        await asyncio.gather(*self._at_work)

    async def _work(self, scope: dict[str, Any], line: Line) -> None:
        try:
            await self._app(scope, line.receive, line.send)
        except Exception as error:  # noqa: BLE001 - a bug of the app is the test's to hear
            line.fail(error)


def _scope(request: httpx.Request, line: Line) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port),
        "client": ("127.0.0.1", 1),
        "root_path": "",
        "extensions": {NAME: {"connection": line}},
    }

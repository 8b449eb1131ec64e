"""What connections may take of the server before a call has come in whole."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from connectors.giant_context.server.refusals import refusal_answer
from connectors.giant_context.server.store.ids import new_id

MAX_HEAD: Final = 32 * 1024
"""Bytes of a call's first line and headers."""

MAX_CONNECTIONS: Final = 500

CALL_SECONDS: Final = 20.0
"""How long a call may take to come in, from the connection's beginning, or from its first byte in one that is kept."""


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's own protocol, which by itself reads a head without end and waits for a call for ever."""

    _head: int | None = None  # bytes that came of a head; None outside one
    _latest: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Wait for a call, unless too many wait already."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on. The parser tells of a header once it is whole: one that has no end is counted here."""
        within = self._head is not None
        super().data_received(data)
        if within and self._head is not None and not self.transport.is_closing():
            self._head += len(data)
            if self._head > MAX_HEAD:
                self.send_400_response("")

    def on_message_begin(self) -> None:
        """Count anew."""
        self._head = 0
        if self._latest is None:
            self._wait()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count the first line."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The body begins."""
        self._head = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The call is there."""
        self._wait_no_more()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or too much of it, in the shape of every refusal, and end the connection."""
        status, message = HTTPStatus.BAD_REQUEST, msg
        if self._head is not None and self._head > MAX_HEAD:
            status, message = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"The head is larger than {MAX_HEAD} bytes."
        answer = refusal_answer(status, message, {"connection": "close", "x-request-id": new_id()})
        head = [f"HTTP/1.1 {status} {status.phrase}".encode(), *map(b": ".join, answer.raw_headers)]
        self.transport.write(b"\r\n".join([*head, b"", bytes(answer.body)]))
        self.transport.close()

    def _count(self, size: int) -> None:
        self._head = (self._head or 0) + size
        if self._head > MAX_HEAD:
            raise ValueError("the head is too large")  # ends the parser, and with it the connection

    def _wait(self) -> None:
        self._latest = self.loop.call_later(CALL_SECONDS, self.transport.close)

    def _wait_no_more(self) -> None:
        if self._latest is not None:
            self._latest.cancel()
            self._latest = None

"""Calls over real sockets: what a lost connection means, and that a POST is never sent twice."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import re
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest

from connectors import errors
from connectors.http import Answer, Http, Limits

FINE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


class Peer:
    """A server that answers each request with the next answer, and counts what reaches it.

    At None it closes the connection without an answer; `closes` closes or resets it after each one.
    """

    def __init__(self, *answers: bytes | None, closes: Literal["", "close", "reset"] = "") -> None:
        self.answers = answers
        self.closes = closes
        self.requests: list[bytes] = []
        self.open: list[asyncio.StreamWriter] = []

    @asynccontextmanager
    async def listening(self, scheme: str = "http") -> AsyncIterator[str]:
        """Serve on a free port for a while; gives the base URL. Leaves no connection open."""
        server = await asyncio.start_server(self, "127.0.0.1", 0)
        try:
            async with server:
                yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            for writer in self.open:
                writer.close()
                with contextlib.suppress(ConnectionError):
                    await writer.wait_closed()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.open.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: (\d+)", head)
                self.requests.append(head + await reader.readexactly(int(length[1]) if length else 0))
                answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
                writer.write(answer or b"")
                await writer.drain()
                if answer is None or self.closes:
                    break
        if self.closes == "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()


def talk(peer: Peer, *methods: str, **limits: Any) -> list[Answer[Any] | errors.CallError]:
    """Make these calls one after another over one pool; gives what each ended with."""

    async def run() -> list[Answer[Any] | errors.CallError]:
        ended: list[Answer[Any] | errors.CallError] = []
        async with peer.listening() as base, Http(base, limits=Limits(**{"attempts": 1, **limits})) as http:
            for method in methods:
                body = {"a": 1} if method in {"POST", "PUT"} else None
                try:
                    ended.append(await http.call(method, "/x", route="/x", read=lambda value: value, json=body))
                except errors.CallError as error:
                    ended.append(error)
                await asyncio.sleep(0.01)
        return ended

    return asyncio.run(run())


def test_a_refused_connection_is_surely_not_sent() -> None:
    """Where nobody listens, a write has had no effect."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        async def run() -> None:
            async with Http(f"http://127.0.0.1:{port}", limits=Limits(attempts=1)) as http:
                await http.call("POST", "/x", route="/x", read=lambda value: value, json={})

        with pytest.raises(errors.NotApplied, match="ConnectError"):
            asyncio.run(run())


def test_connecting_that_takes_too_long_is_surely_not_sent() -> None:
    """A server that never takes the connection has not seen the call."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(deaf.getsockname())

        async def run() -> None:
            limits = Limits(attempts=1, connect=0.2)
            async with Http(f"http://127.0.0.1:{deaf.getsockname()[1]}", limits=limits) as http:
                await http.call("POST", "/x", route="/x", read=lambda value: value, json={})

        with pytest.raises(errors.NotApplied, match="ConnectTimeout"):
            asyncio.run(run())
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize("closes", ["close", "reset"])
@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"HTTP/1.1 200 OK\r\ncontent-le",
        FINE.replace(b": 2", b": 20"),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}",
        b"no HTTP at all\r\n\r\n",
    ],
)
def test_a_connection_lost_after_sending_leaves_a_write_in_doubt(
    answer: bytes | None, closes: Literal["close", "reset"]
) -> None:
    """Closed or reset before, in or after the head, or cut within the body: the call may have been applied, once."""
    peer = Peer(answer, closes=closes)
    (ended,) = talk(peer, "POST")
    assert type(ended) is errors.Ambiguous
    assert len(peer.requests) == 1


def test_a_post_on_a_connection_that_turns_out_closed_is_not_sent_again() -> None:
    """A server that ends a kept connection at the second call gets that call once: it may have been applied."""
    peer = Peer(FINE, None, FINE)
    first, second = talk(peer, "GET", "POST")
    assert isinstance(first, Answer)
    assert type(second) is errors.Ambiguous
    assert len(peer.requests) == 2


def test_connections_are_kept() -> None:
    """Calls one after another share a connection."""
    ports: set[int] = set()

    class Watching(Peer):
        async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            ports.add(writer.get_extra_info("peername")[1])
            await super().__call__(reader, writer)

    assert all(isinstance(ended, Answer) for ended in talk(Watching(FINE), "GET", "GET", "POST"))
    assert len(ports) == 1


def test_the_environments_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy named in the environment sees nothing of our calls."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    (ended,) = talk(Peer(FINE), "GET")
    assert isinstance(ended, Answer)


def test_an_answer_that_unpacks_beyond_the_cap_is_cut_off() -> None:
    """The cap counts what a zipped answer becomes."""
    bomb = gzip.compress(b'"' + b"a" * 300_000 + b'"')
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(bomb)
    (ended,) = talk(Peer(head + bomb), "GET", max_answer_bytes=1000)
    assert isinstance(ended, errors.ProtocolError)
    assert "longer than allowed" in ended.reason


def test_a_redirect_is_not_followed() -> None:
    """The address that a redirect names gets nothing."""
    peer = Peer(b"HTTP/1.1 307 X\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n")
    (ended,) = talk(peer, "POST")
    assert type(ended) is errors.Ambiguous
    assert len(peer.requests) == 1


def test_a_server_without_a_certificate_gets_nothing() -> None:
    """Where https is asked for, a server that does not prove who it is gets no call."""
    peer = Peer(FINE)

    async def run() -> None:
        limits = Limits(attempts=1, connect=0.2)
        async with peer.listening("https") as base, Http(base, limits=limits) as http:
            await http.call("POST", "/x", route="/x", read=lambda value: value, json={})

    with pytest.raises(errors.NotApplied):
        asyncio.run(run())
    assert peer.requests == []

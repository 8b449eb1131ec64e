"""What comes in by halves, or without end, takes a bounded part of the server."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import uvicorn

from connectors.giant_context import wire
from connectors.giant_context.server import bounds
from connectors.giant_context.server.app import create_app
from connectors.giant_context.server.serve import configured
from tests.connectors.giant_context.server.crm import KEY

LINE = b"GET / HTTP/1.1\r\nhost: localhost\r\n"


@contextmanager
def served_here(data_dir: Path) -> Iterator[tuple[str, int]]:
    """Serve a fresh CRM from this process as it is always served; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(configured(create_app(data_dir, api_key=KEY)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield listening.getsockname()
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A served CRM."""
    with served_here(tmp_path_factory.mktemp("served")) as found:
        yield found


def answer_to(address: tuple[str, int], sent: bytes) -> tuple[int, dict[str, str]]:
    """Send this on a connection of its own, and read the answer to the connection's end."""
    said = b""
    with socket.create_connection(address, timeout=10) as call:
        call.sendall(sent)
        with suppress(ConnectionError):
            while piece := call.recv(65536):
                said += piece
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"x-request-id: " in head
    return int(head.split()[1]), json.loads(body)


def ends(call: socket.socket) -> bool:
    """Whether the other side ends the connection, in whichever way."""
    try:
        while call.recv(65536):
            pass
    except ConnectionError:
        pass
    return True


@pytest.mark.parametrize(
    "head",
    [
        LINE + b"x: " + b"y" * bounds.MAX_HEAD + b"\r\n\r\n",
        LINE + b"".join(b"x%d: %s\r\n" % (n, b"y" * 200) for n in range(200)) + b"\r\n",
        b"GET /" + b"y" * bounds.MAX_HEAD + b" HTTP/1.1\r\n\r\n",
    ],
)
def test_a_large_head_is_refused(address: tuple[str, int], head: bytes) -> None:
    """Headers or a first line beyond the bound answer 431."""
    status, body = answer_to(address, head)
    assert (status, body["code"]) == (431, "BAD_REQUEST")


def test_a_head_without_end_is_not_read_on(address: tuple[str, int]) -> None:
    """A header that never ends is given up at the bound, long before the call's time is over."""
    with socket.create_connection(address, timeout=10) as call:
        with suppress(ConnectionError):
            call.sendall(LINE + b"x: ")
            for _ in range(bounds.MAX_HEAD // 1024 + 1000):
                call.sendall(b"y" * 1024)
        assert ends(call)


def test_what_is_no_http_is_refused_in_the_same_shape(address: tuple[str, int]) -> None:
    """Anything else than HTTP answers 400 with message and code."""
    status, body = answer_to(address, b"good morning\r\n\r\n")
    assert (status, set(body)) == (400, {"message", "code"})


def test_a_large_body_is_no_large_head(address: tuple[str, int]) -> None:
    """The bound is the head's: a body of a permitted size comes through, in one connection with the next call."""
    content = json.dumps({"apiKey": KEY}).encode() + b" " * 500_000
    call = b"POST %s HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
    one = call % (wire.TOKEN_PATH.encode(), len(content), content)
    with socket.create_connection(address, timeout=10) as kept:
        for _ in range(2):
            kept.sendall(one)
            answer = b""
            while not answer.endswith(b"}"):  # head and body may come apart
                answer += kept.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("begun", [b"", LINE, LINE + b"content-length: 9\r\n\r\nhalf"])
def test_a_call_that_does_not_come_in_is_given_up(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    """A connection that sends nothing, half a head or half a body is ended after a while."""
    monkeypatch.setattr(bounds, "CALL_SECONDS", 0.2)
    with socket.create_connection(address, timeout=10) as call:
        call.sendall(begun)
        assert ends(call)


def test_connections_are_counted(address: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the most that may be open at once, a new connection is ended at once, and those before it live."""
    monkeypatch.setattr(bounds, "MAX_CONNECTIONS", 5)
    with ExitStack() as opened:
        calls = [opened.enter_context(socket.create_connection(address, timeout=10)) for _ in range(5)]
        with socket.create_connection(address, timeout=10) as late:
            assert ends(late)
        calls[0].sendall(LINE + b"\r\n")
        assert calls[0].recv(65536).startswith(b"HTTP/1.1 404 ")

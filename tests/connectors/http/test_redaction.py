"""Nothing secret or personal leaves the HTTP seam."""

from __future__ import annotations

import logging
from base64 import b64encode

import httpx
import pytest

from connectors import errors
from connectors.http.redaction import redacted
from tests.connectors.http.fakes import OK, Badge, Server, send


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Email anna@example.org is taken", "Email […] is taken"),
        ("search=anna%40example.org", "[…]"),
        ("Call +49 (30) 123-4567 now", "Call […] now"),
        ("Taken by 3f2b8c1e-1234-4abc-9def-1234567890ab", "Taken by 3f2b8c1e-1234-4abc-9def-1234567890ab"),
        ("Two\nlines\x1b[31m", "Two lines [31m"),
        ("MUSTERMANN exists", "[…] exists"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_servers_words_are_redacted(said: str, shown: str) -> None:
    """Addresses, numbers and whatever we sent disappear; the rest is one line of at most 200 characters."""
    assert redacted(said, ["Mustermann"]) == shown


def test_canaries_never_surface(caplog: pytest.LogCaptureFixture) -> None:
    """Neither errors with their causes nor any log line show what was sent, asked or used as a key."""
    caplog.set_level(logging.DEBUG)
    canaries = ("canary@example.org", "canary%40", "Canaryname", "secret-token")
    for status in (307, 400, 401, 409, 429, 500):

        def server(request: httpx.Request, status: int = status) -> httpx.Response:
            words = f"No: {request.url} {request.content.decode()} {request.headers['authorization']}"
            return httpx.Response(status, json={"message": words}, headers={"location": str(request.url)})

        body, query = {"name": ["Canaryname"]}, {"search": "canary@example.org"}
        with pytest.raises(errors.CallError) as caught:
            send(server, "PUT", repeatable=True, auth=Badge(), json=body, params=query)
        chain: BaseException | None = caught.value
        while chain is not None:
            assert not any(canary in str(chain) for canary in canaries)
            chain = chain.__cause__ or chain.__context__
    assert "next in" in caplog.text
    assert not any(canary in caplog.text for canary in canaries)


def test_a_login_that_a_server_repeats_is_not_told() -> None:
    """Name and password travel as one word in Base64; a server that says them in clear is not handed on either."""
    login = {"authorization": f"Basic {b64encode(b'app-4711:canary-password').decode()}"}
    server = Server(httpx.Response(400, json={"message": "app-4711 has no password canary-password"}))
    with pytest.raises(errors.Rejected) as caught:
        send(server, "POST", headers=login)
    assert str(caught.value).endswith("400 […] has no password […]")


def test_httpx_does_not_log_addresses(caplog: pytest.LogCaptureFixture) -> None:
    """The library's own line for each request, which shows the whole query, is held back at any level."""
    caplog.set_level(logging.DEBUG, logger="httpx")
    send(Server(OK), params={"search": "canary@example.org"})
    assert "canary" not in caplog.text

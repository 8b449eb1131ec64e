"""Addresses that may be called."""

from __future__ import annotations

import httpx
import pytest

from connectors import errors
from connectors.http import Http
from tests.connectors.http.fakes import OK, Server


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.test",
        "http://127.0.0.1.evil.test",
        "http://10.0.0.1",
        "ftp://crm.test",
        "crm.test",
        "https://",
        "https://user:hunter2@crm.test",
        "https://crm.test?key=hunter2",
        "https://crm.test/#hunter2",
        "http://[",
    ],
)
def test_unsafe_addresses_are_refused(url: str) -> None:
    """Beyond this machine only https is allowed, and the error shows no secret that the address holds."""
    with pytest.raises(errors.ConfigurationError) as caught:
        Http(url)
    assert "hunter2" not in str(caught.value)
    assert "crm.test" not in url or "://" not in url or "crm.test" in str(caught.value)


@pytest.mark.parametrize("url", ["https://crm.test/", "http://127.0.0.1:8000", "http://[::1]:1", "http://localhost"])
def test_safe_addresses_are_taken(url: str) -> None:
    """Https anywhere and http to this machine are fine."""
    Http(url, transport=httpx.MockTransport(Server(OK)))

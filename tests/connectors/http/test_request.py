"""Requests: what httpx would make of the same call."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Rejected
from connectors.http.call import Call
from connectors.http.request import request_of

BASE = "https://crm.example:8443/api"
TIMEOUTS = {"timeout": {"connect": 1.0}}
STANDARD = {"accept": "*/*", "accept-encoding": "gzip, deflate", "user-agent": "crm-bridge"}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def call(method: str, json: Any = None, params: dict[str, str | int] | None = None) -> Call[Any]:
    """A call, for its request."""
    return Call(method, "/x/a%20b", "…/x", lambda value: value, json, params or {}, False, (200,), False)


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    json=values,
    params=st.dictionaries(st.sampled_from(["page", "search", "q r"]), texts | st.integers(), max_size=2),
)
def test_a_request_is_what_httpx_would_make(method: str, json: Any, params: dict[str, str | int]) -> None:
    """The same address, body and headers, whatever the body and the query."""
    mine = request_of(call(method, json, params), BASE, {"Authorization": "Bearer x"}, TIMEOUTS)
    theirs = httpx.Request(
        method, f"{BASE}/x/a%20b", params=params or None, headers={**STANDARD, "Authorization": "Bearer x"}, json=json
    )
    assert (mine.method, mine.url, mine.content) == (theirs.method, theirs.url, theirs.content)
    assert mine.headers == theirs.headers
    assert mine.extensions == TIMEOUTS


@pytest.mark.parametrize("json", [float("nan"), "\ud800", object()])
def test_what_cannot_be_written_is_refused_without_showing_it(json: Any) -> None:
    """The row is set aside, and the text of the error holds no value."""
    with pytest.raises(Rejected, match=r"cannot be written as JSON or URL \(\w+\)"):
        request_of(call("POST", json), BASE, {}, TIMEOUTS)

"""What an answer, or the lack of one, means for a call."""

from __future__ import annotations

import gzip
from typing import Any

import httpx
import pytest

from connectors import errors
from connectors.http import Limits, Unreadable
from connectors.http.call import parse_json
from tests.connectors.http.fakes import OK, Server, fault, send


def test_an_answer_carries_value_status_and_request_id() -> None:
    """A usable answer has what `read` made of its JSON, beside status and request id."""
    answer = send(Server(OK), read=lambda value: value["fine"])
    assert (answer.value, answer.status, answer.request_id) == (True, 200, "req-1")


@pytest.mark.parametrize(
    ("outcome", "write", "read"),
    [
        (httpx.ConnectError("x"), errors.NotApplied, errors.NotApplied),
        (httpx.ConnectTimeout("x"), errors.NotApplied, errors.NotApplied),
        (httpx.PoolTimeout("x"), errors.NotApplied, errors.NotApplied),
        (httpx.Response(429), errors.RateLimited, errors.RateLimited),
        (httpx.Response(401), errors.AccessError, errors.AccessError),
        (httpx.Response(403), errors.Forbidden, errors.Forbidden),
        (httpx.Response(404), errors.NotFound, errors.NotFound),
        (httpx.Response(409), errors.Conflict, errors.Conflict),
        (httpx.Response(400), errors.Rejected, errors.Rejected),
        (httpx.Response(405), errors.Rejected, errors.Rejected),
        (httpx.Response(422), errors.Rejected, errors.Rejected),
        (httpx.Response(418), errors.Rejected, errors.Rejected),
        (httpx.Response(408), errors.Ambiguous, errors.NotApplied),
        (httpx.Response(500), errors.Ambiguous, errors.NotApplied),
        (httpx.Response(502), errors.Ambiguous, errors.NotApplied),
        (httpx.Response(503), errors.Ambiguous, errors.NotApplied),
        (httpx.Response(504), errors.Ambiguous, errors.NotApplied),
        (httpx.ReadTimeout("x"), errors.Ambiguous, errors.NotApplied),
        (httpx.WriteTimeout("x"), errors.Ambiguous, errors.NotApplied),
        (httpx.ReadError("x"), errors.Ambiguous, errors.NotApplied),
        (httpx.RemoteProtocolError("x"), errors.Ambiguous, errors.NotApplied),
        (httpx.Response(200, content=b'{"id": "cut'), errors.Ambiguous, errors.ProtocolError),
        (httpx.Response(200, content=b"<html>hello</html>"), errors.Ambiguous, errors.ProtocolError),
        (httpx.Response(200, content=b""), errors.Ambiguous, errors.ProtocolError),
        (httpx.Response(204), errors.Ambiguous, errors.ProtocolError),
        (httpx.Response(202, json={}), errors.Ambiguous, errors.ProtocolError),
        (httpx.Response(307, headers={"location": "https://evil.test/"}), errors.Ambiguous, errors.ProtocolError),
    ],
)
def test_each_outcome_has_its_error(
    outcome: httpx.Response | Exception, write: type[errors.CallError], read: type[errors.CallError]
) -> None:
    """The table at the top of the module holds, line by line."""
    assert type(fault(outcome, method="POST", json={})[0]) is write
    assert type(fault(outcome)[0]) is read


def test_errors_name_the_call_and_not_its_path() -> None:
    """An error carries method, route template, status and a cleaned request id."""
    refusal = httpx.Response(404, json={"message": "No such thing"}, headers={"x-request-id": "ab-1 <b>"})
    error, _ = fault(refusal, params={"search": "anna"})
    assert (error.method, error.route, error.status, error.request_id) == ("GET", "…/things/{id}", 404, "ab-1b")
    assert error.reason == "404 No such thing"


@pytest.mark.parametrize(
    "body",
    [
        b"[NaN]",
        b"[-Infinity]",
        b"[1e999]",
        b'{"a": 1, "a": 2}',
        b"[" * 65 + b"]" * 65,
        b"[" * 100_000,
        b"9" * 5000,
        b'"\xff"',
        b"",
        None,
    ],
)
def test_hostile_json_is_refused(body: bytes | None) -> None:
    """What JSON does not allow, or what would break whoever handles it, is an error and never a crash."""
    with pytest.raises(Unreadable):
        parse_json(body)


def test_lone_surrogates_are_replaced() -> None:
    """A name that no file could hold is mended; pairs stay what they mean."""
    assert parse_json(rb'{"a\ud800": ["x\udc00", "\ud83d\ude00"]}') == {"a\ufffd": ["x\ufffd", "\U0001f600"]}


def test_what_cannot_be_sent_is_rejected_unsent() -> None:
    """A body that is no JSON sets its row aside and sends nothing."""
    for value in (float("nan"), "\ud800", object()):
        error, sent = fault(OK, method="POST", json={"value": value})
        assert (type(error), sent) == (errors.Rejected, 0)


def test_any_failure_to_read_a_write_is_ambiguous() -> None:
    """A `read` that fails after a POST does not make the POST undone, and its values stay out of the error."""

    def read(value: Any) -> Any:
        raise ValueError(f"cannot use {value}")

    for reader in (read, lambda value: value["missing"], lambda value: value.missing):
        error, _ = fault(httpx.Response(201, json={"name": "Canary"}), method="POST", read=reader)
        assert type(error) is errors.Ambiguous
        assert "Canary" not in str(error)


def test_long_answers_are_cut_off() -> None:
    """An answer beyond the cap is unusable, also when it was small while compressed."""
    bomb = gzip.compress(b'"' + b"a" * 100_000 + b'"')
    zipped = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(bomb))
    with pytest.raises(errors.ProtocolError, match="longer than allowed"):
        send(lambda _: zipped, limits=Limits(max_answer_bytes=1000, attempts=1))

"""What a vendor's API says otherwise than HTTP: refusals that mean too many calls, rests, forms, raw answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from connectors import errors
from connectors.http import Dialect, FixedToken, Http
from tests.connectors.http.fakes import BASE, OK, Server, Time


class Vendor(Dialect):
    """A vendor that says 403 with a word where others say 429, and how many calls are left."""

    def too_many(self, status: int, headers: Mapping[str, str], body: bytes | None) -> bool:
        """Whether it says so."""
        return super().too_many(status, headers, body) or (status == 403 and b"LIMIT" in (body or b""))

    def rest(self, headers: Mapping[str, str]) -> float | None:
        """Rest seven seconds when none is left."""
        return 7.0 if headers.get("x-left") == "0" else None


def called(server: Server, time: Time, *, times: int = 1, read: Any = lambda value: value, **options: Any) -> Any:
    """Make the same call some times, and return what the last one gave."""

    async def body() -> Any:
        transport = httpx.MockTransport(server)
        auth = FixedToken("secret-token", header="x-api-token", scheme="")
        async with Http(BASE, transport=transport, clock=time.clock(), dialect=Vendor(), auth=auth) as http:
            for _ in range(times):
                answer = await http.call(options.pop("method", "GET"), "/x", route="/x", read=read, **options)
            return answer.value

    return asyncio.run(body())


def test_a_refusal_in_the_vendors_own_words_is_made_again_later() -> None:
    """A 403 that means too many calls waits and is sent again, though other 403s are not."""
    server, time = Server(httpx.Response(403, text="REQUEST_LIMIT_EXCEEDED"), OK), Time()
    assert called(server, time) == {"fine": True}
    assert sum(time.slept) > 0
    with pytest.raises(errors.Forbidden):
        called(Server(httpx.Response(403, text="no")), Time())


def test_calls_rest_when_the_vendor_says_that_none_is_left() -> None:
    """After a good answer whose headers say that no call is left, the next one waits as long as the vendor says."""
    time = Time()
    called(Server(httpx.Response(200, json={}, headers={"x-left": "0"}), OK), time, times=2)
    assert time.slept == [7.0]


def test_a_form_and_headers_of_one_call_are_sent() -> None:
    """A form goes as a form, with the call's own headers and those that identify us."""
    server = Server(OK)
    called(server, Time(), method="POST", form={"grant": "a b"}, headers={"x-more": "1"})
    (request,) = server.seen
    assert request.content == b"grant=a+b"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert (request.headers["x-more"], request.headers["x-api-token"]) == ("1", "secret-token")


def test_a_raw_answer_is_handed_over_as_bytes() -> None:
    """An answer that is no JSON, such as CSV, is read as it came."""
    csv = "Id\r\n1\r\n"
    assert called(Server(httpx.Response(200, text=csv)), Time(), raw=True) == csv.encode()


def test_a_post_that_only_reads_fails_as_a_read_does() -> None:
    """A search by POST is sent again after a 500, and its failure leaves nothing in doubt."""
    assert called(Server(httpx.Response(500), OK), Time(), method="POST", reads_only=True) == {"fine": True}
    with pytest.raises(errors.NotApplied):
        called(Server(httpx.Response(500)), Time(), method="POST", reads_only=True)


@pytest.mark.parametrize(
    "body", [[{"message": "said so", "errorCode": "X"}], {"error": "said so"}, {"error_description": "said so"}]
)
def test_a_refusals_words_are_found_where_vendors_keep_them(body: Any) -> None:
    """The message of a refusal is told, whether it stands in a list, in `error` or in `error_description`."""
    with pytest.raises(errors.Rejected, match="said so"):
        called(Server(httpx.Response(400, json=body)), Time())

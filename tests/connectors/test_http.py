"""The HTTP seam: every outcome has its error, and nothing secret or personal leaves it."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from connectors import errors
from connectors.http import Answer, Auth, Clock, Http, Limits, Unreadable, parse_json, redacted, retry_after

NOW = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
BASE = "https://crm.test/api"
Handler = Callable[[httpx.Request], httpx.Response]


class Time:
    """A clock that moves only when something sleeps; chance always takes the longest wait."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Note the wait and move on by it."""
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def clock(self) -> Clock:
        """Return this time as the client takes it."""
        return Clock(monotonic=lambda: self.now, wall=lambda: NOW, sleep=self.sleep, uniform=lambda _low, high: high)


class Server:
    """Answers with the given outcomes in turn, then with the last one for ever; an exception is raised."""

    def __init__(self, *outcomes: httpx.Response | Exception) -> None:
        self.outcomes = outcomes
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.seen.append(request)
        outcome = self.outcomes[min(len(self.seen), len(self.outcomes)) - 1]
        if isinstance(outcome, Exception):
            raise outcome
        return httpx.Response(outcome.status_code, headers=outcome.headers, content=outcome.content)


class Badge:
    """An auth whose token is a number that grows with each renewal."""

    def __init__(self) -> None:
        self.number = 1

    async def headers(self) -> Mapping[str, str]:
        """Return the current token."""
        return {"Authorization": f"Bearer secret-token-{self.number}"}

    async def refresh(self, rejected: Mapping[str, str]) -> None:
        """Count up, once for each rejected token."""
        self.number += rejected == await self.headers()


OK = httpx.Response(200, json={"fine": True}, headers={"x-request-id": "req-1"})


def send(
    server: Callable[[httpx.Request], Any] | httpx.AsyncBaseTransport,
    method: str = "GET",
    *,
    time: Time | None = None,
    auth: Auth | None = None,
    limits: Limits | None = None,
    **more: Any,
) -> Answer[Any]:
    """Make one call to `server` and return its answer."""

    async def run() -> Answer[Any]:
        transport = server if isinstance(server, httpx.AsyncBaseTransport) else httpx.MockTransport(server)
        clock = (time or Time()).clock()
        async with Http(BASE, transport=transport, auth=auth, limits=limits, clock=clock) as http:
            return await http.call(method, "/things/1", route="…/things/{id}", **{"read": lambda value: value, **more})

    return asyncio.run(run())


def fault(*outcomes: httpx.Response | Exception, method: str = "GET", **more: Any) -> tuple[errors.CallError, int]:
    """Return the error that a call ends with, and how often it was sent."""
    server = Server(*outcomes)
    with pytest.raises(errors.CallError) as caught:
        send(server, method, **more)
    return caught.value, len(server.seen)


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
        (httpx.Response(403), errors.AccessError, errors.AccessError),
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
    "passing", [httpx.ConnectError("x"), httpx.Response(429), httpx.Response(500), httpx.ReadError("")]
)
def test_reads_and_repeatable_writes_are_sent_again(passing: httpx.Response | Exception) -> None:
    """What may pass is tried again where repeating is harmless."""
    for method, repeatable in (("GET", False), ("PUT", True)):
        server = Server(passing, passing, OK)
        assert send(server, method, repeatable=repeatable).value == {"fine": True}
        assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("outcome", "times"), [(httpx.ConnectError("x"), 2), (httpx.Response(429), 2), (httpx.Response(500), 1)]
)
def test_other_writes_are_sent_again_only_when_surely_not_applied(
    outcome: httpx.Response | Exception, times: int
) -> None:
    """A POST that may have been applied is never sent twice."""
    server = Server(outcome, OK)
    if times == 2:
        send(server, "POST")
    else:
        with pytest.raises(errors.Ambiguous):
            send(server, "POST")
    assert len(server.seen) == times


def test_refusals_are_final() -> None:
    """A call that was read and refused, or redirected, is sent once."""
    for status in (307, 400, 403, 404, 409, 422):
        assert fault(httpx.Response(status))[1] == 1


def test_doubt_outlives_later_failures() -> None:
    """When an attempt of a write may have been applied, a later refusal does not hide that."""
    error, sent = fault(httpx.Response(500), httpx.Response(409), method="PUT", repeatable=True)
    assert type(error) is errors.Ambiguous
    assert sent == 2
    assert "then 409" in error.reason


def test_back_off_doubles_up_to_its_cap() -> None:
    """Without a wish of the server's, waits are drawn from 2, 4, 8, 16, then 20 seconds at most."""
    time = Time()
    fault(httpx.Response(500), time=time, limits=Limits(deadline=1000, attempts=7))
    assert time.slept == [2, 4, 8, 16, 20, 20]


def test_retries_end_before_the_deadline() -> None:
    """A wait that would outlast the deadline is not begun."""
    time = Time()
    _, sent = fault(httpx.Response(500), time=time, limits=Limits(deadline=10, attempts=100))
    assert (time.slept, sent) == ([2, 4], 3)


def test_retry_after_is_obeyed_by_all_calls() -> None:
    """After a 429 the retry waits as long as asked, and so does another call that had no 429 itself."""
    for attempts, slept in ((2, [7 + 2]), (1, [7])):
        time = Time()
        server = Server(httpx.Response(429, headers={"retry-after": "7"}), OK)

        async def run(server: Server = server, time: Time = time, attempts: int = attempts) -> None:
            transport, limits = httpx.MockTransport(server), Limits(attempts=attempts)
            async with Http(BASE, transport=transport, clock=time.clock(), limits=limits) as http:
                for _ in range(3 - attempts):
                    with contextlib.suppress(errors.RateLimited):
                        await http.call("GET", "/a", route="/a", read=lambda value: value)

        asyncio.run(run())
        assert time.slept == slept
        assert len(server.seen) == 2


def test_a_pause_beyond_the_deadline_fails_without_sending() -> None:
    """Asked to wait longer than the deadline, the call ends RateLimited with the wish, and so does the next one."""
    server = Server(httpx.Response(429, headers={"retry-after": "200"}))

    async def run() -> list[float | None]:
        wishes = []
        async with Http(BASE, transport=httpx.MockTransport(server), clock=Time().clock()) as http:
            for _ in range(2):
                with pytest.raises(errors.RateLimited) as caught:
                    await http.call("GET", "/a", route="/a", read=lambda value: value)
                wishes.append(caught.value.retry_after)
        return wishes

    assert asyncio.run(run()) == [200.0, 200.0]
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("12", 12.0),
        ("86400", 300.0),
        ("Sat, 01 Mar 2025 12:00:30 GMT", 30.0),
        ("Sun, 02 Mar 2025 12:00:00 GMT", 300.0),
        ("Sat, 01 Mar 2025 11:59:00 GMT", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("9" * 5000, None),
        ("soon", None),
        ("Sat, 99 Mar 2025 12:00:30 GMT", None),
        ("", None),
    ],
)
def test_retry_after_in_all_its_forms(text: str, seconds: float | None) -> None:
    """Seconds and dates are read and capped; what is malformed or past is no wish at all."""
    assert retry_after({"retry-after": text}, NOW, 300.0) == seconds


def test_retry_after_trusts_the_servers_clock() -> None:
    """A date is measured against the answer's own `Date`, not against a local clock that may be a day off."""
    headers = {"retry-after": "Mon, 03 Mar 2025 00:00:09 GMT", "date": "Mon, 03 Mar 2025 00:00:00 GMT"}
    assert retry_after(headers, NOW, 300.0) == 9.0


def test_an_empty_retry_budget_ends_retries_until_calls_succeed() -> None:
    """All calls share the budget: once it is spent each is sent once, and successes fill it again."""
    server = Server(*[httpx.Response(500)] * 4, OK, OK, httpx.Response(500), OK)
    limits = Limits(retry_budget=2, retry_refill=0.5, deadline=1000)

    async def run() -> list[int]:
        counts = []
        async with Http(BASE, transport=httpx.MockTransport(server), clock=Time().clock(), limits=limits) as http:
            for _ in range(5):
                before = len(server.seen)
                with contextlib.suppress(errors.NotApplied):
                    await http.call("GET", "/a", route="/a", read=lambda value: value)
                counts.append(len(server.seen) - before)
        return counts

    assert asyncio.run(run()) == [3, 1, 1, 1, 2]


def test_requests_per_second_space_the_calls() -> None:
    """With a rate of 4 a second, calls leave a quarter of a second apart."""
    time = Time()
    moments: list[float] = []

    def server(_: httpx.Request) -> httpx.Response:
        moments.append(time.now)
        return httpx.Response(200, json=1)

    async def run() -> None:
        limits = Limits(requests_per_second=4)
        async with Http(BASE, transport=httpx.MockTransport(server), clock=time.clock(), limits=limits) as http:
            for _ in range(4):
                await http.call("GET", "/a", route="/a", read=lambda value: value)

    asyncio.run(run())
    assert moments == [1000.0, 1000.25, 1000.5, 1000.75]


def test_concurrency_is_bounded() -> None:
    """No more calls are under way than there are places."""
    now, most = 0, 0

    async def server(_: httpx.Request) -> httpx.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1
        return httpx.Response(200, json=1)

    async def run() -> None:
        async with Http(BASE, transport=httpx.MockTransport(server), limits=Limits(concurrency=3)) as http:
            await asyncio.gather(*(http.call("GET", "/a", route="/a", read=lambda value: value) for _ in range(20)))

    asyncio.run(run())
    assert most == 3


class Dripping(httpx.AsyncByteStream):
    """A body that never ends though bytes keep coming."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.001)


async def _hang(_: httpx.Request) -> httpx.Response:
    await asyncio.Event().wait()
    return OK


async def _drip(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, stream=Dripping())


@pytest.mark.parametrize("server", [_hang, _drip])
@pytest.mark.parametrize(("method", "kind"), [("POST", errors.Ambiguous), ("GET", errors.NotApplied)])
def test_a_hanging_or_dripping_server_meets_the_deadline(
    server: Callable[[httpx.Request], Awaitable[httpx.Response]], method: str, kind: type[errors.CallError]
) -> None:
    """An attempt ends in time whatever the transport does, and a write is then in doubt."""
    with pytest.raises(kind) as caught:
        send(server, method, limits=Limits(attempt=0.03, attempts=2))
    assert type(caught.value) is kind


def test_an_auth_that_hangs_leaves_the_call_unsent() -> None:
    """When time runs out before anything was sent, a write is surely not applied."""

    class Hanging(Badge):
        async def headers(self) -> Mapping[str, str]:
            await asyncio.Event().wait()
            return {}

    error, sent = fault(OK, method="POST", auth=Hanging(), limits=Limits(attempt=0.02, attempts=1))
    assert (type(error), sent) == (errors.NotApplied, 0)


def test_a_401_is_renewed_once_and_resent() -> None:
    """A 401 was not applied: the token is renewed and even a POST goes out again; a second 401 is final."""
    server, badge = Server(httpx.Response(401), OK), Badge()
    send(server, "POST", auth=badge)
    assert [request.headers["authorization"][-1] for request in server.seen] == ["1", "2"]
    error, sent = fault(httpx.Response(401), method="POST", auth=Badge())
    assert (type(error), sent) == (errors.AccessError, 2)


def test_redirects_are_not_followed() -> None:
    """The body and key never travel to the address that a redirect names."""
    _, sent = fault(httpx.Response(307, headers={"location": "https://evil.test/x"}), method="POST", auth=Badge())
    assert sent == 1


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


def test_long_answers_are_cut_off() -> None:
    """An answer beyond the cap is unusable, also when it was small while compressed."""
    bomb = gzip.compress(b'"' + b"a" * 100_000 + b'"')
    zipped = httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(bomb))
    with pytest.raises(errors.ProtocolError, match="longer than allowed"):
        send(lambda _: zipped, limits=Limits(max_answer_bytes=1000, attempts=1))


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


def test_httpx_does_not_log_addresses(caplog: pytest.LogCaptureFixture) -> None:
    """The library's own line for each request, which shows the whole query, is held back at any level."""
    caplog.set_level(logging.DEBUG, logger="httpx")
    send(Server(OK), params={"search": "canary@example.org"})
    assert "canary" not in caplog.text

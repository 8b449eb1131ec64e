"""The HTTP client: when it sends, when it sends again, and when it gives up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import httpx
import pytest

from connectors import errors
from connectors.http import Http, Limits
from tests.connectors.http.fakes import BASE, OK, Badge, Server, Time, fault, send


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


def test_a_slow_pace_fails_no_call() -> None:
    """Waiting for its turn takes nothing from the time that a call has to be answered in."""
    moments: list[float] = []

    def server(_: httpx.Request) -> httpx.Response:
        moments.append(asyncio.get_running_loop().time())
        return httpx.Response(200, json=1)

    async def run() -> None:
        limits = Limits(concurrency=8, requests_per_second=20, attempt=0.1, attempts=1)
        async with Http(BASE, transport=httpx.MockTransport(server), limits=limits) as http:
            http._places.window.limit = 8
            await asyncio.gather(*(http.call("GET", "/a", route="/a", read=lambda value: value) for _ in range(8)))

    asyncio.run(run())
    assert len(moments) == 8
    assert moments[-1] - moments[0] > 0.3


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

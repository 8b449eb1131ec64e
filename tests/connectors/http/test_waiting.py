"""What a client says while a call waits."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from connectors.errors import RateLimited
from connectors.http import Http, Limits, Waiting
from connectors.http.waiting import seldom
from tests.connectors.http.fakes import OK, Server, Time, fault, send

CANARY = "jane@acme.example"


def told_of(*outcomes: httpx.Response | Exception, **more: Any) -> list[str]:
    """The lines that a call says which ends well."""
    lines: list[Waiting] = []
    send(Server(*outcomes, OK), limits=Limits(waiting=lines.append), **more)
    return [str(line) for line in lines]


def test_each_retry_is_told_with_host_and_times() -> None:
    """Who, why, when again, and when it is given up; neither path, nor query, nor the server's own words."""
    refused = httpx.Response(503, json={"message": f"{CANARY} is too much"})
    found = told_of(refused, httpx.ConnectError("gone"), params={"search": CANARY})
    assert found == [
        "waiting for crm.test: 503; next attempt in 2 s, gives up in 90 s",
        "waiting for crm.test: the connection failed (ConnectError); next attempt in 4 s, gives up in 88 s",
    ]


def test_an_answer_that_cannot_be_used_is_told_by_what_is_wrong() -> None:
    """A page of HTML with 200 is no `200`."""
    (line,) = told_of(httpx.Response(200, text="<html>"))
    assert line.startswith("waiting for crm.test: the answer cannot be used")


def test_what_is_not_sent_again_is_not_told() -> None:
    """Neither a refusal, nor a last attempt."""
    lines: list[Waiting] = []
    fault(httpx.Response(404), limits=Limits(waiting=lines.append))
    fault(httpx.Response(503), limits=Limits(waiting=lines.append, attempts=3))
    assert [line.attempt for line in lines] == [1, 2]


@pytest.mark.parametrize(("pause", "lines"), [("30", 1), ("3", 0)])
def test_a_long_rest_that_a_server_asks_for_is_told(pause: str, lines: int) -> None:
    """The next call has not failed, and waits: that is told where it is longer than five seconds."""
    told: list[Waiting] = []
    time = Time()

    def server(_: httpx.Request) -> httpx.Response:
        return httpx.Response(429, headers={"retry-after": pause}) if time.now < 1001 else OK

    async def run() -> None:
        limits = Limits(waiting=told.append)
        transport = httpx.MockTransport(server)
        async with Http("https://crm.test", transport=transport, clock=time.clock(), limits=limits) as http:
            with pytest.raises(RateLimited):
                await http.call("GET", "/a", route="/a", read=lambda value: value, attempts=1)
            await http.call("GET", "/a", route="/a", read=lambda value: value)

    asyncio.run(run())
    assert len(told) == lines
    assert all(one.attempt == 0 and "asks for a pause" in str(one) and one.seconds > 29 for one in told)


def test_lines_of_one_server_come_seldom() -> None:
    """Many calls wait at once: one line in five seconds for each server."""
    said = list[str]()
    time = Time()
    told = seldom(said.append, monotonic=time.clock().monotonic)
    for now in (0.0, 1.0, 4.9, 5.0):
        time.now = 1000 + now
        told(Waiting("a.test", f"at {now}", 1, 9))
        told(Waiting("b.test", f"at {now}", 1, 9))
    assert [line.partition(";")[0] for line in said] == [
        "waiting for a.test: at 0.0",
        "waiting for b.test: at 0.0",
        "waiting for a.test: at 5.0",
        "waiting for b.test: at 5.0",
    ]

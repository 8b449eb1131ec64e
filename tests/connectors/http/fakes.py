"""A clock, servers and an auth for tests of the HTTP client, and a plain way to make one call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from connectors import errors
from connectors.http import Answer, Auth, Clock, Http, Limits

NOW = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
BASE = "https://crm.test/api"


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

    def at_hand(self) -> Mapping[str, str] | None:
        """Keep nothing at hand."""
        return None

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

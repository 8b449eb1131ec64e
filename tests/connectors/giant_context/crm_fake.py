"""A CRM that says what a test tells it to, and the client that calls it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
from pydantic import SecretStr

from connectors.giant_context.client import GiantContext
from connectors.http import Clock

NOW = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
KEY = "gct_canary_key"
APP = "/api/organizations/o/projects/p/apps/crm/a"
MOMENT = "2025-01-02T03:04:05.000Z"
CONTACT = {"id": "c1", "firstName": "Ann", "lastName": "Lee", "createdAt": MOMENT, "updatedAt": MOMENT, "new": 1}
COMPANY = {"id": "k1", "name": "Acme", "createdAt": MOMENT, "updatedAt": MOMENT, "new": {}}
ACTIVITY = {"id": "v1", "description": "Call", "data": {"externalId": "x"}, "createdAt": MOMENT}
META = {"total": 1, "page": 1, "pageSize": 50, "pageCount": 1}


class Crm:
    """A CRM that answers every call with `answer`, hands out numbered tokens and keeps what it was sent."""

    def __init__(self, answer: Any = None, status: int = 200) -> None:
        self.answer = answer
        self.status = status
        self.calls: list[httpx.Request] = []
        self.exchanges = 0
        self.life = timedelta(hours=1)
        self.date: datetime | None = NOW
        self.exchange_answers: list[httpx.Response] = []
        self.refused_tokens: set[str] = set()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if request.url.path == "/api/auth/token":
            assert "authorization" not in request.headers
            assert json.loads(request.content) == {"apiKey": KEY}
            self.exchanges += 1
            await asyncio.sleep(0)
            if self.exchange_answers:
                return self.exchange_answers.pop(0)
            body = {"token": f"t{self.exchanges}", "expiresAt": (NOW + self.life).isoformat()}
            return httpx.Response(200, json=body, headers={"date": format_datetime(self.date)} if self.date else {})
        self.calls.append(request)
        if request.headers["authorization"].removeprefix("Bearer ") in self.refused_tokens:
            return httpx.Response(401, json={"message": f"bad key {KEY}"})
        return httpx.Response(self.status, json=self.answer)


class Time:
    """A monotonic clock that moves by hand or by sleeping."""

    now = 0.0

    async def sleep(self, seconds: float) -> None:
        """Move on."""
        self.now += seconds


def with_crm(crm: Crm, use: Callable[[GiantContext], Awaitable[Any]], time: Time | None = None, **more: Any) -> Any:
    """Return what `use` makes of a client of `crm`."""
    time = time or Time()
    clock = Clock(monotonic=lambda: time.now, wall=lambda: NOW, sleep=time.sleep, uniform=lambda low, _high: low)
    given: dict[str, Any] = {
        "base_url": "https://crm.test/api",
        "organization_id": "o",
        "project_id": "p",
        "app_id": "a",
        "api_key": SecretStr(KEY),
        "transport": httpx.MockTransport(crm),
        "clock": clock,
        **more,
    }

    async def run() -> Any:
        async with GiantContext(**given) as client:
            return await use(client)

    return asyncio.run(run())

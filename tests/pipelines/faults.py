"""A workshop whose way to the CRM is rough: a transport that loses, refuses and garbles calls as a rule says."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from connectors.giant_context.client import GiantContext
from connectors.giant_context.server import access
from connectors.giant_context.server.app import create_app
from connectors.http import Clock
from connectors.http import Limits as HttpLimits
from pipelines.workspace import Workspace
from tests.pipelines.workshop import Workshop


class Fault(Enum):
    """What can happen to a call."""

    UNREACHABLE = "nobody answers the door"
    LOST_BEFORE = "the connection breaks before the server has done anything"
    LOST_AFTER = "the connection breaks after the server has done it"
    FAILED_AFTER = "the server answers 500 after it has done it"
    KILLED_BEFORE = "the worker is killed before the server has done anything"
    KILLED_AFTER = "the worker is killed after the server has done it"
    GARBLED_AFTER = "the server has done it, and the answer is a page of HTML"
    TRUNCATED_AFTER = "the server has done it, and half of the answer arrives"
    STALLED_BEFORE = "nothing comes back until the attempt's time is up, and the server has done nothing"
    STALLED_AFTER = "nothing comes back until the attempt's time is up, and the server has done it"
    LATE = "the connection breaks, and the server does it a moment later"


LATE_SECONDS = 0.05
"""How long after its connection broke a late call is done: less than a run waits before it looks."""


@dataclass(frozen=True)
class Answered:
    """What is answered instead of the server's own words; `after`: once it has done what was asked."""

    status: int
    text: str = "<html>Oops</html>"
    headers: Mapping[str, str] = field(default_factory=dict)
    after: bool = False

    def response(self) -> httpx.Response:
        """The answer on the wire."""
        return httpx.Response(self.status, text=self.text, headers=dict(self.headers))


@dataclass(frozen=True)
class Call:
    """One call as it left: `what` is such as `POST contacts` or `GET contacts/*/activities`.

    The entry by which a ledger claims the account is `POST claim`, and no write of a run's plan.
    """

    what: str
    number: int
    """1 for the first call of its kind."""
    body: Any
    query: str

    @property
    def writes(self) -> bool:
        """Whether it changes anything in the CRM, beside claiming it."""
        return not self.what.startswith("GET") and self.what not in ("POST token", "POST claim")


Meddling = Callable[[], None]
"""What somebody else does to the CRM right before a call arrives there."""

Mishap = Fault | Answered | Meddling | int
Rule = Callable[[Call], Mishap | None]
"""What is to happen to a call: a fault, an answer, a status to refuse it with, somebody's meddling, or nothing."""


def on(what: str, fault: Mishap, *numbers: int) -> Rule:
    """The rule that the calls of a kind fail: all of them, or those with these numbers."""
    return lambda call: fault if call.what == what and (not numbers or call.number in numbers) else None


@dataclass
class RoughTransport(httpx.AsyncBaseTransport):
    """Calls an ASGI app as the shop's rule says."""

    inner: httpx.AsyncBaseTransport
    shop: RoughShop

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Note the call, and let happen to it what is to happen."""
        call = self.shop.note(request)
        fault = self.shop.rule(call)
        if isinstance(fault, int):
            return httpx.Response(fault, json={"message": "no", "code": "NO"}, headers={"x-request-id": "r-1"})
        if isinstance(fault, Answered):
            if fault.after:
                await self._done(request)
            return fault.response()
        if isinstance(fault, Fault):
            return await self._fail(fault, request)
        if fault is not None:
            fault()
        return await self.inner.handle_async_request(request)

    async def _fail(self, fault: Fault, request: httpx.Request) -> httpx.Response:
        if fault is Fault.UNREACHABLE:
            raise httpx.ConnectError("nobody there")
        if fault is Fault.LOST_BEFORE:
            raise httpx.ReadError("reset")
        if fault is Fault.KILLED_BEFORE:
            os.kill(os.getpid(), signal.SIGKILL)
        if fault is Fault.STALLED_BEFORE:
            raise TimeoutError
        if fault is Fault.LATE:
            self.shop.late.append(asyncio.create_task(self._late(request)))
            raise httpx.ReadError("reset")
        response = await self._done(request)
        if fault is Fault.KILLED_AFTER:
            os.kill(os.getpid(), signal.SIGKILL)
        if fault is Fault.STALLED_AFTER:
            raise TimeoutError
        if fault is Fault.LOST_AFTER:
            raise httpx.ReadError("reset")
        if fault is Fault.TRUNCATED_AFTER:
            return httpx.Response(response.status_code, content=response.content[: len(response.content) // 2])
        return httpx.Response(500 if fault is Fault.FAILED_AFTER else 200, text="<html>Oops</html>")

    async def _done(self, request: httpx.Request) -> httpx.Response:
        response = await self.inner.handle_async_request(request)
        await response.aread()
        return response

    async def _late(self, request: httpx.Request) -> None:
        await asyncio.sleep(LATE_SECONDS)
        await self._done(request)


@dataclass
class RoughWorkspace(Workspace):
    """A workspace whose CRM is behind the shop's transport."""

    shop: RoughShop = field(kw_only=True)

    def crm(self, *, within: float | None = None) -> AbstractAsyncContextManager[GiantContext]:
        """A client of the embedded CRM that never waits between attempts."""
        return self._connect(within)

    @asynccontextmanager
    async def _connect(self, within: float | None) -> AsyncIterator[GiantContext]:
        async def at_once(_: float) -> None:
            return

        def wall() -> datetime:
            return datetime.now(UTC) + self.shop.clock_is_off_by

        limits = self.settings.limits
        bounds = HttpLimits(
            attempts=2,
            concurrency=limits.concurrency,
            deadline=limits.deadline_seconds,
            attempt=min(30.0, limits.deadline_seconds),
        )
        app = create_app(self.data, company_writes=self.shop.takes_companies)
        try:
            async with GiantContext(
                base_url="http://127.0.0.1",
                organization_id=access.ORGANIZATION_ID,
                project_id=access.PROJECT_ID,
                app_id=access.APP_ID,
                api_key=SecretStr(access.ensure_api_key(self.data)),
                transport=RoughTransport(httpx.ASGITransport(app, raise_app_exceptions=False), self.shop),
                limits=bounds if within is None else bounds.hurried(within),
                clock=Clock(sleep=at_once, wall=wall),
            ) as client:
                yield client
        finally:
            await asyncio.gather(*self.shop.late, return_exceptions=True)
            self.shop.late.clear()
            app.state.store.close()


class RoughShop(Workshop):
    """A workshop with a rule for its calls; humans' calls are never disturbed."""

    def __init__(self, root: Path, **sections: Any) -> None:
        super().__init__(root, **{"limits": {"threads": 1}, **sections})
        self.rule: Rule = lambda _: None
        self.takes_companies = True
        self.calls: list[Call] = []
        self.tokens = 0
        self.late: list[asyncio.Task[None]] = []
        self.clock_is_off_by = timedelta()
        """How far the worker's clock is ahead of the CRM's."""
        self.data.mkdir(parents=True, exist_ok=True)

    def work(self, run: str | None = None) -> Workspace:
        """A workspace of a new run whose calls meet the rule."""
        smooth = super().work(run)
        if run == "human":
            return smooth
        return RoughWorkspace(smooth.settings, smooth.data, smooth.run, shop=self)

    def note(self, request: httpx.Request) -> Call:
        """Keep a call of the CRM's own; one that fetches a token (`POST token`) is told, and not kept."""
        content = request.read()
        body = json.loads(content) if content else None
        _, app, path = request.url.path.partition(f"/{access.APP_ID}/")
        if not app:
            self.tokens += 1
            return Call("POST token", self.tokens, body, "")
        parts = path.split("/")
        parts[1:2] = ["*"] * len(parts[1:2])
        what = f"{request.method} {'/'.join(parts)}"
        if what == "POST activities" and body and (body.get("data") or {}).get("claim"):
            what = "POST claim"
        number = 1 + sum(call.what == what for call in self.calls)
        call = Call(what, number, body, request.url.query.decode())
        self.calls.append(call)
        return call

    def sync(self, rule: Rule | None = None, *stages: str, run: str | None = None) -> Workspace:
        """Run all stages up to `apply`, or those named, under this rule alone; `calls` are then this run's."""
        self.rule = rule or (lambda _: None)
        self.calls = []
        self.tokens = 0
        try:
            return self.run(*stages, run=run)
        finally:
            self.rule = lambda _: None

    def again(self, rule: Rule | None = None) -> Workspace:
        """Run once more over what was extracted and cleaned before."""
        return self.sync(rule, "snapshot", "resolve", "plan", "apply")

    @property
    def writes(self) -> list[str]:
        """What the last run sent that changes anything."""
        return [call.what for call in self.calls if call.writes]

    def contents(self) -> dict[str, list[Any]]:
        """What the CRM holds, without what differs from run to run: ids, moments, the entries' own keys."""
        companies, contacts = self.companies(), self.contacts()
        names = {company.id: company.name for company in companies}
        own = {"id", "app_id", "created_at", "updated_at", "last_activity_at", "company", "company_id"}
        return {
            "companies": [company.model_dump(exclude=own) for company in companies],
            "contacts": sorted(
                (
                    contact.model_dump(exclude=own) | {"works_at": names.get(contact.company_id or "")}
                    for contact in contacts
                ),
                key=lambda contact: json.dumps(contact, sort_keys=True, default=str),
            ),
            "activities": sorted(self.entries()),
        }

    def entries(self) -> list[tuple[str, str]]:
        """Every entry of the timelines but claims: whose it is (the e-mail, else the last name), and what it says."""
        whose = {contact.id: contact.email or contact.last_name for contact in self.contacts()}
        page = self.crm(lambda client: client.list_activities(page_size=200))
        assert page.meta.total == len(page.data)
        logged = [entry for entry in page.data if not entry.data.get("claim")]
        return [(whose[entry.contact_id or ""], entry.description) for entry in logged]

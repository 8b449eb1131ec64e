"""How tokens live: exchanged once, shared, renewed in time."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from connectors import errors
from connectors.giant_context.client import GiantContext
from connectors.giant_context.wire import ActivityCreate
from connectors.http import Limits
from tests.connectors.giant_context.crm_fake import ACTIVITY, CONTACT, KEY, NOW, Crm, Time, with_crm


def test_many_callers_share_one_exchange() -> None:
    """Fifty calls at once exchange the key once, and once more when their token is refused."""
    crm = Crm(CONTACT)
    crm.refused_tokens = {"t1"}

    async def use(client: GiantContext) -> None:
        await asyncio.gather(*(client.get_contact("c1") for _ in range(50)))

    with_crm(crm, use, limits=Limits(concurrency=50))
    assert crm.exchanges == 2
    assert 50 < len(crm.calls) <= 100  # again: those that were in flight with the refused one


def test_a_caller_that_gives_up_does_not_end_the_exchange() -> None:
    """The exchange goes on for the others when the call that began it is cancelled."""
    crm = Crm(CONTACT)

    async def use(client: GiantContext) -> Any:
        first = asyncio.create_task(client.get_contact("c1"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        second = asyncio.create_task(client.get_contact("c1"))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert with_crm(crm, use).id == "c1"
    assert crm.exchanges == 1


@pytest.mark.parametrize(
    ("life", "date", "renewed_at"),
    [
        (3600, NOW, 2880),  # 80 %
        (200, NOW, 140),  # 60 s before the end
        (60, NOW, 30),  # half of a short life
        (3600, NOW + timedelta(minutes=50), 480),  # by the server's clock: ten minutes are left
        (3600, None, 2880),  # without `Date`, by our own
    ],
)
def test_a_token_is_renewed_in_time(life: int, date: datetime | None, renewed_at: float) -> None:
    """A token is replaced at 80 % of its life or 60 s before its end, on the monotonic clock."""
    crm, time = Crm(CONTACT), Time()
    crm.life, crm.date = timedelta(seconds=life), date

    async def use(client: GiantContext) -> list[int]:
        counts = []
        for moment in (0, renewed_at - 1, renewed_at):
            time.now = moment
            await client.get_contact("c1")
            counts.append(crm.exchanges)
        return counts

    assert with_crm(crm, use, time) == [1, 1, 2]


def test_a_token_that_seems_over_is_used_until_refused() -> None:
    """Clocks that disagree do not make every call exchange the key."""
    crm = Crm(CONTACT)
    crm.life = timedelta(days=-1)

    async def use(client: GiantContext) -> None:
        for _ in range(3):
            await client.get_contact("c1")

    with_crm(crm, use)
    assert crm.exchanges == 1


def test_a_failing_renewal_leaves_a_working_token_in_use() -> None:
    """While the old token lives, calls go on and the renewal is tried again later, not with each call."""
    crm, time = Crm(CONTACT), Time()

    async def use(client: GiantContext) -> list[int]:
        await client.get_contact("c1")
        crm.exchange_answers = [httpx.Response(503)]
        counts = []
        for moment in (2900, 2910, 2940):
            time.now = moment
            await client.get_contact("c1")
            counts.append(crm.exchanges)
        return counts

    assert with_crm(crm, use, time) == [2, 2, 3]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(401, json={"message": f"bad {KEY}"}), errors.AccessError),
        (httpx.Response(400, json={"message": f"bad {KEY}"}), errors.AccessError),
        (httpx.Response(404), errors.AccessError),
        (httpx.Response(429, headers={"retry-after": "3"}), errors.RateLimited),
        (httpx.Response(500), errors.NotApplied),
        (httpx.Response(200, content=b"<html>"), errors.NotApplied),
        (httpx.Response(200, json={"token": KEY}), errors.NotApplied),
    ],
)
def test_without_a_token_nothing_was_applied(
    answer: httpx.Response, kind: type[errors.CallError], caplog: pytest.LogCaptureFixture
) -> None:
    """A failed exchange is a matter of access or of time, never a doubt about the call, and hides the key."""
    caplog.set_level(logging.DEBUG)
    crm = Crm(ACTIVITY)
    crm.exchange_answers = [answer] * 9
    with pytest.raises(errors.CallError) as caught:
        with_crm(crm, lambda c: c.log_activity(ActivityCreate(description="Call")), limits=Limits(attempts=3))
    assert type(caught.value) is kind
    assert crm.calls == []
    assert crm.exchanges == (1 if kind is errors.AccessError else 3)
    assert KEY not in str(caught.value) + caplog.text


def test_a_second_401_ends_the_call() -> None:
    """When a fresh token is refused too, the key's rights are the matter; it is not tried for ever."""
    crm = Crm(CONTACT)
    crm.refused_tokens = {"t1", "t2", "t3"}
    with pytest.raises(errors.AccessError) as caught:
        with_crm(crm, lambda c: c.get_contact("c1"))
    assert (crm.exchanges, len(crm.calls)) == (2, 2)
    assert isinstance(caught.value, errors.AccessError)

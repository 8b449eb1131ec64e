"""What each kind of fault does to a call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from connectors.giant_context.server.faults.answers import GARBLED, refused, retry_after
from connectors.giant_context.server.faults.kinds import Status, StatusAfter, Timed
from connectors.giant_context.server.faults.visit import Visit
from connectors.giant_context.server.store.ids import now

Deed = Callable[[Visit, Any], Awaitable[None]]


async def _delay(visit: Visit, fault: Timed) -> None:
    # The request is taken in first: the work is then done even if the caller has left by then, as servers do.
    await visit.read()
    await asyncio.sleep(fault.seconds)
    await visit.go_on()


async def _status(visit: Visit, fault: Status) -> None:
    wish = fault.retry_after
    headers = [] if wish is None else [("retry-after", retry_after(wish, now()))]
    await refused(fault.status, *headers).send(visit.send)


async def _status_after(visit: Visit, fault: StatusAfter) -> None:
    await visit.answer()
    await refused(fault.status).send(visit.send)


async def _reset_before(visit: Visit, _: object) -> None:
    await visit.read()
    await visit.reset()


async def _reset_after(visit: Visit, _: object) -> None:
    await visit.answer()
    await visit.reset()


async def _truncated(visit: Visit, _: object) -> None:
    answer = await visit.answer()
    await answer.start(visit.send)
    await visit.send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
    await visit.cut_off()


def _garbled(kind: str) -> Deed:
    async def deed(visit: Visit, _: object) -> None:
        await GARBLED[kind](await visit.answer()).send(visit.send)

    return deed


async def _drip(visit: Visit, fault: Timed) -> None:
    answer = await visit.answer()
    await answer.start(visit.send)
    for place in range(len(answer.body)):
        if await visit.left_within(fault.seconds):
            return
        await visit.send({"type": "http.response.body", "body": answer.body[place : place + 1], "more_body": True})
    await visit.send({"type": "http.response.body", "body": b""})


async def _stall(visit: Visit, fault: Timed) -> None:
    answer = await visit.answer()
    if not await visit.left_within(fault.seconds):
        await answer.send(visit.send)


async def _black_hole(visit: Visit, _: object) -> None:
    await visit.read()
    # What was read is handed on to nobody; then there is only the end of the connection to wait for.
    await visit.left_within(None)


async def _late(visit: Visit, fault: Timed) -> None:
    await visit.read()
    visit.connection.reset()
    await asyncio.sleep(fault.seconds)
    await visit.answer()


DEEDS: Final[Mapping[str, Deed]] = {
    "delay": _delay,
    "status": _status,
    "status_after": _status_after,
    "reset_before": _reset_before,
    "reset_after": _reset_after,
    "truncated": _truncated,
    **{kind: _garbled(kind) for kind in GARBLED},
    "drip": _drip,
    "stall": _stall,
    "black_hole": _black_hole,
    "late": _late,
}
"""The kinds that concern the call alone; `layer` has those that change what the CRM holds."""

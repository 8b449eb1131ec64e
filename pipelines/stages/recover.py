"""Recover: what an earlier moment left SENT is looked for in the CRM before anything is sent again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, Final

from connectors.errors import NotFound, Rejected
from connectors.giant_context.client import GiantContext
from connectors.giant_context.walk import Walk
from connectors.giant_context.wire import Page
from pipelines import target
from pipelines.echo import recovered
from pipelines.effects import Effect, Operation
from pipelines.ledger import Ledger
from pipelines.progress import Reporter
from pipelines.settings import Settings

CALLS_A_PLACE: Final = 4
"""How many operations become SENT together for each call that may be in flight."""

LONGEST_TERM: Final = 100
"""Letters of a search: servers refuse long ones, and the start of a name finds the whole."""


class Trace(Enum):
    """What a look at the CRM tells of an operation whose effect it does not show."""

    ABSENT = "cut off, and not found in the CRM afterwards"
    UNSURE = "the list kept changing while it was looked for"


async def settle(crm: GiantContext, ledger: Ledger, settings: Settings, progress: Reporter) -> None:
    """Decide every SENT operation of the account: DONE where its effect is found, else free to be decided anew.

    Waits until nothing of them can be under way any more. One that cannot be told yet stays SENT for the next time, and
    one that the CRM will not let us look for becomes UNKNOWN: neither is sent again.

    Raises:
        CallError: the CRM cannot be asked; all that was not decided stays as it is.
    """
    open_operations = ledger.in_state("SENT")
    if not open_operations:
        return
    if (wait := _wait(open_operations, settings, time.time())) > 0:
        with progress.task(f"waiting {wait:.0f} s for calls that were cut off"):
            await asyncio.sleep(wait)
    with progress.task("looking for what calls that were cut off have done", len(open_operations)) as advance:
        for operation in open_operations:
            try:
                found = await _find(crm, operation)
            except NotFound:
                raise  # there is no such list: the address is wrong, and nothing can be told
            except Rejected as error:
                ledger.end(operation, "UNKNOWN", f"cut off, and looking for it was refused: {error.reason}")
            else:
                if isinstance(found, Effect):
                    ledger.done([found])
                elif found is Trace.ABSENT:
                    ledger.end(operation, "INTENT", found.value)
            advance(1)


def _wait(operations: list[Operation], settings: Settings, now: float) -> float:
    """How long until no call of these can be under way.

    A call may leave long after it became SENT: those of one batch queue for a place, and each may wait out its whole
    deadline. When the process died is not known, so up to then it counts as if it had died just now.
    """
    settling = target.settle_seconds(settings)
    last_departure = max(operation.sent_at or 0.0 for operation in operations)
    last_departure += CALLS_A_PLACE * settings.limits.deadline_seconds
    return min(settling, max(0.0, last_departure + settling - now))


async def _find(crm: GiantContext, operation: Operation) -> Effect | Trace:
    if operation.kind == "log":
        return await _find_entry(crm, operation)
    if operation.crm_id is not None:
        return await _find_update(crm, operation, operation.crm_id)
    if operation.object == "companies":
        return await _find_created(operation, crm.list_companies, operation.body["name"])
    # A human may have corrected the address meanwhile; then the name leads to it.
    return await _find_created(operation, crm.list_contacts, operation.body.get("email"), operation.body["lastName"])


async def _find_entry(crm: GiantContext, operation: Operation) -> Effect | Trace:
    try:
        entries = await crm.contact_activities(str(operation.crm_id))
    except NotFound:
        return await _without_timeline(crm, str(operation.crm_id))
    for entry in entries:
        if entry.data.get("externalId") == operation.op_key:
            return Effect(operation, entry.id, {})
    return Trace.ABSENT


async def _without_timeline(crm: GiantContext, contact_id: str) -> Trace:
    """A timeline goes with its contact: while that is there, a timeline that is not found proves nothing."""
    try:
        await crm.get_contact(contact_id)
    except NotFound:
        return Trace.ABSENT
    return Trace.UNSURE


async def _find_update(crm: GiantContext, operation: Operation, crm_id: str) -> Effect | Trace:
    try:
        item = await (crm.get_company(crm_id) if operation.object == "companies" else crm.get_contact(crm_id))
    except NotFound:
        return Trace.ABSENT
    values = recovered(item, operation.sent)
    return Trace.ABSENT if values is None else Effect(operation, crm_id, values)


async def _find_created(
    operation: Operation, fetch: Callable[..., Awaitable[Page[Any]]], *terms: str | None
) -> Effect | Trace:
    complete = True
    for term in filter(None, terms):
        walk: Walk[Any] = Walk(_searching(fetch, term[:LONGEST_TERM]))
        async for items in walk:
            for item in items:
                if item.properties.get("crm_bridge_id") == operation.entity_id:
                    return Effect(operation, item.id, recovered(item, operation.sent) or operation.sent)
        complete = complete and walk.report.complete
    return Trace.ABSENT if complete else Trace.UNSURE


def _searching(fetch: Callable[..., Awaitable[Page[Any]]], term: str) -> Callable[[int, int], Awaitable[Page[Any]]]:
    async def page(number: int, size: int) -> Page[Any]:
        return await fetch(page=number, page_size=size, search=term)

    return page

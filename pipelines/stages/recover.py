"""Recover: what an earlier moment left SENT is looked for in the CRM before anything is sent again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from connectors.errors import NotFound
from connectors.giant_context.client import GiantContext
from connectors.giant_context.wire import Company, Contact, Page
from pipelines.echo import echoed, stands
from pipelines.ledger import Effect, Ledger, Operation
from pipelines.progress import Reporter


async def settle(crm: GiantContext, ledger: Ledger, seconds: float, progress: Reporter) -> None:
    """Decide every SENT operation of the account: DONE where its effect is found, else free to be decided anew.

    Waits until the youngest of them is `seconds` old: until then a request may still be under way.
    """
    open_operations = ledger.in_state("SENT")
    youngest = max((operation.sent_at or 0.0 for operation in open_operations), default=0.0)
    wait = min(seconds, max(0.0, youngest + seconds - time.time()))
    if wait > 0:
        with progress.task(f"waiting {wait:.0f} s for calls that were cut off"):
            await asyncio.sleep(wait)
    with progress.task("looking for what calls that were cut off have done", len(open_operations)) as advance:
        for operation in open_operations:
            effect = await _find(crm, operation)
            if effect is not None:
                ledger.done([effect])
            else:
                ledger.end(operation, "INTENT", "cut off, and not found in the CRM afterwards")
            advance(1)


async def _find(crm: GiantContext, operation: Operation) -> Effect | None:
    if operation.kind == "log":
        return await _find_entry(crm, operation)
    if operation.crm_id is not None:
        return await _find_update(crm, operation, operation.crm_id)
    if operation.object == "companies":
        return await _find_created(operation, crm.list_companies, str(operation.body["name"]))
    term = str(operation.body.get("email") or operation.body["lastName"])
    return await _find_created(operation, crm.list_contacts, term)


async def _find_entry(crm: GiantContext, operation: Operation) -> Effect | None:
    try:
        entries = await crm.contact_activities(str(operation.crm_id))
    except NotFound:
        return None
    for entry in entries:
        if entry.data.get("externalId") == operation.op_key:
            return Effect(operation, entry.id, {})
    return None


async def _find_update(crm: GiantContext, operation: Operation, crm_id: str) -> Effect | None:
    try:
        item = await (crm.get_company(crm_id) if operation.object == "companies" else crm.get_contact(crm_id))
    except NotFound:
        return None
    return Effect(operation, crm_id, echoed(item, operation.sent)) if stands(item, operation.sent) else None


async def _find_created(operation: Operation, fetch: Callable[..., Awaitable[Page[Any]]], term: str) -> Effect | None:
    async for item in _search(fetch, term):
        if item.properties.get("crm_bridge_id") == operation.entity_id:
            return Effect(operation, item.id, echoed(item, operation.sent))
    return None


async def _search(fetch: Callable[..., Awaitable[Page[Any]]], term: str) -> AsyncIterator[Contact | Company]:
    number = 1
    while True:
        page = await fetch(page=number, page_size=200, search=term)
        for item in page.data:
            yield item
        if not page.data or number * page.meta.page_size >= page.meta.total:
            return
        number += 1

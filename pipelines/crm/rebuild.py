"""A lost ledger, made anew of the account alone: who is linked to whom, and which entries were logged."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from connectors.errors import BridgeError
from connectors.giant_context.client import GiantContext
from connectors.giant_context.walk import Walk
from connectors.giant_context.wire import Activity, Company, Contact
from pipelines.crm.foreign import signature
from pipelines.ledger.effects import MARK, SOURCE, Effect, ObjectName, Operation, found_again, op_key
from pipelines.workspace import Reporter

KEY: Final = re.compile(r"[0-9a-f]{64}")
"""The key of an operation, as entries bear it."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What of ours an account shows: the effects, and the ledgers that they come from."""

    effects: tuple[Effect, ...]
    ledger_ids: frozenset[str]


async def traces_in(crm: GiantContext, account: str, progress: Reporter) -> Traces:
    """Read the whole account for what bears our mark or key.

    Raises:
        BridgeError: a list could not be read to a stable end.
    """
    contacts = await _marked(Walk(crm.list_contacts), "contacts", progress)
    companies = await _marked(Walk(crm.list_companies), "companies", progress)
    effects = [
        *_creates(account, "contacts", contacts.values()),
        *_creates(account, "companies", companies.values()),
    ]
    parents = {op_key("log", effect.operation.op_key): effect.operation for effect in effects}
    ledger_ids: set[str] = set()
    walk = Walk(crm.list_activities)
    with progress.task("reading the CRM's activities") as advance:
        async for entries in walk:
            for entry in entries:
                ledger_ids |= {ledger_id} if (ledger_id := signature(entry)) else set()
                if (effect := _log(entry, contacts, parents)) is not None:
                    effects.append(effect)
            advance(len(entries))
    _check(walk, "activities")
    return Traces(tuple(effects), frozenset(ledger_ids))


async def _marked(walk: Walk[Any], name: str, progress: Reporter) -> dict[str, Contact | Company]:
    """The list's items that bear a mark of ours, by id."""
    found: dict[str, Contact | Company] = {}
    with progress.task(f"reading the CRM's {name}") as advance:
        async for items in walk:
            found.update((item.id, item) for item in items if _mark(item))
            advance(len(items))
    _check(walk, name)
    return found


def _check(walk: Walk[Any], name: str) -> None:
    if not walk.report.complete:
        raise BridgeError(
            f"the CRM's list of {name} kept changing: {walk.report.unique} of {walk.report.total} met.",
            guidance="Run again when fewer people write to it.",
        )


def _mark(item: Contact | Company) -> str | None:
    mark = item.properties.get(MARK)
    return mark if isinstance(mark, str) and mark else None


def _creates(account: str, name: ObjectName, items: Iterable[Contact | Company]) -> list[Effect]:
    """A done create for each mark; of several that bear the same one, the one that is not archived, then the oldest."""
    best: dict[str, list[Contact | Company]] = {}
    for item in items:
        best.setdefault(_mark(item) or "", []).append(item)
    effects = []
    for mark, same in best.items():
        same.sort(key=lambda item: (getattr(item, "status", "") == "archived", item.created_at, item.id))
        operation = Operation(op_key(account, "create", name, mark), name, "create", mark, {}, {})
        effects.append(Effect(operation, same[0].id, {}, note=found_again([item.id for item in same])))
    return effects


def _log(entry: Activity, contacts: dict[str, Contact | Company], parents: dict[str, Operation]) -> Effect | None:
    key = entry.data.get("externalId")
    if entry.source != SOURCE or not isinstance(key, str) or not KEY.fullmatch(key):
        return None
    contact, parent = contacts.get(entry.contact_id or ""), parents.get(key)
    entity = parent.entity_id if parent else (_mark(contact) if contact else None) or ""
    return Effect(
        Operation(key, "activities", "log", entity, {}, {}, parent=parent.op_key if parent else None), entry.id, {}
    )

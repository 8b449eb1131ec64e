"""Plan rows → operations: which call, with which body, under which key. Decided here, done in `apply`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from pydantic.alias_generators import to_camel

from pipelines.effects import ObjectName, Operation, op_key
from pipelines.rereading import Standing

NEW_COMPANY: Final = "new:"
"""What stands for the id of a company that this very run creates."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the plan, as far as it says what to send."""

    object: ObjectName
    op: str
    entity_id: str
    crm_id: str | None
    field: str | None
    proposed: str
    base: str | None


def operations(
    rows: Iterable[Row],
    *,
    account: str,
    standing: Mapping[tuple[str, str], Standing],
    updates_done: Mapping[tuple[str, str], int],
    generation: int = 0,
) -> Iterator[Operation]:
    """Make the operations that carry out `rows`, which come ordered by object, op and entity.

    Args:
        rows: the plan's rows that are to be written.
        account: the account's name; it is part of every key.
        standing: what the CRM objects that are updated hold, by object and CRM id: ids may repeat across objects.
        updates_done: how many updates each CRM object has had from us, by object and CRM id.
        generation: the ledger's, so that a number given before the ledger went back in time is never given again.
    """
    for (object_name, op, entity), group in groupby(rows, key=lambda row: (row.object, row.op, row.entity_id)):
        changes = list(group)
        if op == "log":
            yield from (_log(account, entity, row, updates_done, generation) for row in changes if row.field != "owed")
        else:
            crm_id = changes[0].crm_id
            key = (
                op_key(account, "create", object_name, entity)
                if crm_id is None
                else update_key(account, object_name, crm_id, updates_done, generation)
            )
            yield _write(
                key, object_name, entity, crm_id, changes, standing.get((object_name, crm_id or ""), Standing())
            )


def _write(
    key: str, object_name: ObjectName, entity: str, crm_id: str | None, changes: list[Row], standing: Standing
) -> Operation:
    body: dict[str, Any] = {}
    sent: dict[str, Any] = {}
    for row in changes:
        name = row.field or ""
        group, _, key_in_group = name.partition(".")
        if group == "tags":
            ours = sent.setdefault("tags", json.loads(row.base or "[]"))
            ours.append(row.proposed)
            body.setdefault("tags", list(standing.tags)).append(row.proposed)
        elif group in ("properties", "address"):
            value = json.loads(row.proposed) if group == "properties" else row.proposed
            whole = body.setdefault(group, dict(getattr(standing, group)))
            whole[key_in_group if group == "properties" else to_camel(key_in_group)] = value
            sent[name] = value
        elif name == "annual_revenue":
            body["annualRevenue"] = sent[name] = float(row.proposed)
        else:
            body["companyId" if name == "company" else to_camel(name)] = row.proposed
            sent[name] = row.proposed
    return Operation(key, object_name, "create" if crm_id is None else "update", entity, body, sent, crm_id)


def update_key(
    account: str, object_name: str, crm_id: str, updates_done: Mapping[tuple[str, str], int], generation: int
) -> str:
    """The key of the next update of an object."""
    number = updates_done.get((object_name, crm_id), 0) + 1
    since = (f"generation {generation}",) if generation else ()
    return op_key(account, "update", object_name, crm_id, number, *since)


def _log(
    account: str, entity: str, row: Row, updates_done: Mapping[tuple[str, str], int], generation: int
) -> Operation:
    # The entry's key comes from the write that it reports, so that it is logged once however often a run is repeated.
    parent = (
        op_key(account, "create", "contacts", entity)
        if row.crm_id is None
        else update_key(account, "contacts", row.crm_id, updates_done, generation)
    )
    key = op_key("log", parent)
    body = {"description": row.proposed, "source": "crm-bridge", "data": {"externalId": key}}
    return Operation(key, "activities", "log", entity, body, {}, None, parent)


def resolve_company(operation: Operation, company_id: str | None) -> Operation:
    """Put the real id where a new company's stand-in is; without one the link is left out."""
    body, sent = dict(operation.body), dict(operation.sent)
    if company_id is None:
        del body["companyId"], sent["company"]
    else:
        body["companyId"] = sent["company"] = company_id
    return replace(operation, body=body, sent=sent)

"""Plan rows → operations: which call, with which body, under which key. Decided here, done in `apply`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from pydantic.alias_generators import to_camel

from pipelines.applying.rereading import Standing
from pipelines.crm.echo import LISTS, folded
from pipelines.crm.names import wire_name
from pipelines.ledger.effects import SOURCE, Kind, ObjectName, Operation, op_key

NEW_COMPANY: Final = "new:"
"""What stands for the id of a company that this very run creates."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the plan, as far as it says what to send. `ours`: what stands there is what we last wrote."""

    object: ObjectName
    op: str
    entity_id: str
    crm_id: str | None
    field: str | None
    proposed: str | None
    base: str | None
    current: str | None = None
    change: str | None = None
    ours: bool = False

    @property
    def takes_away(self) -> bool:
        """Whether a tag goes."""
        return self.change in ("untag", "retract")


def operations(
    rows: Iterable[Row],
    *,
    account: str,
    standing: Mapping[tuple[str, str], Standing],
    numbers: Mapping[tuple[str, str], int],
    generation: int = 0,
) -> Iterator[Operation]:
    """Make the operations that carry out `rows`, which come ordered by object, op and entity.

    Args:
        rows: the plan's rows that are to be written.
        account: the account's name; it is part of every key.
        standing: what the CRM objects that are updated hold, by object and CRM id: ids may repeat across objects.
        numbers: the number of the last update that each CRM object has had from us, by object and CRM id.
        generation: the ledger's, so that a number given before the ledger went back in time is never given again.
    """
    for (object_name, op, entity), group in groupby(rows, key=lambda row: (row.object, row.op, row.entity_id)):
        changes = list(group)
        if op == "log":
            yield from (_log(account, entity, row, numbers, generation) for row in changes if row.field != "owed")
        else:
            crm_id = changes[0].crm_id
            stands = standing.get((object_name, crm_id or ""), Standing())
            if crm_id is None:
                key, number = op_key(account, "create", object_name, entity), 0
            else:
                key, number = update_key(account, object_name, crm_id, numbers, generation)
            yield _write(key, number, object_name, entity, crm_id, changes, stands)


def _write(
    key: str,
    number: int,
    object_name: ObjectName,
    entity: str,
    crm_id: str | None,
    changes: list[Row],
    standing: Standing,
) -> Operation:
    body: dict[str, Any] = {}
    values: dict[str, Any] = {}
    before: dict[str, Any] = {}
    for row in changes:
        name = row.field or ""
        group, _, key_in_group = name.partition(".")
        if group == "tags":
            _tag(
                row, values.setdefault("tags", json.loads(row.base or "[]")), body.setdefault("tags", [*standing.tags])
            )
            continue
        value = _value(row)
        if group in ("properties", "address"):
            whole = body.setdefault(group, dict(getattr(standing, group)))
            place = key_in_group if group == "properties" else to_camel(key_in_group)
            if value is None:
                whole.pop(place, None)
            else:
                whole[place] = value
        else:
            body[wire_name(name)] = value
        values[name] = _ours(row, value) if name in LISTS else value
        if crm_id is not None and not row.ours:
            before[name] = _decoded(name, row.current)
    kind: Kind = "create" if crm_id is None else "update"
    if kind == "update" and object_name == "contacts" and len(changes) == 1:
        kind, body = _single(changes[0], body, standing)
    retracted = tuple(
        row.field or ""
        for row in changes
        if row.change == "retract" and row.field is not None and row.field not in LISTS
    )
    return Operation(
        op_key=key,
        object=object_name,
        kind=kind,
        entity_id=entity,
        body=body,
        values=values,
        crm_id=crm_id,
        before=before,
        retracted=retracted,
        number=number,
        seen=standing.seen,
    )


def _single(row: Row, body: dict[str, Any], standing: Standing) -> tuple[Kind, dict[str, Any]]:
    """One tag or one property has a call of its own, which leaves alone what stands beside it."""
    if row.field == "tags" and row.takes_away:
        # As it stands there: the server compares to the letter.
        there = next((tag for tag in standing.tags if folded(tag) == folded(row.current)), row.current)
        return "untag", {"tag": there}
    if row.field == "tags":
        return "tag", {"tag": row.proposed}
    group, _, key = (row.field or "").partition(".")
    if group == "properties" and row.proposed is not None:
        return "field", {"key": key, "value": body["properties"][key]}
    return "update", body


def _tag(row: Row, ours: list[str], tags: list[str]) -> None:
    if row.takes_away:
        for some in (ours, tags):
            some[:] = [tag for tag in some if folded(tag) != folded(row.current)]
    else:
        ours.append(row.proposed or "")
        tags.append(row.proposed or "")


def _ours(row: Row, target: Any) -> list[str]:
    """Which elements of a list are ours once it is written: those that were and stay, or are gone, and the new ones."""
    was, there = json.loads(row.base or "[]"), json.loads(row.current or "[]")
    gone = [one for one in was if one not in there]
    return [*gone, *(one for one in target or () if one in was or one not in there)]


def _value(row: Row) -> Any:
    return _decoded(row.field or "", row.proposed)


def _decoded(name: str, text: str | None) -> Any:
    if text is None:
        return None
    if name.startswith("properties."):
        return json.loads(text)
    return float(text) if name == "annual_revenue" else text


def update_key(
    account: str, object_name: str, crm_id: str, numbers: Mapping[tuple[str, str], int], generation: int
) -> tuple[str, int]:
    """The key of the next update of an object, and its number."""
    number = numbers.get((object_name, crm_id), 0) + 1
    since = (f"generation {generation}",) if generation else ()
    return op_key(account, "update", object_name, crm_id, number, *since), number


def _log(account: str, entity: str, row: Row, numbers: Mapping[tuple[str, str], int], generation: int) -> Operation:
    # The entry's key comes from the write that it reports, so that it is logged once however often a run is repeated.
    parent = (
        op_key(account, "create", "contacts", entity)
        if row.crm_id is None
        else update_key(account, "contacts", row.crm_id, numbers, generation)[0]
    )
    key = op_key("log", parent)
    body = {"description": row.proposed, "source": SOURCE, "data": {"externalId": key}}
    return Operation(op_key=key, object="activities", kind="log", entity_id=entity, body=body, values={}, parent=parent)


def resolve_company(operation: Operation, company_id: str | None) -> Operation:
    """Put the real id where a new company's stand-in is; without one the link is left out."""
    body, values = dict(operation.body), dict(operation.values)
    if company_id is None:
        del body["companyId"], values["company"]
    else:
        body["companyId"] = values["company"] = company_id
    return replace(operation, body=body, values=values)

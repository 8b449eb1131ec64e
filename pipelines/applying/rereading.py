"""A last look before an update: the window between the snapshot and the write is where a human's edit could be lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from connectors.giant_context.client import GiantContext
from connectors.giant_context.walk import searched
from connectors.giant_context.wire import Contact
from pipelines.crm.echo import fields_of, folded, same
from pipelines.crm.seen import seen, seen_as
from pipelines.ledger.effects import Operation


@dataclass(frozen=True, slots=True)
class Standing:
    """What an object held in the snapshot, by the plan's field names: what the plan was decided on.

    The API replaces maps and lists as a whole, so `properties`, `address` and `tags` are kept whole, too.
    """

    properties: Mapping[str, Any] = field(default_factory=dict)
    address: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seen(self) -> str | None:
        """When it had changed last, and what stood there: `Operation.seen`, where the object is not read again."""
        moment = self.fields.get("updated_at")
        return seen_as(moment, self.fields, self.tags) if isinstance(moment, datetime) else None


async def reread(crm: GiantContext, operation: Operation, standing: Standing) -> Operation | None:
    """Read an update's object again: the operation as it may leave now, or None when what it would change has changed.

    A field or tag that nobody touched since the snapshot is written as planned; maps and lists are put together anew
    around what stands there now.

    Raises:
        CallError: the object cannot be read.
    """
    crm_id = operation.crm_id or ""
    item = await (crm.get_contact(crm_id) if operation.object == "contacts" else crm.get_company(crm_id))
    now = fields_of(item)
    if isinstance(item, Contact) and item.status != standing.fields.get("status", item.status):
        return None
    touched = {*operation.values, *operation.retracted} - {"tags"}
    if any(not same(name, standing.fields.get(name), now.get(name)) for name in touched):
        return None
    tags = _tags(operation, standing)
    if tags & {*map(folded, standing.tags)} != tags & {*map(folded, item.tags)}:
        return None
    body = dict(operation.body)
    if operation.kind == "update" and "tags" in body:
        gone = [tag for tag in standing.tags if tag not in body["tags"]]
        added = [tag for tag in body["tags"] if tag not in standing.tags]
        body["tags"] = [*(tag for tag in item.tags if tag not in gone), *added]
    if operation.kind == "update" and "properties" in body:
        body["properties"] = _over(item.properties, body["properties"], standing.properties)
    if "address" in body and not isinstance(item, Contact):
        stands = item.address.model_dump(mode="json", by_alias=True, exclude_none=True)
        body["address"] = _over(stands, body["address"], standing.address)
    return replace(operation, body=body, seen=seen(item))


async def has_company(crm: GiantContext, name: str) -> bool:
    """Whether the CRM has a company of this name: it refuses no second one, as it does with a contact's e-mail.

    Raises:
        CallError: the companies cannot be searched.
    """
    wanted = name.strip().casefold()
    async for companies in searched(crm.list_companies, name):
        if any(company.name.strip().casefold() == wanted for company in companies):
            return True
    return False


def overwrites(operation: Operation, standing: Standing) -> bool:
    """Whether an update would change something that stands there, or replace a list or map as a whole."""
    if operation.kind == "update" and {"tags", "properties", "address"} & {*operation.body}:
        return True
    return any(standing.fields.get(name) not in (None, "", [], {}) for name in {*operation.values} - {"tags"})


def _tags(operation: Operation, standing: Standing) -> set[str]:
    """The tags that an operation gives or takes away, however they are spelled."""
    if operation.kind in ("tag", "untag"):
        return {folded(operation.body["tag"])}
    return {*map(folded, {*operation.body.get("tags", standing.tags)} ^ {*standing.tags})}


def _over(stands: Mapping[str, Any], planned: Mapping[str, Any], standing: Mapping[str, Any]) -> dict[str, Any]:
    """What stands now, with what the plan changes of what stood before: keys that it sets, and keys that it leaves."""
    kept = {key: value for key, value in stands.items() if key in planned or key not in standing}
    return kept | {key: value for key, value in planned.items() if key not in standing or standing[key] != value}

"""A last look before an update: the window between the snapshot and the write is where a human's edit could be lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.giant_context.client import GiantContext
from connectors.giant_context.wire import Contact
from pipelines.echo import fields_of, same
from pipelines.effects import Operation


@dataclass(frozen=True, slots=True)
class Standing:
    """What an object held in the snapshot, by the plan's field names: what the plan was decided on.

    The API replaces maps and lists as a whole, so `properties`, `address` and `tags` are kept whole, too.
    """

    properties: Mapping[str, Any] = field(default_factory=dict)
    address: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


async def reread(crm: GiantContext, operation: Operation, standing: Standing) -> Operation | None:
    """Read an update's object again: the operation as it may leave now, or None when what it would change has changed.

    A field that nobody touched since the snapshot is written as planned; maps and lists are put together anew around
    what stands there now.

    Raises:
        CallError: the object cannot be read.
    """
    crm_id = operation.crm_id or ""
    item = await (crm.get_contact(crm_id) if operation.object == "contacts" else crm.get_company(crm_id))
    now = fields_of(item)
    if isinstance(item, Contact) and item.status != standing.fields.get("status", item.status):
        return None
    if any(name != "tags" and not same(name, standing.fields.get(name), now.get(name)) for name in operation.sent):
        return None
    body = dict(operation.body)
    if "tags" in body:
        added = [tag for tag in body["tags"] if tag not in standing.tags and tag not in item.tags]
        body["tags"] = [*item.tags, *added]
    if "properties" in body:
        body["properties"] = {**item.properties, **_changed(body["properties"], standing.properties)}
    if "address" in body and not isinstance(item, Contact):
        stands = item.address.model_dump(mode="json", by_alias=True, exclude_none=True)
        body["address"] = {**stands, **_changed(body["address"], standing.address)}
    return replace(operation, body=body)


def _changed(planned: Mapping[str, Any], standing: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in planned.items() if key not in standing or standing[key] != value}

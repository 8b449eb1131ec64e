"""What the server says now stands in the fields that we sent: the base of the next three-way comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.giant_context.wire import Company, Contact


def fields_of(item: Contact | Company) -> dict[str, Any]:
    """A contact or company by the plan's field names."""
    plain = item.model_dump(mode="json")
    flat = {name: value for name, value in plain.items() if name not in ("properties", "address", "company")}
    if isinstance(item, Contact):
        flat["company"] = item.company_id
    else:
        flat.update({f"address.{name}": value for name, value in plain["address"].items()})
    flat.update({f"properties.{name}": value for name, value in item.properties.items()})
    return flat


def echoed(item: Contact | Company, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were sent, as the answer has them.

    Tags are the exception: what we ever added stays on record, since one that is missing later was taken away by a
    human and must not come back.
    """
    flat = fields_of(item)
    return {name: sent[name] if name == "tags" else flat.get(name) for name in sent}


def stands(item: Contact | Company, sent: Mapping[str, Any]) -> bool:
    """Whether everything that was sent is there."""
    flat = fields_of(item)
    return all(
        set(value) <= set(flat.get(name) or ()) if name == "tags" else flat.get(name) == value
        for name, value in sent.items()
    )

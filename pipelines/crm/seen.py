"""How an object stood when an update of it left, and whether somebody has brought it back to that since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from connectors.giant_context.wire import Company, CompanyWrite, Contact, ContactUpdate
from pipelines.crm.echo import fields_of, folded
from pipelines.crm.names import field_name

GROUPS: Final = ("properties.", "address.")
_WRITTEN: Final = {*map(field_name, (*ContactUpdate.model_fields, *CompanyWrite.model_fields))}
EDITED: Final = _WRITTEN - {"properties", "address", "tags"} | {"email_subscribed"}
"""The fields that somebody may edit, and that have a name of their own: what changes beside them tells of no edit."""


def seen(item: Contact | Company) -> str:
    """When an object has changed last (ISO 8601), and a digest of what stands in it: `Operation.seen`."""
    return seen_as(item.updated_at, fields_of(item), item.tags)


def seen_as(changed: datetime, fields: Mapping[str, Any], tags: Iterable[str]) -> str:
    """The same of an object that was read before, by its fields' names in plans and its tags."""
    stands = {
        name: value
        for name, value in fields.items()
        if (name in EDITED or name.startswith(GROUPS)) and value not in (None, "", [], {})
    }
    stands["tags"] = sorted(map(folded, tags))  # one that is given again comes last
    text = json.dumps(stands, sort_keys=True, default=str)
    return f"{changed.isoformat()} {hashlib.sha256(text.encode()).hexdigest()}"


def was_put_back(item: Contact | Company, before: str | None) -> bool:
    """Whether an object stands as it was seen before, and was written to since.

    Then the update in between has arrived, and somebody undid it. Where another value stands by now, that one tells of
    its own why the object has changed, and nothing of the update. Nor does a moment alone, without a digest.
    """
    moment, _, digest = (before or "").partition(" ")
    return bool(digest) and item.updated_at > datetime.fromisoformat(moment) and seen(item).endswith(digest)

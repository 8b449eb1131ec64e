"""How an object stood when an update of it left, and whether somebody has brought it back to that since."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Final

from connectors.giant_context.wire import Company, Contact
from pipelines.crm.echo import fields_of, folded

VOLATILE: Final = ("updated_at", "last_activity_at", "contact_count")
"""Fields that change without anybody's edit."""


def seen(item: Contact | Company) -> str:
    """When an object has changed last (ISO 8601), and a digest of what stands in it: `Operation.seen`."""
    stands = {name: value for name, value in fields_of(item).items() if name not in VOLATILE}
    stands["tags"] = sorted(map(folded, item.tags))  # one that is given again comes last
    text = json.dumps(stands, sort_keys=True, default=str)
    return f"{item.updated_at.isoformat()} {hashlib.sha256(text.encode()).hexdigest()}"


def was_put_back(item: Contact | Company, before: str | None) -> bool:
    """Whether an object stands as it was seen before, and was written to since.

    Then the update in between has arrived, and somebody undid it. Where another value stands by now, that one tells of
    its own why the object has changed, and nothing of the update.
    """
    if before is None:
        return False
    moment, _, digest = before.partition(" ")
    return item.updated_at > datetime.fromisoformat(moment) and (not digest or seen(item).endswith(digest))

"""What we do to the CRM and what comes of it: operations, their keys and their effects."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

ObjectName = Literal["contacts", "companies", "activities"]
Kind = Literal["create", "update", "field", "tag", "untag", "log"]
"""Which call: `field`, `tag` and `untag` are updates of a contact that touch one key or one tag alone."""

UPDATES: Final = ("update", "field", "tag", "untag")
"""The kinds that change an object that is there."""

MARK: Final = "crm_bridge_id"
"""The property that says which person or company of ours made a contact or company."""

SOURCE: Final = "crm-bridge"
"""The `source` of the entries that we log."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One call that changes the CRM.

    `op_key` never holds a run id, a clock or text that may change: the same effect has the same key in every run.
    `body` is the JSON to send (of a tag call `{"tag": …}`, of a field call `{"key": …, "value": …}`); `values` the same
    by field, for comparing: None is a cleared field, `tags` all tags of ours. `before` holds what stood in the fields
    before they were ours; `retracted` names the fields that are given back: they are ours no more afterwards.
    `parent` is the operation that this one reports.
    """

    op_key: str
    object: ObjectName
    kind: Kind
    entity_id: str
    body: Mapping[str, Any]
    values: Mapping[str, Any]
    crm_id: str | None = None
    parent: str | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    retracted: tuple[str, ...] = ()
    doubts: int = 0
    """How often its answer was lost. A worker that was killed does not count: its call may never have left."""
    number: int = 0
    """Which update of its object it is, from 1: a number that may have arrived is never given again."""
    seen: str | None = None
    """How an update's object stood before the call leaves, as `pipelines.crm.seen` tells it; None: not known."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What came of an operation: the CRM's id and, by field, what the server says now stands there."""

    operation: Operation
    crm_id: str
    echoed: Mapping[str, Any]
    request_id: str | None = None
    note: str | None = None
    """What is odd about it and must be told, such as that it was found more than once."""


def op_key(*parts: str | int) -> str:
    """SHA-256 over the parts, each with its length, so that no two lists of parts give the same text."""
    text = "".join(f"{len(str(part))}:{part};" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def found_again(crm_ids: Sequence[str]) -> str | None:
    """The note of an effect that was met so many times, the one that is kept first; None where it was met once."""
    return None if len(crm_ids) == 1 else f"found {len(crm_ids)} times in the CRM: {', '.join(crm_ids)}"

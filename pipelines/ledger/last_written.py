"""What we last wrote to each CRM object, in the ledger: the base of the next three-way comparison."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from sqlite3 import Connection
from typing import Any

import pyarrow as pa

from pipelines.ledger.access import LedgerAccess, each, to_json
from pipelines.ledger.effects import Effect, ObjectName


@dataclass(frozen=True, slots=True)
class Written:
    """What we wrote to one object: by field, as sent, as echoed, and what stood there before it was ours."""

    sent: Mapping[str, Any] = field(default_factory=dict)
    echoed: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)

    def joined(self, effect: Effect) -> Written:
        """The same after one more write: its own fields are replaced, those given back are ours no more.

        What stood there before stays, unless the write says that the field became ours anew.
        """
        operation = effect.operation
        sent = {**self.sent, **operation.values}
        echoed = {**self.echoed, **{name: effect.echoed.get(name) for name in operation.values}}
        before = {**self.before, **operation.before}
        for name in operation.retracted:
            for by_field in (sent, echoed, before):
                by_field.pop(name, None)
        return Written(sent, echoed, before)


class LastWritten:
    """The ledger's table `written`."""

    def __init__(self, access: LedgerAccess) -> None:
        self._access = access

    def of(self, object_name: ObjectName) -> pa.Table:
        """`crm_id, sent, echoed, before`: what we last wrote, what the server made of it, what stood there before.

        Each is JSON text by field. `before` has a field only where the write that made it ours said what stood there.
        """
        return self._access.table(
            "SELECT crm_id, sent, echoed, before FROM written WHERE account = ? AND object = ?",
            object_name,
            {name: pa.string() for name in ("crm_id", "sent", "echoed", "before")},
        )

    def sent(self, object_name: ObjectName) -> pa.Table:
        """`crm_id, sent`: what we last wrote, alone: the other texts are as long."""
        return self._access.table(
            "SELECT crm_id, sent FROM written WHERE account = ? AND object = ?",
            object_name,
            {"crm_id": pa.string(), "sent": pa.string()},
        )

    def merge(self, database: Connection, effects: Sequence[Effect]) -> None:
        """Join what was written now to what was written before, one look and one write for all, in a transaction."""
        wanted = {(effect.operation.object, effect.crm_id) for effect in effects}
        found = database.execute(
            "SELECT object, crm_id, sent, echoed, before FROM written "  # noqa: S608 - constant names
            f"WHERE account = ? AND (object, crm_id) IN {each('object crm_id')}",
            (self._access.account, to_json(list(wanted))),
        )
        rows = {
            (object_name, crm_id): Written(*(json.loads(text) for text in texts))
            for object_name, crm_id, *texts in found
        }
        for effect in effects:
            key = effect.operation.object, effect.crm_id
            rows[key] = rows.get(key, Written()).joined(effect)
        texts = [(*key, to_json(row.sent), to_json(row.echoed), to_json(row.before)) for key, row in rows.items()]
        database.execute(
            "INSERT OR REPLACE INTO written (account, object, crm_id, sent, echoed, before) "  # noqa: S608 - constant names
            f"SELECT ?, * FROM {each('object crm_id sent echoed before')}",
            (self._access.account, to_json(texts)),
        )

"""What we last wrote to each CRM object, in the ledger: the base of the next three-way comparison."""

from __future__ import annotations

import json
from collections.abc import Iterable
from sqlite3 import Connection
from typing import Any

import pyarrow as pa

from pipelines.effects import Effect, ObjectName
from pipelines.ledger_access import LedgerAccess, to_json


class LastWritten(LedgerAccess):
    """The ledger's table `written`."""

    def written(self, object_name: ObjectName) -> pa.Table:
        """`crm_id, sent, echoed`: what we last wrote, as JSON text."""
        return self._table(
            "SELECT crm_id, sent, echoed FROM written WHERE account = ? AND object = ?",
            object_name,
            {"crm_id": pa.string(), "sent": pa.string(), "echoed": pa.string()},
        )

    def _merge_written(self, database: Connection, effects: Iterable[Effect]) -> None:
        for effect in effects:
            operation = effect.operation
            key = (self.account, operation.object, effect.crm_id)
            row = database.execute(
                "SELECT sent, echoed FROM written WHERE account = ? AND object = ? AND crm_id = ?", key
            ).fetchone()
            sent: dict[str, Any] = json.loads(row[0]) if row else {}
            echoed: dict[str, Any] = json.loads(row[1]) if row else {}
            for name in operation.sent:
                sent[name] = operation.sent[name]
                echoed[name] = effect.echoed.get(name)
            database.execute(
                "INSERT OR REPLACE INTO written VALUES (?, ?, ?, ?, ?)", (*key, to_json(sent), to_json(echoed))
            )

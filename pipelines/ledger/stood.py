"""What stood in the CRM that we had not written, in the ledger: where it is gone, a human took it away."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from pipelines.ledger.access import LedgerAccess
from pipelines.ledger.effects import ObjectName


class Stood:
    """The ledger's table `stood`."""

    def __init__(self, access: LedgerAccess) -> None:
        self._access = access

    def of(self, object_name: ObjectName) -> pa.Table:
        """`crm_id, found` of every contact or company in which something stood that we had not written.

        `found` is JSON by field: of keys and lists every element that ever stood there, of other fields `true`.
        """
        return self._access.table(
            "SELECT crm_id, found FROM stood WHERE account = ? AND object = ?",
            object_name,
            {"crm_id": pa.string(), "found": pa.string()},
        )

    def keep(self, object_name: ObjectName, found: Iterable[tuple[str, str]]) -> None:
        """Keep pairs of CRM id and what was found there by now, in place of what was kept of these ids before."""
        with self._access.writing() as database:
            database.executemany(
                "INSERT OR REPLACE INTO stood VALUES (?, ?, ?, ?)",
                ((self._access.account, object_name, crm_id, text) for crm_id, text in found),
            )

"""Who is who, in the ledger: which person (or company) each record is, and which CRM object each of those."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence

import pyarrow as pa

from pipelines.ledger.access import LedgerAccess
from pipelines.ledger.effects import ObjectName


class Identities:
    """The ledger's tables `entities`, `links` and `person_changes`."""

    def __init__(self, access: LedgerAccess) -> None:
        self._access = access

    def entities(self, object_name: ObjectName) -> pa.Table:
        """`record_key, entity_id, sequence` of every record that was ever placed."""
        return self._access.table(
            "SELECT record_key, entity_id, sequence FROM entities WHERE account = ? AND object = ?",
            object_name,
            {"record_key": pa.string(), "entity_id": pa.string(), "sequence": pa.int64()},
        )

    def links(self, object_name: ObjectName) -> pa.Table:
        """`entity_id, crm_id` of every link."""
        return self._access.table(
            "SELECT entity_id, crm_id FROM links WHERE account = ? AND object = ?",
            object_name,
            {"entity_id": pa.string(), "crm_id": pa.string()},
        )

    def place(self, object_name: ObjectName, records: Iterable[Sequence[str]], links: Iterable[Sequence[str]]) -> None:
        """Keep which entity each record is and which CRM object each entity is.

        `records` are pairs of record key and entity id, `links` pairs of entity id and CRM id.
        """
        with self._access.writing() as database:
            last = database.execute("SELECT coalesce(max(sequence), 0) FROM entities").fetchone()[0]
            database.executemany(
                "INSERT INTO entities VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET entity_id = excluded.entity_id, "
                # A record that moves says nothing of how old its new entity is.
                "sequence = excluded.sequence WHERE entity_id <> excluded.entity_id",
                (
                    (self._access.account, object_name, record, entity, last + number)
                    for number, (record, entity) in enumerate(records, 1)
                ),
            )
            database.executemany(
                "INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?)",
                ((self._access.account, object_name, entity, crm_id) for entity, crm_id in links),
            )

    def crm_id(self, object_name: ObjectName, entity_id: str) -> str | None:
        """The CRM id that an entity is linked to."""
        row = self._access.row(
            "SELECT crm_id FROM links WHERE account = ? AND object = ? AND entity_id = ?",
            self._access.account,
            object_name,
            entity_id,
        )
        return None if row is None else row[0]

    def keep_changes(self, run: str, changes: Iterable[Sequence[object]]) -> None:
        """Keep who was merged into whom and who was split: person id, `merged` or `split`, the other's id, records."""
        now = time.time()
        with self._access.writing() as database:
            database.executemany(
                "INSERT OR IGNORE INTO person_changes VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((self._access.account, *change, run, now) for change in changes),
            )

    def changes_of(self, person_id: str) -> list[tuple[str, str, str, float]]:
        """What became of a person, and who became it: person id, `merged` or `split`, the other's id, when."""
        return self._access.rows(
            "SELECT person_id, change, other_id, kept_at FROM person_changes "
            "WHERE account = ? AND ? IN (person_id, other_id) ORDER BY kept_at, person_id, other_id",
            self._access.account,
            person_id,
        )

    def placed_since(self, moment: str) -> list[tuple[str, str, str]]:
        """Object, record key and entity of every record that was placed since a moment, for the first time or anew.

        `moment` is what `Ledger.moment` gave.
        """
        return self._access.rows(
            "SELECT object, record_key, entity_id FROM entities WHERE account = ? AND sequence > ?",
            self._access.account,
            json.loads(moment)["placed"],
        )

    def last_place(self) -> int:
        """The sequence of the record that was placed last, of any account; 0: none was."""
        ((last,),) = self._access.rows("SELECT coalesce(max(sequence), 0) FROM entities")
        return int(last)

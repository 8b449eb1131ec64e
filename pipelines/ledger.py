"""The ledger: SQLite, one row an operation, durable before anything leaves the machine.

WAL and `synchronous=FULL`: what a method has returned from survives power loss. The file is never reset; a damaged or
newer one is refused.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from pipelines.effects import Effect, ObjectName, Operation
from pipelines.ledger_file import open_file


class Ledger:
    """The ledger of one account within the file."""

    def __init__(self, path: Path, account: str) -> None:
        """Open the file, or make it when it is missing.

        Raises:
            StateRefused: the file is damaged, empty, no ledger, or written by a newer version.
        """
        self.path = path
        self.account = account
        self._db = open_file(path)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # What the plan is made from

    def entities(self, object_name: ObjectName) -> pa.Table:
        """`record_key, entity_id, sequence` of every record that was ever placed."""
        return self._table(
            "SELECT record_key, entity_id, sequence FROM entities WHERE account = ? AND object = ?",
            object_name,
            {"record_key": pa.string(), "entity_id": pa.string(), "sequence": pa.int64()},
        )

    def links(self, object_name: ObjectName) -> pa.Table:
        """`entity_id, crm_id` of every link."""
        return self._table(
            "SELECT entity_id, crm_id FROM links WHERE account = ? AND object = ?",
            object_name,
            {"entity_id": pa.string(), "crm_id": pa.string()},
        )

    def written(self, object_name: ObjectName) -> pa.Table:
        """`crm_id, sent, echoed`: what we last wrote, as JSON text."""
        return self._table(
            "SELECT crm_id, sent, echoed, '{}' FROM written WHERE account = ? AND object = ?",
            object_name,
            {"crm_id": pa.string(), "sent": pa.string(), "echoed": pa.string(), "before": pa.string()},
        )

    def _table(self, query: str, object_name: str, columns: Mapping[str, pa.DataType]) -> pa.Table:
        schema = pa.schema(list(columns.items()))
        batches = []
        cursor = self._db.execute(query, (self.account, object_name))
        while rows := cursor.fetchmany(100_000):
            values = zip(*rows, strict=True)
            batches.append(
                pa.record_batch(
                    [pa.array(column, kind) for column, kind in zip(values, schema.types, strict=True)], schema=schema
                )
            )
        return pa.Table.from_batches(batches, schema)

    def trait(self, name: str) -> str | None:
        """What we learned about the account under this name."""
        row = self._db.execute(
            "SELECT value FROM traits WHERE account = ? AND name = ?", (self.account, name)
        ).fetchone()
        return None if row is None else str(row[0])

    def learn(self, name: str, value: str) -> None:
        """Keep something about the account."""
        self._db.execute("INSERT OR REPLACE INTO traits VALUES (?, ?, ?)", (self.account, name, value))

    @property
    def id(self) -> str:
        """The ledger's own id."""
        return str(self._db.execute("SELECT value FROM meta WHERE name = 'ledger_id'").fetchone()[0])

    def traits(self, prefix: str) -> list[tuple[str, str]]:
        """The account's traits whose names begin so, with their values."""
        rows = self._db.execute("SELECT name, value FROM traits WHERE account = ? ORDER BY name", (self.account,))
        return [(name, value) for name, value in rows if name.startswith(prefix)]

    def forget(self, name: str) -> None:
        """Forget a trait of the account."""
        self._db.execute("DELETE FROM traits WHERE account = ? AND name = ?", (self.account, name))

    # What apply writes

    def place(self, object_name: ObjectName, records: Iterable[Sequence[str]], links: Iterable[Sequence[str]]) -> None:
        """Keep which entity each record is and which CRM object each entity is.

        `records` are pairs of record key and entity id, `links` pairs of entity id and CRM id.
        """
        with self._transaction():
            last = self._db.execute("SELECT coalesce(max(sequence), 0) FROM entities").fetchone()[0]
            self._db.executemany(
                "INSERT INTO entities VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET entity_id = excluded.entity_id, "
                # A record that moves says nothing of how old its new entity is.
                "sequence = excluded.sequence WHERE entity_id <> excluded.entity_id",
                (
                    (self.account, object_name, record, entity, last + number)
                    for number, (record, entity) in enumerate(records, 1)
                ),
            )
            self._db.executemany(
                "INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?)",
                ((self.account, object_name, entity, crm_id) for entity, crm_id in links),
            )

    def changed(self, run: str, changes: Iterable[Sequence[object]]) -> None:
        """Keep who was merged into whom and who was split: person id, `merged` or `split`, the other's id, records."""
        now = time.time()
        with self._transaction():
            self._db.executemany(
                "INSERT OR IGNORE INTO person_changes VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((self.account, *change, run, now) for change in changes),
            )

    def changes_of(self, person_id: str) -> list[tuple[str, str, str, float]]:
        """What became of a person, and who became it: person id, `merged` or `split`, the other's id, when."""
        return self._db.execute(
            "SELECT person_id, change, other_id, kept_at FROM person_changes "
            "WHERE account = ? AND ? IN (person_id, other_id) ORDER BY kept_at, person_id, other_id",
            (self.account, person_id),
        ).fetchall()

    def intend(self, run: str, operations: Iterable[Operation]) -> None:
        """Keep operations as INTENT, all at once.

        One that is done stays so, and one that may be under way is not touched. What the CRM refused stays refused,
        unless other words are to be sent now.
        """
        now = time.time()
        with self._transaction():
            self._db.executemany(
                "INSERT INTO journal "
                "(op_key, account, object, kind, entity_id, crm_id, parent, body, sent, state, run, intent_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'INTENT', ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body, "
                "sent = excluded.sent, crm_id = excluded.crm_id, state = 'INTENT', reason = NULL, run = excluded.run, "
                "intent_at = excluded.intent_at WHERE state = 'INTENT' OR state = 'REJECTED' AND body <> excluded.body",
                (
                    (
                        *(operation.op_key, self.account, operation.object, operation.kind, operation.entity_id),
                        *(operation.crm_id, operation.parent, _json(operation.body), _json(operation.sent), run, now),
                    )
                    for operation in operations
                ),
            )

    def drop_stale_intents(self) -> None:
        """Forget intents of earlier runs: nothing of them has left, and this run decides anew.

        A log entry whose write was done, or may have been, is owed and stays.
        """
        self._db.execute(
            "DELETE FROM journal WHERE account = ? AND state = 'INTENT' AND NOT (kind = 'log' AND parent IN "
            "(SELECT op_key FROM journal WHERE state IN ('SENT', 'DONE', 'UNKNOWN')))",
            (self.account,),
        )

    def sent(self, run: str, operations: Sequence[Operation]) -> None:
        """Keep that bytes may leave from now on, by which run, and what is known by now: ids of what it made before."""
        now = time.time()
        with self._transaction():
            self._db.executemany(
                "UPDATE journal SET state = 'SENT', attempts = attempts + 1, sent_at = ?, run = ?, crm_id = ?, "
                "body = ?, sent = ? WHERE op_key = ?",
                (
                    (now, run, operation.crm_id, _json(operation.body), _json(operation.sent), operation.op_key)
                    for operation in operations
                ),
            )

    def done(self, effects: Sequence[Effect]) -> None:
        """Keep what came of operations, with the links and the last-written values that follow from it."""
        now = time.time()
        with self._transaction():
            for effect in effects:
                operation = effect.operation
                self._db.execute(
                    "UPDATE journal SET state = 'DONE', crm_id = ?, request_id = ?, reason = NULL, ended_at = ? "
                    "WHERE op_key = ?",
                    (effect.crm_id, effect.request_id, now, operation.op_key),
                )
                if operation.kind == "log":
                    continue
                self._db.execute(
                    "INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?)",
                    (self.account, operation.object, operation.entity_id, effect.crm_id),
                )
                self._merge_written(operation, effect)

    def _merge_written(self, operation: Operation, effect: Effect) -> None:
        key = (self.account, operation.object, effect.crm_id)
        row = self._db.execute(
            "SELECT sent, echoed FROM written WHERE account = ? AND object = ? AND crm_id = ?", key
        ).fetchone()
        sent, echoed = (json.loads(row[0]), json.loads(row[1])) if row else ({}, {})
        for name in operation.sent:
            sent[name] = operation.sent[name]
            echoed[name] = effect.echoed.get(name)
        self._db.execute("INSERT OR REPLACE INTO written VALUES (?, ?, ?, ?, ?)", (*key, _json(sent), _json(echoed)))

    def end(
        self,
        operation: Operation,
        state: Literal["INTENT", "REJECTED", "UNKNOWN"],
        reason: str,
        request_id: str | None = None,
    ) -> None:
        """Keep that an operation had no effect (INTENT), was refused (REJECTED) or cannot be told (UNKNOWN)."""
        self._db.execute(
            "UPDATE journal SET state = ?, reason = ?, request_id = ?, ended_at = ? WHERE op_key = ?",
            (state, reason, request_id, time.time(), operation.op_key),
        )

    def in_state(self, state: str) -> list[Operation]:
        """The account's operations in a state, oldest first."""
        rows = self._db.execute(
            "SELECT op_key, object, kind, entity_id, body, sent, crm_id, parent, sent_at FROM journal "
            "WHERE account = ? AND state = ? ORDER BY intent_at, op_key",
            (self.account, state),
        ).fetchall()
        return [
            Operation(key, object_name, kind, entity, json.loads(body), json.loads(sent), crm_id, parent, sent_at)
            for key, object_name, kind, entity, body, sent, crm_id, parent, sent_at in rows
        ]

    def owed_logs(self) -> list[Operation]:
        """Log entries whose write was done but which were never sent."""
        owed = self._db.execute(
            "SELECT child.op_key FROM journal child JOIN journal write ON write.op_key = child.parent "
            "WHERE child.account = ? AND child.kind = 'log' AND child.state = 'INTENT' AND write.state = 'DONE'",
            (self.account,),
        ).fetchall()
        keys = {key for (key,) in owed}
        return [operation for operation in self.in_state("INTENT") if operation.op_key in keys]

    def target_of(self, key: str) -> str | None:
        """The CRM id that a done operation ended in."""
        row = self._db.execute("SELECT crm_id FROM journal WHERE op_key = ? AND state = 'DONE'", (key,)).fetchone()
        return None if row is None else row[0]

    def crm_id(self, object_name: ObjectName, entity_id: str) -> str | None:
        """The CRM id that an entity is linked to."""
        row = self._db.execute(
            "SELECT crm_id FROM links WHERE account = ? AND object = ? AND entity_id = ?",
            (self.account, object_name, entity_id),
        ).fetchone()
        return None if row is None else row[0]

    def updates_done(self) -> dict[tuple[str, str], int]:
        """How many updates each CRM object, named by kind and id, has had from us: what numbers the next one."""
        rows = self._db.execute(
            "SELECT object, crm_id, count(*) FROM journal WHERE account = ? AND kind NOT IN ('create', 'log') "
            "AND state IN ('DONE', 'UNKNOWN') AND crm_id IS NOT NULL GROUP BY object, crm_id",
            (self.account,),
        )
        return {(object_name, crm_id): count for object_name, crm_id, count in rows}

    def position(self) -> str:
        """A text that changes whenever the ledger gains something a plan is made from."""
        row = self._db.execute(
            "SELECT count(*), coalesce(max(ended_at), 0) FROM journal WHERE account = ? AND state = 'DONE'",
            (self.account,),
        ).fetchone()
        return f"{row[0]}:{row[1]}"

    def states(self) -> dict[str, int]:
        """How many operations are in each state."""
        query = "SELECT state, count(*) FROM journal WHERE account = ? GROUP BY state"
        return dict(self._db.execute(query, (self.account,)).fetchall())

    def of_run(self, run: str) -> pa.Table:
        """A run's operations as a table, without bodies."""
        names = ("op_key", "object", "kind", "entity_id", "crm_id", "state", "attempts", "request_id", "reason")
        rows = self._db.execute(
            "SELECT op_key, object, kind, entity_id, crm_id, state, attempts, request_id, reason "
            "FROM journal WHERE run = ? ORDER BY op_key",
            (run,),
        ).fetchall()
        schema = pa.schema([(name, pa.int64() if name == "attempts" else pa.string()) for name in names])
        return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema)


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)

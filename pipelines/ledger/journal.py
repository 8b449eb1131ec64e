"""The journal: one row an operation, kept before anything leaves the machine, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from sqlite3 import Connection
from typing import Final, Literal

from pipelines.ledger.access import LedgerAccess, each, to_json
from pipelines.ledger.effects import Effect, Operation
from pipelines.ledger.journal_reading import OPEN
from pipelines.ledger.journal_waiting import OWED, JournalWaiting
from pipelines.ledger.last_written import LastWritten

END: Final = (
    "UPDATE journal SET state = ?, reason = ?, request_id = ?, ended_at = ?, "
    "doubts = CASE WHEN ? THEN 0 ELSE doubts + ? END WHERE op_key = ? AND state <> 'DONE'"
)


class Journal(JournalWaiting):
    """The ledger's table `journal`, and the links and last-written values that follow from what is done."""

    def __init__(self, access: LedgerAccess, written: LastWritten) -> None:
        super().__init__(access)
        self._written = written

    def intend(self, run: str, operations: Iterable[Operation]) -> None:
        """Keep operations as INTENT, all at once.

        One that is done stays so, and one that may be under way is not touched. What the CRM refused stays refused,
        unless other words are to be sent now.
        """
        now = time.time()
        with self._access.writing() as database:
            database.executemany(
                "INSERT INTO journal (op_key, account, object, kind, entity_id, crm_id, parent, body, sent, before, "
                "retracted, doubts, number, seen, state, run, intent_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'INTENT', ?, ?) "
                "ON CONFLICT DO UPDATE SET kind = excluded.kind, body = excluded.body, sent = excluded.sent, "
                "before = excluded.before, retracted = excluded.retracted, crm_id = excluded.crm_id, "
                "number = excluded.number, seen = excluded.seen, state = 'INTENT', run = excluded.run, "
                "reason = CASE WHEN doubts > 0 THEN reason END, intent_at = excluded.intent_at "
                "WHERE state = 'INTENT' OR state = 'REJECTED' AND body <> excluded.body",
                (self._new_row(self._signed(operation), run, now) for operation in operations),
            )

    def _signed(self, operation: Operation) -> Operation:
        """The operation; an entry that bears a key of ours says which ledger it comes from, too."""
        data = operation.body.get("data")
        if operation.kind != "log" or not isinstance(data, Mapping) or "externalId" not in data:
            return operation
        return replace(operation, body={**operation.body, "data": {**data, "ledgerId": self._access.meta("ledger_id")}})

    def _new_row(self, operation: Operation, run: str, now: float) -> tuple[object, ...]:
        return (
            operation.op_key,
            self._access.account,
            operation.object,
            operation.kind,
            operation.entity_id,
            operation.crm_id,
            operation.parent,
            to_json(operation.body),
            to_json(operation.values),
            to_json(operation.before),
            to_json(operation.retracted),
            operation.doubts,
            operation.number,
            operation.seen,
            run,
            now,
        )

    def drop_stale_intents(self) -> None:
        """Forget intents of earlier runs: nothing of them has left, and this run decides anew.

        A log entry whose write was done, or may have been, is owed and stays. So does a create or an entry whose answer
        was lost: how often that was must not be forgotten.
        """
        with self._access.writing() as database:
            database.execute(
                f"DELETE FROM journal WHERE account = ? AND {OPEN} AND state = 'INTENT' "  # noqa: S608 - a constant
                "AND (doubts = 0 OR number > 0) AND NOT (kind = 'log' AND EXISTS (SELECT 1 FROM journal AS wrote "
                "WHERE wrote.op_key = journal.parent AND wrote.state IN ('SENT', 'DONE', 'UNKNOWN')))",
                (self._access.account,),
            )

    def mark_sent(self, run: str, operations: Sequence[Operation], as_intended: Sequence[Operation] = ()) -> None:
        """Keep that bytes may leave from now on, by which run, and what is known by now: ids of what it made before.

        Those `as_intended` are sent just as the journal has them: that saves writing them down again.
        """
        now = time.time()
        with self._access.writing() as database:
            database.execute(
                "UPDATE journal SET state = 'SENT', attempts = attempts + 1, sent_at = ?, run = ? "
                "WHERE op_key IN (SELECT value FROM json_each(?))",
                (now, run, to_json([operation.op_key for operation in as_intended])),
            )
            if operations:
                database.execute(
                    "UPDATE journal SET state = 'SENT', attempts = attempts + 1, sent_at = ?, run = ?, "  # noqa: S608 - constant names
                    "crm_id = new.crm_id, body = new.body, sent = new.sent, before = new.before, "
                    "retracted = new.retracted, seen = new.seen "
                    f"FROM {each('op_key crm_id body sent before retracted seen')} AS new "
                    "WHERE journal.op_key = new.op_key",
                    (now, run, to_json([_changed(operation) for operation in operations])),
                )

    def mark_done(self, effects: Sequence[Effect]) -> None:
        """Keep what came of operations, with the links and the last-written values that follow from it."""
        ends = [(effect.operation.op_key, effect.crm_id, effect.request_id, effect.note) for effect in effects]
        writes = [effect for effect in effects if effect.operation.kind != "log"]
        links = [(effect.operation.object, effect.operation.entity_id, effect.crm_id) for effect in writes]
        with self._access.writing() as database:
            database.execute(
                "UPDATE journal SET state = 'DONE', crm_id = new.crm_id, request_id = new.request_id, "  # noqa: S608 - constant names
                f"reason = new.note, ended_at = ? FROM {each('op_key crm_id request_id note')} AS new "
                "WHERE journal.op_key = new.op_key",
                (time.time(), to_json(ends)),
            )
            database.execute(
                f"INSERT OR REPLACE INTO links SELECT ?, * FROM {each('object entity_id crm_id')}",  # noqa: S608 - constant names
                (self._access.account, to_json(links)),
            )
            self._written.merge(database, writes)

    def end(
        self,
        operation: Operation,
        state: Literal["INTENT", "SENT", "REJECTED", "UNKNOWN"],
        reason: str,
        request_id: str | None = None,
        *,
        doubt: bool = False,
        certain: bool = False,
    ) -> None:
        """Keep that an operation had no effect (INTENT), was refused (REJECTED) or cannot be told (UNKNOWN).

        SENT: it may have been applied, and is to be looked for; `doubt` counts that its answer was lost. `certain`:
        no doubt is left, since the CRM has spoken or somebody asks to begin anew. What is DONE stays so.
        """
        with self._access.writing() as database:
            database.execute(END, (state, reason, request_id, time.time(), certain, int(doubt), operation.op_key))

    def end_many(
        self, ends: Sequence[tuple[Operation, Literal["INTENT", "SENT", "UNKNOWN"], str, str | None]], *, certain: bool
    ) -> None:
        """Keep what came of many operations, all at once: each with its state, the reason and the request's id."""
        now = time.time()
        with self._access.writing() as database:
            database.executemany(
                END, [(state, reason, said, now, certain, 0, one.op_key) for one, state, reason, said in ends]
            )

    def mark_owed_sent(self) -> None:
        """Turn owed entries into SENT: they may have been logged since this ledger was copied."""
        owed = []
        for operation in self.owed_logs():
            contact = self.target_of(operation.parent or "")
            owed.append(replace(operation, body={**operation.body, "contactId": contact}, crm_id=contact))
        self.mark_sent("restored", owed)

    def insert_done(self, database: Connection, effects: Iterable[Effect]) -> None:
        """Keep effects that were met in the CRM and that the journal knows nothing of, in a transaction."""
        now = time.time()
        for effect in effects:
            operation = effect.operation
            database.execute(
                "INSERT OR IGNORE INTO journal (op_key, account, object, kind, entity_id, crm_id, parent, body, sent, "
                "state, run, reason, intent_at, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, '{}', '{}', 'DONE', 'rebuilt', "
                "?, ?, ?)",
                (
                    operation.op_key,
                    self._access.account,
                    operation.object,
                    operation.kind,
                    operation.entity_id,
                    effect.crm_id,
                    operation.parent,
                    effect.note,
                    now,
                    now,
                ),
            )
            if operation.kind == "create":
                database.execute(
                    "INSERT OR REPLACE INTO links VALUES (?, ?, ?, ?)",
                    (self._access.account, operation.object, operation.entity_id, effect.crm_id),
                )

    def begin(self, run: str) -> None:
        """Let a run send the entries that are owed, and nothing else: what it left when it was tried before waits."""
        with self._access.writing() as database:
            database.execute(
                "UPDATE journal SET run = 'before ' || run WHERE account = ? AND state = 'INTENT' AND run = ?",
                (self._access.account, run),
            )
            database.execute(f"UPDATE journal SET run = ? WHERE {OWED}", (run, self._access.account))  # noqa: S608 - a constant


def _changed(operation: Operation) -> tuple[str | None, ...]:
    """What may be another by the time an operation is sent."""
    return (
        operation.op_key,
        operation.crm_id,
        to_json(operation.body),
        to_json(operation.values),
        to_json(operation.before),
        to_json(operation.retracted),
        operation.seen,
    )

"""What the journal has for a run to send: what waits, what is owed, and what was lost and is not due yet."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Final

from pipelines.ledger.effects import ObjectName, Operation
from pipelines.ledger.journal_reading import LOST, OPEN, OPERATION, JournalReading, operation_of

OWED: Final = (
    f"account = ? AND {OPEN} AND kind = 'log' AND state = 'INTENT' "  # noqa: S608 - a constant
    "AND EXISTS (SELECT 1 FROM journal AS done WHERE done.op_key = journal.parent AND done.state = 'DONE')"
)
"""Log entries whose write was done but which were never sent."""

DUE_AT: Final = "coalesce(sent_at, 0) + (doubts > 1) * min(3600, 1 << min(doubts - 1, 12))"
"""When they may be sent again: at once after one loss, then 2, 4, 8 … seconds after they left, an hour at most."""

NO_LIMIT: Final = 2**62


@dataclass(frozen=True, slots=True)
class Lost:
    """A create or an entry that was sent, whose answer was lost, and that is surely not there."""

    operation: Operation
    sent_at: float
    """When it left last, in seconds since 1970."""
    due_at: float
    """From when on it may be sent again, in seconds since 1970."""


class JournalWaiting(JournalReading):
    """The ledger's table `journal`, as a run reads it that is about to send."""

    def owed_logs(self) -> list[Operation]:
        """Log entries whose write was done but which were never sent."""
        query = f"SELECT {OPERATION} FROM journal WHERE {OWED} ORDER BY rowid"  # noqa: S608 - constants
        return [operation_of(row) for row in self._access.rows(query, self._access.account)]

    def lost(self, run: str | None = None, object_name: ObjectName | None = None) -> list[Lost]:
        """Creates and entries that were lost and are surely not there, due or not; of a run and kind, or all."""
        rows = self._access.rows(
            f"SELECT {OPERATION}, coalesce(sent_at, 0), {DUE_AT} FROM journal WHERE account = ? AND {OPEN} AND {LOST} "  # noqa: S608 - constants
            "AND run = coalesce(?, run) AND object = coalesce(?, object) ORDER BY rowid",
            self._access.account,
            run,
            object_name,
        )
        return [Lost(operation_of(row[:-2]), *row[-2:]) for row in rows]

    def owed(self, run: str, *, most_lost: int | None) -> tuple[int, int]:
        """How much of what a run was to send is still to arrive, and how much of that is given up: lost too often.

        What is SENT at its end is owed, too, whichever run has sent it: it could not be looked for to the end.
        """
        row = self._access.row(
            f"SELECT count(*), count(*) FILTER (WHERE {LOST} AND doubts >= ?) "  # noqa: S608 - constants
            f"FROM journal WHERE account = ? AND {OPEN} AND (state = 'SENT' OR run = ? AND ("
            f"state = 'INTENT' AND doubts > 0 OR op_key IN (SELECT op_key FROM journal WHERE {OWED})))",
            NO_LIMIT if most_lost is None else most_lost,
            self._access.account,
            run,
            self._access.account,
        )
        return (0, 0) if row is None else (row[0], row[1])

    def of_found(self, run: str, *, after: int, at_most: int) -> tuple[list[Operation], int]:
        """Entries that a run is to log, and whose write was found done: not answered to a call of this very run.

        Each is aimed at its contact. Places are as in `waiting`.
        """
        rows = self._access.rows(
            f"SELECT {OPERATION}, (SELECT crm_id FROM journal AS wrote WHERE wrote.op_key = journal.parent), rowid "  # noqa: S608 - constants
            f"FROM journal WHERE account = ? AND {OPEN} AND state = 'INTENT' AND run = ? "
            "AND kind = 'log' AND doubts = 0 AND rowid > ? "
            "AND EXISTS (SELECT 1 FROM journal AS wrote WHERE wrote.op_key = journal.parent "
            "AND wrote.state = 'DONE' AND (wrote.run <> journal.run OR wrote.doubts > 0 OR wrote.reason IS NOT NULL)) "
            "ORDER BY rowid LIMIT ?",
            self._access.account,
            run,
            after,
            at_most,
        )
        found = [
            replace(entry, body={**entry.body, "contactId": contact}, crm_id=contact)
            for entry, contact in ((operation_of(row[:-2]), row[-2]) for row in rows)
        ]
        return found, rows[-1][-1] if rows else after

    def waiting(
        self,
        run: str,
        object_name: ObjectName,
        *,
        after: int,
        last: int,
        at_most: int,
        most_lost: int | None = None,
    ) -> tuple[list[Operation], int]:
        """What a run is to send of a kind of object, in the order in which it was intended, and the last one's place.

        Places are the journal's; asked for are those behind `after`, up to `last`. What was lost is left out until it
        is due, and where `most_lost` of its answers were lost.
        """
        now = time.time()  # what was sent later than now, by a clock that went back, is due
        rows = self._access.rows(
            f"SELECT {OPERATION}, rowid FROM journal WHERE account = ? AND state = 'INTENT' AND object = ? "  # noqa: S608 - constants
            "AND run = ? AND rowid > ? AND rowid <= ? "
            f"AND (NOT ({LOST}) OR doubts < ? AND (coalesce(sent_at, 0) > ? OR {DUE_AT} <= ?)) ORDER BY rowid LIMIT ?",
            self._access.account,
            object_name,
            run,
            after,
            last,
            NO_LIMIT if most_lost is None else most_lost,
            now,
            now,
            at_most,
        )
        return [operation_of(row[:-1]) for row in rows], rows[-1][-1] if rows else after

    def waiting_counts(self, run: str) -> dict[str, int]:
        """How much a run is to send, by object."""
        query = (
            "SELECT object, count(*) FROM journal WHERE account = ? AND state = 'INTENT' AND run = ? GROUP BY object"
        )
        return dict(self._access.rows(query, self._access.account, run))

    def last_place(self) -> int:
        """The place of what came into the journal last."""
        row = self._access.row("SELECT coalesce(max(rowid), 0) FROM journal")
        return 0 if row is None else int(row[0])

"""What the journal says of operations: what waits, what is under way, what came of what."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from pipelines.ledger.access import LedgerAccess, each, to_json
from pipelines.ledger.effects import ObjectName, Operation

OPERATION: Final = "op_key, object, kind, entity_id, body, sent, crm_id, parent, before, retracted, doubts, number"
"""The columns that an operation is made of, in the order in which it is."""

OPEN: Final = "state <> 'DONE'"
"""What an index of its own leads to, provided that a query says so in these very words."""

OWED: Final = (
    f"account = ? AND {OPEN} AND kind = 'log' AND state = 'INTENT' "  # noqa: S608 - a constant
    "AND EXISTS (SELECT 1 FROM journal AS done WHERE done.op_key = journal.parent AND done.state = 'DONE')"
)
"""Log entries whose write was done but which were never sent."""

LOST: Final = "state = 'INTENT' AND doubts > 0 AND number = 0"
"""Creates and entries whose answer was lost, and that were looked for and are surely not there."""

DUE_AT: Final = "coalesce(sent_at, 0) + (doubts > 1) * min(3600, 1 << min(doubts - 1, 12))"
"""When they may be sent again: at once after one loss, then 2, 4, 8 … seconds after they left, an hour at most."""

NO_LIMIT: Final = 2**62

TOLD: Final = (
    "op_key",
    "state",
    "kind",
    "object",
    "entity_id",
    "crm_id",
    "body",
    "reason",
    "request_id",
    "attempts",
    "doubts",
    "at",
)
"""What is told of an operation."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A create or an entry that was sent, whose answer was lost, and that is surely not there."""

    operation: Operation
    sent_at: float
    """When it left last, in seconds since 1970."""
    due_at: float
    """From when on it may be sent again, in seconds since 1970."""


class JournalReading:
    """The ledger's table `journal`, as it is read."""

    def __init__(self, access: LedgerAccess) -> None:
        self._access = access

    def in_state(self, state: str) -> list[Operation]:
        """The account's operations in a state, oldest first."""
        of_these = "true" if state == "DONE" else OPEN
        query = f"SELECT {OPERATION} FROM journal WHERE account = ? AND {of_these} AND state = ? "  # noqa: S608 - constants
        return [
            _operation(row)
            for row in self._access.rows(query + "ORDER BY intent_at, op_key", self._access.account, state)
        ]

    def told(self, *states: str) -> list[dict[str, Any]]:
        """What to tell of operations in these states, newest first: of DONE the odd, of INTENT the lost."""
        rows = self._access.rows(
            f"SELECT {', '.join(TOLD[:-1])}, coalesce(ended_at, sent_at, intent_at) AS at FROM journal "  # noqa: S608 - constants
            "WHERE account = ? AND state IN (SELECT value FROM json_each(?)) "
            f"AND (state <> 'DONE' OR reason IS NOT NULL) AND (state <> 'INTENT' OR {LOST}) ORDER BY at DESC, op_key",
            self._access.account,
            to_json(states),
        )
        return [dict(zip(TOLD, row, strict=True)) for row in rows]

    def owed_logs(self) -> list[Operation]:
        """Log entries whose write was done but which were never sent."""
        query = f"SELECT {OPERATION} FROM journal WHERE {OWED} ORDER BY rowid"  # noqa: S608 - constants
        return [_operation(row) for row in self._access.rows(query, self._access.account)]

    def lost(self, run: str | None = None, object_name: ObjectName | None = None) -> list[Lost]:
        """Creates and entries that were lost and are surely not there, due or not; of a run and kind, or all."""
        rows = self._access.rows(
            f"SELECT {OPERATION}, coalesce(sent_at, 0), {DUE_AT} FROM journal WHERE account = ? AND {OPEN} AND {LOST} "  # noqa: S608 - constants
            "AND run = coalesce(?, run) AND object = coalesce(?, object) ORDER BY rowid",
            self._access.account,
            run,
            object_name,
        )
        return [Lost(_operation(row[:-2]), *row[-2:]) for row in rows]

    def owed(self, run: str, *, most_lost: int | None) -> tuple[int, int]:
        """How much of what a run was to send is still to arrive, and how much of that is given up: lost too often."""
        row = self._access.row(
            f"SELECT count(*), count(*) FILTER (WHERE {LOST} AND doubts >= ?) "  # noqa: S608 - constants
            f"FROM journal WHERE account = ? AND {OPEN} AND run = ? AND (state = 'SENT' "
            f"OR state = 'INTENT' AND doubts > 0 OR op_key IN (SELECT op_key FROM journal WHERE {OWED}))",
            NO_LIMIT if most_lost is None else most_lost,
            self._access.account,
            run,
            self._access.account,
        )
        return (0, 0) if row is None else (row[0], row[1])

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
        return [_operation(row[:-1]) for row in rows], rows[-1][-1] if rows else after

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

    def among(self, keys: Sequence[str], states: Sequence[str]) -> list[tuple[Operation, str]]:
        """Those of these operations that are in one of these states, with it."""
        rows = self._access.rows(
            f"SELECT {OPERATION}, state FROM journal WHERE op_key IN (SELECT value FROM json_each(?)) "  # noqa: S608 - a constant
            "AND state IN (SELECT value FROM json_each(?)) ORDER BY rowid",
            to_json(keys),
            to_json(states),
        )
        return [(_operation(row[:-1]), row[-1]) for row in rows]

    def target_of(self, key: str) -> str | None:
        """The CRM id that a done operation ended in."""
        row = self._access.row("SELECT crm_id FROM journal WHERE op_key = ? AND state = 'DONE'", key)
        return None if row is None else row[0]

    def update_numbers(self, targets: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """The number of the last update that each of these CRM objects has had, or may have had, from us.

        It is not how many there were: one of which it was found out later that it never arrived leaves a gap. Targets
        are pairs of object and CRM id; those without an update are left out.
        """
        rows = self._access.rows(
            "SELECT object, crm_id, max(number) FROM journal WHERE account = ? AND number > 0 "  # noqa: S608 - constant names
            f"AND (object, crm_id) IN {each('object crm_id')} AND state IN ('SENT', 'DONE', 'UNKNOWN') "
            "GROUP BY object, crm_id",
            self._access.account,
            to_json(targets),
        )
        return {(object_name, crm_id): number for object_name, crm_id, number in rows}

    def done_so_far(self) -> tuple[int, float]:
        """How many operations are done, and when the last of them was (seconds since 1970); (0, 0): none is."""
        ((done, last),) = self._access.rows(
            "SELECT count(*), coalesce(max(ended_at), 0) FROM journal WHERE account = ? AND state = 'DONE'",
            self._access.account,
        )
        return done, last

    def done_until(self, at: float) -> int:
        """How many operations were done at a time or before, in seconds since 1970."""
        ((count,),) = self._access.rows(
            "SELECT count(*) FROM journal WHERE account = ? AND state = 'DONE' AND ended_at <= ?",
            self._access.account,
            at,
        )
        return int(count)

    def touched_since(self, moment: str) -> list[tuple[str, str, str | None, str, str]]:
        """Object, entity, CRM id, state and run of all that was written since a moment, or may have been.

        `moment` is what `Ledger.moment` gave.
        """
        return self._access.rows(
            "SELECT DISTINCT object, entity_id, crm_id, state, run FROM journal WHERE account = ? AND kind <> 'log' "
            "AND (state = 'SENT' OR state IN ('DONE', 'UNKNOWN') AND ended_at > ?)",
            self._access.account,
            json.loads(moment)["at"],
        )

    def knows_writes(self) -> bool:
        """Whether anything was ever done in this account, or may have been."""
        wrote = "SELECT 1 FROM journal WHERE account = ? AND state IN ('DONE', 'SENT', 'UNKNOWN') LIMIT 1"
        return self._access.row(wrote, self._access.account) is not None

    def written_beyond(self, earlier: Path) -> int:
        """To how many contacts and companies we have written, or may have, that an earlier copy knows nothing of."""
        with self._access.reading() as database:
            database.execute("ATTACH DATABASE ? AS earlier", (str(earlier),))
            try:
                ((count,),) = database.execute(
                    "SELECT count(*) FROM (SELECT DISTINCT object, coalesce(crm_id, entity_id) FROM main.journal "
                    "WHERE account = ? AND kind <> 'log' AND state IN ('DONE', 'SENT', 'UNKNOWN') "
                    "AND (op_key, state, attempts) NOT IN (SELECT op_key, state, attempts FROM earlier.journal))",
                    (self._access.account,),
                )
            finally:
                database.execute("DETACH DATABASE earlier")
        return int(count)

    def states(self) -> dict[str, int]:
        """How many operations are in each state."""
        query = "SELECT state, count(*) FROM journal WHERE account = ? GROUP BY state"
        return dict(self._access.rows(query, self._access.account))

    def of_run(self, run: str) -> pa.Table:
        """A run's operations as a table, without bodies; `fields` names what each was to write, as a JSON list."""
        names = (
            "op_key",
            "object",
            "kind",
            "entity_id",
            "crm_id",
            "state",
            "attempts",
            "request_id",
            "reason",
            "fields",
        )
        rows = self._access.rows(
            "SELECT op_key, object, kind, entity_id, crm_id, state, attempts, request_id, reason, "
            "(SELECT json_group_array(key) FROM json_each(journal.sent)) "
            "FROM journal WHERE run = ? ORDER BY op_key",
            run,
        )
        schema = pa.schema([(name, pa.int64() if name == "attempts" else pa.string()) for name in names])
        return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema)


def _operation(row: tuple[Any, ...]) -> Operation:
    key, object_name, kind, entity, body, sent, crm_id, parent, before, retracted, doubts, number = row
    return Operation(
        op_key=key,
        object=object_name,
        kind=kind,
        entity_id=entity,
        body=json.loads(body),
        values=json.loads(sent),
        crm_id=crm_id,
        parent=parent,
        before=json.loads(before),
        retracted=tuple(json.loads(retracted)),
        doubts=doubts,
        number=number,
    )

"""What the journal says of operations: what waits, what is under way, what came of what."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from pipelines.ledger.access import LedgerAccess, each, to_json
from pipelines.ledger.effects import Operation

OPERATION: Final = (
    "op_key, object, kind, entity_id, body, sent, crm_id, parent, before, retracted, doubts, number, seen"
)
"""The columns that an operation is made of, in the order in which it is."""

OPEN: Final = "state <> 'DONE'"
"""What an index of its own leads to, provided that a query says so in these very words."""

LOST: Final = "state = 'INTENT' AND doubts > 0 AND number = 0"
"""Creates and entries whose answer was lost, and that were looked for and are surely not there."""

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


class JournalReading:
    """The ledger's table `journal`, as it is read."""

    def __init__(self, access: LedgerAccess) -> None:
        self._access = access

    def in_state(self, state: str) -> list[Operation]:
        """The account's operations in a state, oldest first."""
        of_these = "true" if state == "DONE" else OPEN
        query = f"SELECT {OPERATION} FROM journal WHERE account = ? AND {of_these} AND state = ? "  # noqa: S608 - constants
        return [
            operation_of(row)
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

    def among(self, keys: Sequence[str], states: Sequence[str]) -> list[tuple[Operation, str]]:
        """Those of these operations that are in one of these states, with it."""
        rows = self._access.rows(
            f"SELECT {OPERATION}, state FROM journal WHERE op_key IN (SELECT value FROM json_each(?)) "  # noqa: S608 - a constant
            "AND state IN (SELECT value FROM json_each(?)) ORDER BY rowid",
            to_json(keys),
            to_json(states),
        )
        return [(operation_of(row[:-1]), row[-1]) for row in rows]

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


def operation_of(row: tuple[Any, ...]) -> Operation:
    """The operation that a row of the columns `OPERATION` makes."""
    key, object_name, kind, entity, body, sent, crm_id, parent, before, retracted, doubts, number, seen = row
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
        seen=seen,
    )

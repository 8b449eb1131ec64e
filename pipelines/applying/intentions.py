"""The plan's rows → the journal: everything that is about to be sent, kept before anything is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
from pydantic.alias_generators import to_camel

from pipelines.applying import overtaken
from pipelines.applying.meeting import keep_standing
from pipelines.applying.operations import Row, operations
from pipelines.applying.overtaken import Waited
from pipelines.applying.rereading import Standing
from pipelines.lake.engine import Engine
from pipelines.ledger.effects import ObjectName, Operation
from pipelines.ledger.ledger import Ledger

ADDRESS: Final = ("street", "city", "state", "country", "postal_code")

HELD: Final = {
    "REJECTED": "the CRM refused it before in the same words (crm-bridge retry sends it again)",
    "UNKNOWN": "it may be done already, and nobody can tell (crm-bridge retry looks for it)",
}
"""States in which an operation is not sent again, and why."""

AT_ONCE: Final = 50_000
"""Rows of the plan that are in memory at a time."""

BATCH: Final = 10_000
"""Operations that are in memory at a time while they are sent."""

Standings = Mapping[tuple[str, str], Standing]
"""What each object that is updated held in the snapshot, by object and CRM id."""


@dataclass(frozen=True, slots=True)
class Intention:
    """How much of the plan is to be sent, by object, and what of it is left alone, with the reason."""

    counts: Mapping[str, int]
    skipped: list[dict[str, str | None]]
    held: Mapping[str, int]
    """How much of it is held back, by the state in which it is: `REJECTED` or `UNKNOWN`."""
    last: int
    """The journal's last place: what comes behind it is decided on the way."""


def intend(engine: Engine, ledger: Ledger, run: str, *, waited: Waited | None = None) -> Intention:
    """Keep who is who, what stands in the CRM, and everything that is about to be sent, before anything is.

    What the CRM refused before in the same words, or may have carried out without telling, is not sent again. Of a
    plan that has waited in a file, what is known by now of who is who stays so, and what was written, created or found
    to be another's since it was made is left alone.
    """
    engine.read("plan", "clusters", "company_clusters", "contact_matches", "company_matches")
    engine.read("current_contacts", "current_companies", "person_changes")
    overtaken.make(engine, ledger, waited)
    _place(engine, ledger, run, waited=waited is not None)
    keep_standing(engine, ledger)
    ledger.journal.drop_stale_intents()
    ledger.journal.begin(run)
    skipped = engine.arrow("FROM overtaken ORDER BY ALL").to_pylist()
    states: Counter[str] = Counter()
    for rows in _pages(engine):
        updated = sorted({(row.object, row.crm_id) for row in rows if row.op == "update" and row.crm_id is not None})
        told = sorted({("contacts", row.crm_id) for row in rows if row.op == "log" and row.crm_id is not None})
        wanted = list(
            operations(
                rows,
                account=ledger.account,
                standing=_standing(engine, updated),
                numbers=ledger.journal.update_numbers([*updated, *told]),
                generation=ledger.generation,
            )
        )
        ledger.journal.intend(run, wanted)
        held = ledger.journal.among([one.op_key for one in wanted], tuple(HELD))
        states.update(state for _, state in held)
        skipped += [
            {
                "object": one.object,
                "kind": one.kind,
                "entity_id": one.entity_id,
                "crm_id": one.crm_id,
                "reason": HELD[state],
            }
            for one, state in held
        ]
    return Intention(ledger.journal.waiting_counts(run), skipped, states, ledger.journal.last_place())


def batches(
    engine: Engine, ledger: Ledger, run: str, object_name: ObjectName, last: int, *, most_lost: int | None
) -> Iterator[tuple[list[Operation], Standings]]:
    """What a run is to send of a kind of object, in the plan's order, with what its objects held in the snapshot.

    Left out is what is not due yet, and that of which `most_lost` answers were lost.
    """
    place = 0
    while True:
        waiting, place = ledger.journal.waiting(
            run, object_name, after=place, last=last, at_most=BATCH, most_lost=most_lost
        )
        if not waiting:
            return
        updated = sorted({(one.object, one.crm_id) for one in waiting if one.crm_id is not None})
        yield waiting, _standing(engine, updated)


def _pages(engine: Engine) -> Iterator[list[Row]]:
    """The plan's rows that are to be written, in its order; those of one person or company are in one page."""
    engine.define("applying/placing/to_send")
    ((last,),) = engine.rows("SELECT coalesce(max(number), 0) FROM plan")
    page = "SELECT * EXCLUDE (number) FROM to_send WHERE number >= $1 AND number < $2 ORDER BY number"
    rest: list[Row] = []
    for start in range(0, last + 1, AT_ONCE):
        rows = rest + [Row(*row) for row in engine.rows(page, [start, start + AT_ONCE])]
        # The next page may go on with the last one.
        whole = next((n for n in range(len(rows), 0, -1) if _whose(rows[n - 1]) != _whose(rows[-1])), 0)
        rest = rows[whole:]
        if whole:
            yield rows[:whole]
    if rest:
        yield rest


def _whose(row: Row) -> tuple[str, str, str]:
    return row.object, row.op, row.entity_id


def _place(engine: Engine, ledger: Ledger, run: str, *, waited: bool) -> None:
    """Keep who is who; where a plan has waited, only of whom nothing is known."""
    # Before the records are placed: cut off in between, the next run finds the same changes again.
    ledger.identities.keep_changes(
        run, engine.rows("SELECT person_id, change, other_id, records FROM person_changes ORDER BY ALL")
    )
    engine.one_row("carrying_out", {"waited": waited})
    names: tuple[ObjectName, ...] = ("contacts", "companies")
    for name in names:
        engine.put(f"known_{name}", ledger.identities.entities(name))
        engine.put(f"linked_{name}", ledger.identities.links(name))
        for table in (f"unplaced_{name}", f"unlinked_{name}"):
            engine.define(f"applying/placing/{table}")
        records = engine.rows(f"FROM unplaced_{name} ORDER BY 1")
        ledger.identities.place(name, records, engine.rows(f"FROM unlinked_{name} ORDER BY 1"))


def _standing(engine: Engine, targets: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Standing]:
    found: dict[tuple[str, str], Standing] = {}
    for name in ("contacts", "companies"):
        updated = [crm_id for object_name, crm_id in targets if object_name == name]
        if not updated:
            continue
        engine.put("updated", pa.table({"crm_id": pa.array(updated, pa.string())}))
        for row in engine.arrow(f"SELECT * FROM current_{name} SEMI JOIN updated USING (crm_id)").to_pylist():  # noqa: S608 - constant names
            properties = json.loads(row["properties"])
            address = {to_camel(part): row[part] for part in ADDRESS if row.get(part) is not None}
            fields = {**row, "company": row.get("company_id")}
            fields.update({f"properties.{key}": value for key, value in properties.items()})
            fields.update({f"address.{part}": row.get(part) for part in ADDRESS})
            found[name, row["crm_id"]] = Standing(properties, address, tuple(row["tags"] or ()), fields)
    return found

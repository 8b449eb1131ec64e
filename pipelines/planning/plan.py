"""Plan: golden × current × last written → one row a field change, sealed, with cost and gates. Nothing is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

import pyarrow as pa

from pipelines.lake.engine import Engine
from pipelines.ledger.ledger import Ledger
from pipelines.ledger.traits import Trait
from pipelines.planning import gates, seal, tables
from pipelines.workspace import StageReport, Workspace

TABLES: Final = ("plan", "plan_counts", "plan_cost", "plan_gates", "plan_seal")


def run(work: Workspace) -> StageReport:
    """Make `plan`, its counts, cost and gates, and the seal that names what it was made from and what it says."""
    work.lock.take()
    with work.engine() as engine, work.ledger() as ledger, work.progress.task("planning"):
        engine.read(*tables.INPUTS)
        engine.macros("planning/macros")
        tables.make(engine, ledger, work.settings)
        engine.make("planning/plan_cost")
        counts = dict(engine.rows("SELECT name, rows FROM plan_counts"))
        questions = asked(engine, ledger, counts)
        engine.put("plan_gates", pa.Table.from_pylist([asdict(one) for one in questions], tables.GATES))
        engine.write("plan", "plan_counts", "plan_cost", "plan_gates")
        made = seal.made(work, engine, ledger, work.run, ledger.moment())
        engine.one_row("plan_seal", {"seal": json.dumps(made, sort_keys=True), "digest": seal.digest(made)})
        engine.write("plan_seal")
        ((calls,),) = engine.rows("SELECT coalesce(sum(calls), 0)::BIGINT FROM plan_cost")
    work.lake.publish(work.run, TABLES)
    closed = gates.closed(work.settings.gates, questions, work.allowed)
    return StageReport({**counts, "calls": calls, "gates_closed": len(closed)}, TABLES)


def asked(engine: Engine, ledger: Ledger, counts: Mapping[str, int]) -> list[gates.Asked]:
    """What the plan in this database would do, as the gates ask it."""
    there = engine.count("current_contacts")
    # Until a run has come to its end it is still the first one, however often it was cut off: what is there of ours
    # already is no measure for the rest.
    ((others,),) = engine.rows("SELECT count(*) FROM current_contacts ANTI JOIN contact_links USING (crm_id)")
    first = not others and ledger.traits.get(Trait.APPLIED) is None
    known, gone = standing_records(engine), gone_records(engine)
    # Records that the source itself reports as gone are not made up for by as many new ones.
    went = {source: count - int(ledger.traits.get(Trait.GONE.of(source)) or 0) for source, count in gone.items()}
    dropped = [
        gates.Asked("dropped", max(before - known.get(source, 0), went.get(source, 0)), before, whose=source)
        for source, before in (
            (name.removeprefix(Trait.RECORDS), int(count)) for name, count in ledger.traits.with_prefix(Trait.RECORDS)
        )
    ]
    return [
        gates.Asked("created", counts["contacts_created"], there, by_share=not first),
        gates.Asked("overwritten", counts["contacts_overwritten"], there),
        gates.Asked("retracted", counts["contacts_retracted"], there),
        *dropped,
    ]


def standing_records(engine: Engine) -> dict[str, int]:
    """How many records each source still has: those that a newer landing of their file no longer holds are left out."""
    return dict(engine.rows("SELECT source::VARCHAR, count(*) FROM records WHERE NOT superseded GROUP BY source"))


def gone_records(engine: Engine) -> dict[str, int]:
    """How many records of each source have stood and are gone by its own word: deleted, archived, merged, converted."""
    return dict(
        engine.rows(
            "SELECT source::VARCHAR, count(*) FROM gone_records WHERE object = 'contacts' AND stood GROUP BY source"
        )
    )

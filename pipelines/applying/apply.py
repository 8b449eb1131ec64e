"""Apply: plan → calls, each one journalled before it leaves."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Final

import pyarrow as pa

from connectors.errors import StateRefused
from connectors.giant_context.client import GiantContext
from pipelines.applying import resending
from pipelines.applying.conflicts import Collision
from pipelines.applying.intentions import BATCH, Intention, batches, intend
from pipelines.applying.manner import Manner
from pipelines.applying.outcomes import Outcomes
from pipelines.applying.overtaken import DONE_BEFORE, SKIPPED, Waited
from pipelines.applying.sending import Sending
from pipelines.applying.stopping import stoppable
from pipelines.applying.tally import CALLS, WRITES_ON, Left
from pipelines.crm import recover
from pipelines.crm.fates import Fate
from pipelines.crm.foreign import claim, refuse_foreign, refuse_others
from pipelines.lake.engine import Engine
from pipelines.ledger.effects import ObjectName
from pipelines.ledger.ledger import Ledger
from pipelines.ledger.traits import Trait
from pipelines.planning import gates, plan, seal
from pipelines.workspace import StageReport, Workspace

TABLES: Final = ("applied", "collisions", "skipped")

ORDER: Final[tuple[ObjectName, ...]] = ("companies", "contacts", "activities")

ENOUGH_FOR_A_PACE: Final = 50
"""Calls from which on a run says how many a second the CRM takes."""


def run(work: Workspace) -> StageReport:
    """Carry out the plan. With writes off, say so in the counts and send nothing.

    Raises:
        StateRefused: the plan is not the one that was sealed, or something it was made from has changed since.
        GateClosed: it would do more than the settings allow; nothing was sent.
        ForeignLedger: another ledger writes to the account; nothing was sent.
        AccessError: the account refuses the key or what it tries to do; nothing more is sent.
    """
    work.lock.take()
    may_write, limits = work.settings.crm.may_write, work.settings.limits
    fates: Counter[Fate] = Counter()
    skipped: list[dict[str, str | None]] = []
    held: Mapping[str, int] = {}
    with work.engine() as engine, work.ledger() as ledger:
        outcomes = Outcomes(ledger, max_refusals=limits.max_refusals, concurrency=limits.concurrency)
        if may_write:
            waited = check(work, engine, ledger)
            if waited is not None:
                fates += asyncio.run(stoppable(_look(work, ledger)))
                ledger.traits.set(Trait.CARRIED_OUT.of(waited.digest), " ".join((*waited.applied_by, work.run)))
            intention = intend(engine, ledger, work.run, waited=waited)
            skipped, held = intention.skipped, intention.held
            begin = time.monotonic()
            fates += asyncio.run(stoppable(_send(work, engine, ledger, intention, outcomes, waited=waited is not None)))
            _remember(engine, ledger, outcomes.asked, time.monotonic() - begin)
        owed, given_up = ledger.journal.owed(work.run, most_lost=limits.max_lost_answers)
        engine.put("applied", ledger.journal.of_run(work.run))
        engine.put("collisions", _table(outcomes.collisions))
        engine.put("skipped", pa.Table.from_pylist(skipped, SKIPPED))
        engine.write(*TABLES)
    work.lake.publish(work.run, TABLES)
    done_before = sum(row["reason"] == DONE_BEFORE for row in skipped)
    told = (
        *outcomes.counts.items(),
        (Left.OWED, owed - given_up + outcomes.unreached),
        (Left.GIVEN_UP, given_up),
        *((fate, fates[fate]) for fate in (Fate.FOUND, Fate.OVERRULED, Fate.UNKNOWN)),
        (Left.DONE_BEFORE, done_before),
        (Left.OVERTAKEN, len(skipped) - done_before - sum(held.values())),
        (Left.REFUSED_BEFORE, held.get("REJECTED", 0)),
        (Left.UNKNOWN_BEFORE, held.get("UNKNOWN", 0)),
    )
    counts = {WRITES_ON: int(may_write), CALLS: outcomes.counts.total()}
    return StageReport(counts | {name.value: count for name, count in told if count}, TABLES)


def check(work: Workspace, engine: Engine, ledger: Ledger) -> Waited | None:
    """Whether the plan may be carried out; of one that waited in a file, returns how far the ledger was.

    Such a plan may have been overtaken in part, or carried out before.

    Raises:
        StateRefused: the plan is not the one that was sealed, or something it was made from has changed since.
        GateClosed: it would do more than the settings allow.
    """
    engine.read("plan", "plan_seal", "plan_gates")
    ((text, sealed),) = engine.rows("SELECT seal, digest FROM plan_seal")
    named = json.loads(text)
    waited = bool(named[seal.RUN] != work.run)
    for part, words in seal.differences(work, engine, ledger, named, sealed):
        if not (waited and part == seal.LEDGER):
            raise StateRefused(f"the plan is out of date: {words}.", guidance="Plan again.")
    if waited and not ledger.goes_on_from(named[seal.MOMENT]):
        raise StateRefused("the plan is out of date: the ledger or the clock went back.", guidance="Plan again.")
    asked = [gates.Asked(**row) for row in engine.arrow("FROM plan_gates").to_pylist()]
    gates.check(gates.closed(work.settings.gates, asked, work.allowed))
    if not waited:
        return None
    before = ledger.traits.get(Trait.CARRIED_OUT.of(sealed)) or ""
    return Waited(named[seal.MOMENT], sealed, tuple(before.split()))


async def _look(work: Workspace, ledger: Ledger) -> Counter[Fate]:
    """Look first, as the snapshot of a run does: for another ledger, and for what was cut off since."""
    async with work.crm() as crm:
        await refuse_others(crm, ledger, work.settings.crm)
        return await _overruled_before(crm, ledger, work)


async def _overruled_before(crm: GiantContext, ledger: Ledger, work: Workspace) -> Counter[Fate]:
    """Look for what earlier runs left cut off. Only what a human put back is this run's to tell."""
    fates = await recover.settle(crm, ledger, work.settings, work.progress)
    return Counter({Fate.OVERRULED: fates[Fate.OVERRULED]})


def _remember(engine: Engine, ledger: Ledger, asked: int, seconds: float) -> None:
    """Keep that a run was applied to its end, how many records each source has, and the pace, for the next plan.

    A run that met nobody leaves the next one the first. `asked` is how many calls were made for single operations in so
    many seconds. A source that is gone is forgotten: its absence was allowed, or was too small to ask.
    """
    engine.read("records", "gone_records")
    if ledger.journal.knows_writes() or ledger.identities.links("contacts").num_rows:
        ledger.traits.set(Trait.APPLIED, "yes")
    known = plan.standing_records(engine)
    for name, _ in ledger.traits.with_prefix(Trait.RECORDS):
        if name.removeprefix(Trait.RECORDS) not in known:
            ledger.traits.forget(name)
    for source, records in known.items():
        ledger.traits.set(Trait.RECORDS.of(source), str(records))
    gone = plan.gone_records(engine)
    for name, _ in ledger.traits.with_prefix(Trait.GONE):
        if name.removeprefix(Trait.GONE) not in gone:
            ledger.traits.forget(name)
    for source, records in gone.items():
        ledger.traits.set(Trait.GONE.of(source), str(records))
    if asked >= ENOUGH_FOR_A_PACE:
        ledger.traits.set(Trait.PACE, f"{asked / seconds:.2f}")


async def _send(
    work: Workspace, engine: Engine, ledger: Ledger, intention: Intention, outcomes: Outcomes, *, waited: bool
) -> Counter[Fate]:
    """Send what is intended; `outcomes` gains what comes of it. Returns what became of those whose answer was lost."""
    crm_settings = work.settings.crm
    manner = Manner(run=work.run, clears=crm_settings.clears, reread=crm_settings.reread, waited=waited)
    most_lost, began = work.settings.limits.max_lost_answers, time.time()
    async with work.crm() as crm:
        fates = await _overruled_before(crm, ledger, work)
        if any(intention.counts.values()):
            await claim(crm, ledger, crm_settings)
        sending = Sending(crm, ledger, manner, outcomes)
        for object_name in ORDER:
            if count := intention.counts.get(object_name, 0):
                if outcomes.counts:
                    days, now = crm_settings.foreign_days, datetime.now(UTC)
                    await refuse_foreign(crm, ledger.own_ids(), days=days, now=now, begun=True)
                unsure = await _read_back_found(crm, ledger, work) if object_name == "activities" else set[str]()
                with work.progress.task(f"writing {object_name}", count) as advance:
                    for batch, standing in batches(
                        engine, ledger, work.run, object_name, intention.last, most_lost=most_lost
                    ):
                        await sending.send([one for one in batch if one.op_key not in unsure], standing, advance)
                # Before the next kind: contacts want their companies' ids, and entries their contacts'.
                fates += await recover.settle(crm, ledger, work.settings, work.progress)
                if again := await resending.due(
                    ledger, work.run, object_name, began=began, most_lost=most_lost, progress=work.progress
                ):
                    with work.progress.task(f"writing {object_name} that did not arrive", len(again)) as advance:
                        await sending.send(again, {}, advance)
                    fates += await recover.settle(crm, ledger, work.settings, work.progress)
    return fates


async def _read_back_found(crm: GiantContext, ledger: Ledger, work: Workspace) -> set[str]:
    """Look for entries whose contact was found, not created by a call of this run: they may have been logged, too.

    Returns the keys of those of which that cannot be told now.
    """
    unsure: set[str] = set()
    entries, place = ledger.journal.of_found(work.run, after=0, at_most=BATCH)
    while entries:
        with work.progress.task("looking for entries of contacts that were found", len(entries)):
            unsure |= await recover.read_back(crm, ledger, entries, work.settings)
        entries, place = ledger.journal.of_found(work.run, after=place, at_most=BATCH)
    return unsure


def _table(collisions: Sequence[Collision]) -> pa.Table:
    schema = pa.schema([(column.name, pa.string()) for column in fields(Collision)])
    return pa.Table.from_pylist([asdict(collision) for collision in collisions], schema)

"""Apply: plan → calls, each one journalled before it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Final

import pyarrow as pa

from connectors.errors import StateRefused
from pipelines.conflicting import Collision
from pipelines.effects import Operation
from pipelines.intentions import Standings, intend
from pipelines.ledger import Ledger
from pipelines.outcomes import Outcomes
from pipelines.sending import Manner, Sending
from pipelines.stages import plan, recover
from pipelines.stopping import stoppable
from pipelines.workspace import StageReport, Workspace

TABLES: Final = ("applied", "collisions")


def run(work: Workspace) -> StageReport:
    """Carry out the plan. With writes off, say so in the counts and send nothing.

    Raises:
        StateRefused: the plan is not the one that was sealed, or something it was made from has changed since.
        AccessError: the account refuses the key or what it tries to do; nothing more is sent.
    """
    work.lock.take()
    collisions: list[Collision] = []
    counts: dict[str, int] = {}
    refused_before = 0
    may_write = work.settings.crm.may_write
    with work.engine() as engine, work.ledger() as ledger:
        if may_write:
            if not plan.still_holds(work, ledger):
                raise StateRefused(
                    "the plan is out of date: what it was made from has changed.", guidance="Plan again."
                )
            intended, standing, refused_before = intend(engine, ledger, work.run)
            counts = asyncio.run(stoppable(_send(work, ledger, intended, standing, collisions)))
        engine.put("applied", ledger.of_run(work.run))
        engine.put("collisions", _table(collisions))
        engine.write(*TABLES)
    work.lake.publish(work.run, TABLES)
    counts = {"writes_on": int(may_write), "calls": sum(counts.values()), **counts}
    if refused_before:
        counts["refused_before"] = refused_before
    return StageReport(counts, TABLES)


async def _send(
    work: Workspace, ledger: Ledger, intended: Sequence[Operation], standing: Standings, collisions: list[Collision]
) -> dict[str, int]:
    crm_settings, limits = work.settings.crm, work.settings.limits
    outcomes = Outcomes(
        ledger, read_only=plan.READ_ONLY, max_refusals=limits.max_refusals, concurrency=limits.concurrency
    )
    manner = Manner(
        run=work.run,
        clears=crm_settings.clears,
        reread=crm_settings.reread,
        read_only=plan.READ_ONLY,
        calls_a_place=recover.CALLS_A_PLACE,
        deadline=limits.deadline_seconds,
    )
    async with work.crm() as crm:
        await recover.settle(crm, ledger, work.settings, work.progress)
        sending = Sending(crm, ledger, manner, standing, outcomes, collisions)
        for object_name in ("companies", "contacts", "activities"):
            batch = [operation for operation in intended if operation.object == object_name]
            if batch:
                with work.progress.task(f"writing {object_name}", len(batch)) as advance:
                    await sending.send(batch, advance)
                # Before the next kind: contacts want their companies' ids, and entries their contacts'.
                await recover.settle(crm, ledger, work.settings, work.progress)
    return outcomes.counts


def _table(collisions: Sequence[Collision]) -> pa.Table:
    schema = pa.schema([(column.name, pa.string()) for column in fields(Collision)])
    return pa.Table.from_pylist([asdict(collision) for collision in collisions], schema)

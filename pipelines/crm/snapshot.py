"""Snapshot: the CRM → `current_contacts` and `current_companies`, after what was cut off before is settled."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import pyarrow as pa

from connectors.errors import NotFound
from connectors.giant_context.client import GiantContext
from pipelines.crm import listing, recover
from pipelines.crm.echo import recovered
from pipelines.crm.foreign import refuse_foreign
from pipelines.keys.normalise import normalise
from pipelines.lake.engine import Engine
from pipelines.ledger.effects import Effect, found_again
from pipelines.ledger.ledger import Ledger
from pipelines.settings.sections import Match
from pipelines.workspace import StageReport, Workspace

TABLES: Final = ("current_contacts", "current_companies", "gone_contacts")


def run(work: Workspace) -> StageReport:
    """Read every contact and company, and ask for each linked contact that the walk did not meet.

    `gone_contacts` are those that the CRM answered 404 for: absence from a list alone proves nothing.

    Raises:
        ForeignLedger: another ledger writes to the account.
        BridgeError: the lists could not be read to a stable end.
    """
    work.lock.take()
    with work.engine() as engine:
        with work.ledger() as ledger:
            asyncio.run(_fetch(work, engine, ledger))
        with work.progress.task("looking at the CRM's keys"):
            with_keys(engine, work.settings.match)
        counts = engine.write(*TABLES)
    work.lake.publish(work.run, TABLES)
    return StageReport(counts, TABLES)


def with_keys(engine: Engine, match: Match) -> None:
    """Make `current_contacts` and `current_companies` of `fetched_contacts` and `fetched_companies`."""
    engine.macros("keys/macros")
    engine.make("crm/snapshot/given_emails")
    engine.make("crm/snapshot/given_phones")
    normalise(engine, match, hosts="crm/snapshot/hosts")
    engine.make("crm/snapshot/current_contacts")
    engine.make("crm/snapshot/current_companies")


async def _fetch(work: Workspace, engine: Engine, ledger: Ledger) -> None:
    async with work.crm() as crm:
        if work.settings.crm.may_write:
            days = work.settings.crm.foreign_days
            await refuse_foreign(crm, ledger.own_ids(), days=days, now=datetime.now(UTC))
        await recover.settle(crm, ledger, work.settings, work.progress)
        await listing.read(work, engine, crm, "contacts")
        await listing.read(work, engine, crm, "companies")
        await _close_unknown(crm, engine, ledger)
        await _ask_for_missing(crm, engine, ledger.identities.links("contacts")["crm_id"].to_pylist())


async def _close_unknown(crm: GiantContext, engine: Engine, ledger: Ledger) -> None:
    """What nobody could tell of is told by a mark that the walk met: that create is done."""
    unknown = {
        operation.op_key: operation for operation in ledger.journal.in_state("UNKNOWN") if operation.kind == "create"
    }
    columns = {
        "op_key": list(unknown),
        "object": [operation.object for operation in unknown.values()],
        "entity_id": [operation.entity_id for operation in unknown.values()],
    }
    engine.put("unknown_creates", pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()}))
    engine.make("crm/snapshot/met_creates")
    met = engine.rows(
        "SELECT op_key, list(crm_id ORDER BY created_at, crm_id) FROM met_creates GROUP BY op_key ORDER BY 1"
    )
    for op_key, crm_ids in met:
        operation, oldest = unknown[op_key], crm_ids[0]
        try:
            item = await (crm.get_contact(oldest) if operation.object == "contacts" else crm.get_company(oldest))
        except NotFound:  # removed since the walk: the next one tells
            continue
        values = recovered(item, operation) or operation.values
        ledger.journal.mark_done([Effect(operation, oldest, values, note=found_again(crm_ids))])


async def _ask_for_missing(crm: GiantContext, engine: Engine, linked: Sequence[str]) -> None:
    engine.put("linked", pa.table({"crm_id": pa.array(linked, pa.string())}))
    missing = engine.rows(
        "SELECT DISTINCT crm_id FROM linked ANTI JOIN fetched_contacts USING (crm_id) ORDER BY crm_id"
    )
    gone = await listing.fetch(engine, crm, "contacts", [crm_id for (crm_id,) in missing])
    engine.put("gone_contacts", pa.table({"crm_id": pa.array(gone, pa.string())}))

"""Snapshot: the CRM → `current_contacts` and `current_companies`, after what was cut off before is settled."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from connectors.errors import NotFound
from connectors.giant_context.client import GiantContext
from pipelines import keys, listing
from pipelines.echo import recovered
from pipelines.effects import Effect
from pipelines.engine import Engine
from pipelines.foreign import refuse_foreign
from pipelines.ledger import Ledger
from pipelines.settings import Match
from pipelines.stages import recover
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
            engine.macros("clean/macros")
            with_keys(engine, work.settings.match)
        counts = engine.write(*TABLES)
    work.lake.publish(work.run, TABLES)
    return StageReport(counts, TABLES)


def with_keys(engine: Engine, match: Match) -> None:
    """Make `current_contacts` and `current_companies` of what was fetched; the macros of `clean` must be there."""
    engine.make("snapshot/given_emails")
    engine.make("snapshot/given_phones")
    keys.normalise(engine, match, hosts="snapshot/hosts")
    engine.make("snapshot/current_contacts")
    engine.make("snapshot/current_companies")


async def _fetch(work: Workspace, engine: Engine, ledger: Ledger) -> None:
    async with work.crm() as crm:
        if work.settings.crm.may_write:
            days = work.settings.crm.foreign_days
            await refuse_foreign(crm, ledger.own_ids(), days=days, now=datetime.now(UTC))
        await recover.settle(crm, ledger, work.settings, work.progress)
        await listing.read(work, engine, crm, "contacts")
        await listing.read(work, engine, crm, "companies")
        await _close_unknown(crm, engine, ledger)
        await _ask_for_missing(crm, engine, ledger.links("contacts")["crm_id"].to_pylist())


async def _close_unknown(crm: GiantContext, engine: Engine, ledger: Ledger) -> None:
    """What nobody could tell of is told by a mark that the walk met: that create is done."""
    unknown = {operation.op_key: operation for operation in ledger.in_state("UNKNOWN") if operation.kind == "create"}
    columns = {
        "op_key": list(unknown),
        "object": [operation.object for operation in unknown.values()],
        "entity_id": [operation.entity_id for operation in unknown.values()],
    }
    engine.put("unknown_creates", pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()}))
    engine.make("snapshot/met_creates")
    for op_key, crm_id in engine.rows("SELECT op_key, crm_id FROM met_creates ORDER BY created_at DESC, crm_id"):
        operation = unknown[op_key]
        item = await (crm.get_contact(crm_id) if operation.object == "contacts" else crm.get_company(crm_id))
        ledger.done([Effect(operation, crm_id, recovered(item, operation.sent) or operation.sent)])


async def _ask_for_missing(crm: GiantContext, engine: Engine, linked: Sequence[str]) -> None:
    engine.put("linked", pa.table({"crm_id": pa.array(linked, pa.string())}))
    missing = engine.rows(
        "SELECT DISTINCT crm_id FROM linked ANTI JOIN fetched_contacts USING (crm_id) ORDER BY crm_id"
    )
    gone: list[str] = []
    found: list[dict[str, Any]] = []
    for (crm_id,) in missing:
        try:
            found.append(listing.contact_row(await crm.get_contact(crm_id)))
        except NotFound:
            gone.append(crm_id)
    listing.append(engine, listing.LISTINGS["contacts"], found)
    engine.put("gone_contacts", pa.table({"crm_id": pa.array(gone, pa.string())}))

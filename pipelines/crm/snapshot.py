"""Snapshot: the CRM → `current_contacts` and `current_companies`, after what was cut off before is settled."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, Final

import pyarrow as pa

from connectors.errors import NotFound
from connectors.giant_context.client import GiantContext
from pipelines.crm import listing, recover, unreadable
from pipelines.crm.echo import recovered
from pipelines.crm.fates import Fate
from pipelines.crm.foreign import refuse_others
from pipelines.keys.normalise import normalise
from pipelines.lake.engine import Engine
from pipelines.ledger.effects import Effect, ObjectName, found_again
from pipelines.ledger.ledger import Ledger
from pipelines.ledger.traits import READ_ONLY, Trait
from pipelines.settings.sections import Match
from pipelines.workspace import StageReport, Workspace

TABLES: Final = ("current_contacts", "current_companies", "gone_contacts", "unreadable")

LISTS: Final[tuple[ObjectName, ...]] = ("contacts", "companies")


def run(work: Workspace) -> StageReport:
    """Read every contact and company, and ask for each linked contact that the walk did not meet.

    `gone_contacts` are those that the CRM answered 404 for: absence from a list alone proves nothing. `unreadable` are
    those that it cannot show: the run goes on without them where that cannot create anything twice.

    Raises:
        ForeignLedger: another ledger writes to the account.
        StateRefused: the embedded CRM is not the one that the ledger knows.
        BridgeError: the lists could not be read to a stable end, or somebody in them whom we do not know.
    """
    work.lock.take()
    with work.engine() as engine:
        with work.ledger() as ledger:
            fates = asyncio.run(_fetch(work, engine, ledger))
        with work.progress.task("looking at the CRM's keys"):
            with_keys(engine, work.settings.match)
        counts = engine.write(*TABLES)
    work.lake.publish(work.run, TABLES)
    overruled = {Fate.OVERRULED.value: fates[Fate.OVERRULED]} if fates[Fate.OVERRULED] else {}
    return StageReport(counts | overruled, TABLES)


def with_keys(engine: Engine, match: Match) -> None:
    """Make `current_contacts` and `current_companies` of `fetched_contacts` and `fetched_companies`."""
    engine.macros("keys/macros")
    engine.make("crm/snapshot/given_emails")
    engine.make("crm/snapshot/given_phones")
    normalise(engine, match, hosts="crm/snapshot/hosts")
    engine.make("crm/snapshot/current_contacts")
    engine.make("crm/snapshot/current_companies")


async def _fetch(work: Workspace, engine: Engine, ledger: Ledger) -> Counter[Fate]:
    """Read the account; returns what became of the calls that were cut off before."""
    async with work.crm() as crm:
        await refuse_others(crm, ledger, work.settings.crm)
        fates = await recover.settle(crm, ledger, work.settings, work.progress)
        unread = {name: await listing.read(work, engine, crm, name) for name in LISTS}
        await _close_unknown(crm, engine, ledger)
        rows: list[dict[str, Any]] = []
        for name, places in unread.items():
            ours: dict[str, str] = {}
            gone = await _ask_for_missing(crm, engine, ledger, name, ours) if name == "contacts" or places else []
            if name == "contacts":
                engine.put("gone_contacts", pa.table({"crm_id": pa.array(gone, pa.string())}))
            if len(places) > len(ours):  # one of them is a stranger, and who it is may be in the sources
                if name == "contacts" or _takes_companies(work, ledger):
                    raise unreadable.of_strangers(name, places)
                rows += unreadable.by_place(name, places)
            rows += unreadable.by_id(name, ours)
        engine.put("unreadable", pa.Table.from_pylist(rows, unreadable.ROWS))
    return fates


def _takes_companies(work: Workspace, ledger: Ledger) -> bool:
    return work.settings.crm.company_writes == "auto" and ledger.traits.get(Trait.COMPANIES) != READ_ONLY


async def _close_unknown(crm: GiantContext, engine: Engine, ledger: Ledger) -> None:
    """What nobody could tell of, or was not there when it was looked for, is told by a mark that the walk met: done."""
    sought = [*ledger.journal.in_state("UNKNOWN"), *(lost.operation for lost in ledger.journal.lost())]
    unknown = {operation.op_key: operation for operation in sought if operation.kind == "create"}
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


async def _ask_for_missing(
    crm: GiantContext, engine: Engine, ledger: Ledger, name: ObjectName, unread: dict[str, str]
) -> list[str]:
    """Ask for what we are linked to and did not meet; returns the ids that the CRM answered 404 for."""
    linked = ledger.identities.links(name)["crm_id"].to_pylist()
    engine.put("linked", pa.table({"crm_id": pa.array(linked, pa.string())}))
    missing = engine.rows(
        f"SELECT DISTINCT crm_id FROM linked ANTI JOIN fetched_{name} USING (crm_id) ORDER BY crm_id"  # noqa: S608 - constant names
    )
    return await listing.fetch(engine, crm, name, [crm_id for (crm_id,) in missing], unread)

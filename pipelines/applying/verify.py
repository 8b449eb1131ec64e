"""Verify: what a run has changed is read back, and planned once more: a second plan would be empty."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import pyarrow as pa

from connectors.errors import BridgeError
from connectors.records import CONTACT
from pipelines.applying.overtaken import DONE_BEFORE
from pipelines.crm import listing, snapshot, unreadable
from pipelines.crm.echo import LISTS
from pipelines.lake.engine import Engine
from pipelines.ledger.effects import ObjectName
from pipelines.ledger.ledger import Ledger
from pipelines.planning import tables
from pipelines.workspace import StageReport, Workspace

TABLES: Final = ("remaining", "read_back", "not_read_back")

OBJECTS: Final[tuple[tuple[ObjectName, str], ...]] = (("contacts", "contact_matches"), ("companies", "company_matches"))
"""What is read back, and the table of who is who in the CRM."""


def run(work: Workspace) -> StageReport:
    """Make `read_back` (changed objects, and whether they hold what the CRM answered to the write) and `remaining`.

    `remaining` is what a second plan would write. What this run set aside is no part of it: what was refused, now or
    before, is owed, was changed meanwhile, or stands on another contact is listed in `applied`, `skipped` and
    `collisions`. Only the count `left` holds that, too: where it is 0 a second plan is empty indeed. `not_read_back`
    are changed objects that the CRM cannot show any more: they are left alone.

    Raises:
        BridgeError: the CRM cannot be read.
    """
    work.lock.take()
    with work.engine() as engine, work.ledger() as ledger:
        engine.read("applied", "skipped", "collisions", *tables.INPUTS)
        changed: dict[str, list[str]] = {name: _changed(engine, name) for name, *_ in OBJECTS}
        engine.macros("planning/macros")
        if any(changed.values()):
            with work.progress.task("reading back what was written", sum(map(len, changed.values()))) as advance:
                unread = asyncio.run(_read_back(work, engine, changed, advance))
            engine.put("not_read_back", pa.Table.from_pylist(unread, unreadable.ROWS))
            _put_in_place(work, engine, ledger)
        else:
            engine.put("not_read_back", unreadable.ROWS.empty_table())
            for name, *_ in OBJECTS:
                engine.put(f"fetched_{name}", listing.LISTINGS[name].schema.empty_table())
        engine.put("written", ledger.written.of("contacts"))
        engine.make("applying/verify/read_back", [field for field in CONTACT.sent if field.crm not in LISTS])
        if any(changed.values()):
            tables.make(engine, ledger, work.settings)
            engine.make("applying/verify/remaining")
            ((left,),) = engine.rows(
                "SELECT count(DISTINCT (object, op, entity_id)) FROM plan WHERE decision = 'write'"
            )
        else:
            engine.put("remaining", pa.schema([("entity_id", pa.string())]).empty_table())
            ((left,),) = engine.rows(
                "SELECT (SELECT count(*) FROM applied WHERE state <> 'DONE') "
                "+ (SELECT count(*) FROM skipped WHERE reason <> $1)",
                [DONE_BEFORE],
            )
        counts = engine.write(*TABLES)
        ((apart,),) = engine.rows("SELECT count(*) FROM read_back WHERE NOT as_written")
    work.lake.publish(work.run, TABLES)
    return StageReport({**counts, "changed_again": apart, "left": left}, TABLES)


def require_nothing_left(work: Workspace) -> None:
    """Let a run go on only when a second plan would be empty.

    Raises:
        BridgeError: something is left to write.
    """
    if remaining := work.reports["verify"].counts["remaining"]:
        what = "change" if remaining == 1 else "changes"
        raise BridgeError(
            f"left to write, though all of the plan was sent: {remaining:,} {what}.",
            guidance=f"See {work.lake.root}/runs/{work.run}/remaining.parquet",
        )


def _changed(engine: Engine, object_name: str) -> list[str]:
    found = engine.rows(
        "SELECT DISTINCT crm_id FROM applied WHERE object = $1 AND state = 'DONE' AND crm_id IS NOT NULL ORDER BY 1",
        [object_name],
    )
    return [crm_id for (crm_id,) in found]


async def _read_back(
    work: Workspace, engine: Engine, changed: dict[str, list[str]], advance: Any
) -> list[dict[str, Any]]:
    """Read the changed objects; returns those that the CRM cannot show."""
    rows: list[dict[str, Any]] = []
    async with work.crm() as crm:
        for name, ids in changed.items():
            asked = ids
            unread: dict[str, str] = {}
            pages = (engine.count(f"current_{name}") + len(ids)) / work.settings.limits.page_size + 1
            if len(ids) > pages:  # the whole list takes fewer calls
                hidden = await listing.read(work, engine, crm, name)
                listing.keep_only(engine, name, ids)
                met = {crm_id for (crm_id,) in engine.rows(f"SELECT crm_id FROM fetched_{name}")} if hidden else {*ids}  # noqa: S608 - constant names
                asked = [crm_id for crm_id in ids if crm_id not in met]
            else:
                engine.put(f"fetched_{name}", listing.LISTINGS[name].schema.empty_table())
            # What is not there any more was deleted by a human meanwhile.
            await listing.fetch(engine, crm, name, asked, unread)
            rows += unreadable.by_id(name, unread)
            advance(len(ids))
    return rows


def _put_in_place(work: Workspace, engine: Engine, ledger: Ledger) -> None:
    """Let `current_…` and `…_matches` be what the next run would find: the changed objects as they stand now."""
    stood = {f"current_{name}": f"stood_{name}" for name, *_ in OBJECTS}
    stood |= {matches: f"stood_{matches}" for _, matches in OBJECTS} | {"unreadable": "stood_unreadable"}
    for table, view in stood.items():
        engine.read_as(view, table)
        engine.forget(table)
    engine.make("applying/verify/now_unreadable")
    engine.rename("now_unreadable", "unreadable")
    snapshot.with_keys(engine, work.settings.match)
    for name, matches in OBJECTS:
        engine.rename(f"current_{name}", f"changed_{name}")
        engine.put(f"linked_{name}", ledger.identities.links(name))
        for made, table in ((f"now_{name}", f"current_{name}"), (f"now_{matches}", matches)):
            engine.make(f"applying/verify/{made}")
            engine.rename(made, table)

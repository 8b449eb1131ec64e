"""Verify: what a run has changed is read back, and planned once more: a second plan would be empty."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from connectors.errors import NotFound
from connectors.giant_context.client import GiantContext
from connectors.records import CONTACT
from pipelines.crm import listing, snapshot
from pipelines.crm.echo import LISTS
from pipelines.lake.engine import Engine, parquet_literal
from pipelines.ledger.effects import ObjectName
from pipelines.ledger.ledger import Ledger
from pipelines.planning import tables
from pipelines.workspace import StageReport, Workspace

TABLES: Final = ("remaining", "read_back")

OBJECTS: Final[tuple[tuple[ObjectName, str, str], ...]] = (
    ("contacts", "contact_matches", "person_id"),
    ("companies", "company_matches", "company_id"),
)

ASKED_AT_ONCE: Final = 500
"""How many objects are asked for before their answers go to the table."""


def run(work: Workspace) -> StageReport:
    """Make `read_back` (changed objects, and whether they hold what the CRM answered to the write) and `remaining`.

    `remaining` is what a second plan would write. What this run set aside is no part of it: what was refused, now or
    before, was changed meanwhile, or stands on another contact is listed in `applied`, `skipped` and `collisions`.

    Raises:
        BridgeError: the CRM cannot be read.
    """
    work.lock.take()
    with work.engine() as engine, work.ledger() as ledger:
        engine.read("applied", "skipped", "collisions", *tables.INPUTS)
        changed: dict[str, list[str]] = {name: _changed(engine, name) for name, *_ in OBJECTS}
        engine.macros("keys/macros")
        engine.macros("planning/macros")
        if any(changed.values()):
            with work.progress.task("reading back what was written", sum(map(len, changed.values()))) as advance:
                asyncio.run(_read_back(work, engine, changed, advance))
            _put_in_place(work, engine, ledger)
        else:
            for name, *_ in OBJECTS:
                engine.put(f"fetched_{name}", listing.LISTINGS[name].schema.empty_table())
        engine.put("written", ledger.written.of("contacts"))
        engine.make("applying/verify/read_back", [field for field in CONTACT.sent if field.crm not in LISTS])
        if any(changed.values()):
            tables.make(engine, ledger, work.settings)
            engine.make("applying/verify/remaining")
        else:
            engine.put("remaining", pa.schema([("entity_id", pa.string())]).empty_table())
        counts = engine.write(*TABLES)
        ((apart,),) = engine.rows("SELECT count(*) FROM read_back WHERE NOT as_written")
    work.lake.publish(work.run, TABLES)
    return StageReport({**counts, "changed_again": apart}, TABLES)


def _changed(engine: Engine, object_name: str) -> list[str]:
    found = engine.rows(
        "SELECT DISTINCT crm_id FROM applied WHERE object = $1 AND state = 'DONE' AND crm_id IS NOT NULL ORDER BY 1",
        [object_name],
    )
    return [crm_id for (crm_id,) in found]


async def _read_back(work: Workspace, engine: Engine, changed: dict[str, list[str]], advance: Any) -> None:
    async with work.crm() as crm:
        for name, ids in changed.items():
            pages = (engine.count(f"current_{name}") + len(ids)) / work.settings.limits.page_size + 1
            if len(ids) > pages:  # the whole list takes fewer calls
                await listing.read(work, engine, crm, name)
                engine.put("asked", pa.table({"crm_id": pa.array(ids, pa.string())}))
                engine.connection.execute(f"DELETE FROM fetched_{name} WHERE crm_id NOT IN (FROM asked)")  # noqa: S608 - a constant
            else:
                await _get(engine, crm, name, ids)
            advance(len(ids))


async def _get(engine: Engine, crm: GiantContext, name: str, ids: Sequence[str]) -> None:
    made = listing.LISTINGS[name]
    get: Any = crm.get_contact if name == "contacts" else crm.get_company
    engine.put(f"fetched_{name}", made.schema.empty_table())
    for start in range(0, len(ids), ASKED_AT_ONCE):
        answers = await asyncio.gather(
            *(get(crm_id) for crm_id in ids[start : start + ASKED_AT_ONCE]), return_exceptions=True
        )
        failures = [one for one in answers if isinstance(one, BaseException) and not isinstance(one, NotFound)]
        if failures:
            raise failures[0]
        # One that is not there any more was deleted by a human meanwhile.
        listing.append(engine, made, [made.row(one) for one in answers if not isinstance(one, BaseException)])


def _put_in_place(work: Workspace, engine: Engine, ledger: Ledger) -> None:
    """Let `current_…` and `…_matches` be what the next run would find: the changed objects as they stand now."""
    for name, *_ in OBJECTS:
        engine.view_as(f"stood_{name}", _view(work, f"current_{name}"))
        engine.connection.execute(f"DROP VIEW current_{name}")
    snapshot.with_keys(engine, work.settings.match)
    for name, matches, entity in OBJECTS:
        engine.rename(f"current_{name}", f"changed_{name}")
        engine.connection.execute(
            f"CREATE TABLE current_{name} AS FROM changed_{name} "  # noqa: S608 - constant names
            f"UNION ALL BY NAME SELECT * FROM stood_{name} ANTI JOIN changed_{name} USING (crm_id)"
        )
        engine.put("linked", ledger.identities.links(name))
        engine.connection.execute(
            f"CREATE TABLE met AS SELECT l.entity_id AS {entity}, l.crm_id, c.* EXCLUDE (crm_id) "  # noqa: S608 - constant names
            f"FROM linked l JOIN changed_{name} c USING (crm_id)"
        )
        engine.view_as(f"matched_{name}", _view(work, matches))
        engine.connection.execute(f"DROP VIEW {matches}")
        status = ", status" if name == "contacts" else ""
        engine.connection.execute(
            f"CREATE TABLE {matches} AS SELECT {entity}, crm_id{status} FROM matched_{name} "  # noqa: S608 - constant names
            f"ANTI JOIN met USING ({entity}) UNION ALL SELECT {entity}, crm_id{status} FROM met"
        )
        engine.drop("met")


def _view(work: Workspace, table: str) -> str:
    path = work.lake.find(work.run, table)
    assert path is not None, table  # noqa: S101 - `read` has found it already
    return f"FROM read_parquet({parquet_literal(path)})"

"""The plan's rows → the journal: everything that is about to be sent, kept before anything is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

import pyarrow as pa
from pydantic.alias_generators import to_camel

from pipelines.effects import Operation
from pipelines.engine import Engine
from pipelines.ledger import Ledger
from pipelines.operations import Row, operations
from pipelines.rereading import Standing

ADDRESS: Final = ("street", "city", "state", "country", "postal_code")

Standings = Mapping[tuple[str, str], Standing]
"""What each object that is updated held in the snapshot, by object and CRM id."""


def intend(engine: Engine, ledger: Ledger, run: str, *, waited: bool = False) -> tuple[list[Operation], Standings, int]:
    """Keep who is who, and everything that is about to be sent, before anything is.

    Returns what is to be sent, what the plan was decided on, and how much of the plan the CRM refused before in the
    same words, or may have carried out without telling: that is not sent again. A plan that has `waited` in a file may
    have been overtaken: what is known by now of who is who stays so, and who was created meanwhile is not created.
    """
    engine.read("plan", "clusters", "company_clusters", "contact_matches", "company_matches")
    engine.read("current_contacts", "current_companies", "person_changes")
    # Before the records are placed: cut off in between, the next run finds the same changes again.
    ledger.changed(run, engine.rows("SELECT person_id, change, other_id, records FROM person_changes ORDER BY ALL"))
    for name, clusters, matches, entity in (
        ("contacts", "clusters", "contact_matches", "person_id"),
        ("companies", "company_clusters", "company_matches", "company_id"),
    ):
        engine.put("known", ledger.entities(name))  # type: ignore[arg-type]
        engine.put("linked", ledger.links(name))  # type: ignore[arg-type]
        records = engine.rows(
            f"SELECT record_key, {entity} FROM {clusters} ANTI JOIN known "  # noqa: S608 - constant names
            f"ON known.record_key = {clusters}.record_key AND ($1 OR known.entity_id = {clusters}.{entity}) ORDER BY 1",
            [waited],
        )
        links = engine.rows(
            f"SELECT {entity}, crm_id FROM {matches} ANTI JOIN linked "  # noqa: S608 - constant names
            f"ON linked.entity_id = {matches}.{entity} AND ($1 OR linked.crm_id = {matches}.crm_id) ORDER BY 1",
            [waited],
        )
        ledger.place(name, records, links)  # type: ignore[arg-type]
    engine.put("linked_contacts", ledger.links("contacts"))
    ledger.drop_stale_intents()
    owed = ledger.owed_logs()
    rows = [
        Row(*row)
        for row in engine.rows(
            'SELECT object, op, entity_id, crm_id, field, proposed, base, "current", change, ours '
            "FROM plan WHERE decision = 'write' "
            "AND NOT (op = 'create' AND object = 'contacts' AND entity_id IN (SELECT entity_id FROM linked_contacts)) "
            "ORDER BY number"
        )
    ]
    standing = _standing(engine, rows)
    wanted = list(
        operations(
            rows,
            account=ledger.account,
            standing=standing,
            numbers=ledger.update_numbers(),
            generation=ledger.generation,
        )
    )
    ledger.intend(run, wanted)
    keys = {operation.op_key for operation in (*wanted, *owed)}
    held = (*ledger.in_state("REJECTED"), *ledger.in_state("UNKNOWN"))
    refused = sum(operation.op_key in keys for operation in held)
    return [operation for operation in ledger.in_state("INTENT") if operation.op_key in keys], standing, refused


def _standing(engine: Engine, rows: Sequence[Row]) -> dict[tuple[str, str], Standing]:
    updated = sorted({row.crm_id for row in rows if row.op == "update" and row.crm_id is not None})
    engine.put("updated", pa.table({"crm_id": pa.array(updated, pa.string())}))
    found: dict[tuple[str, str], Standing] = {}
    for name in ("contacts", "companies"):
        for row in engine.arrow(f"SELECT * FROM current_{name} SEMI JOIN updated USING (crm_id)").to_pylist():  # noqa: S608 - constant names
            properties = json.loads(row["properties"])
            address = {to_camel(part): row[part] for part in ADDRESS if row.get(part) is not None}
            fields = {**row, "company": row.get("company_id")}
            fields.update({f"properties.{key}": value for key, value in properties.items()})
            fields.update({f"address.{part}": row.get(part) for part in ADDRESS})
            found[name, row["crm_id"]] = Standing(properties, address, tuple(row["tags"] or ()), fields)
    return found

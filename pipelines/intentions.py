"""The plan's rows → the journal: everything that is about to be sent, kept before anything is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
from pydantic.alias_generators import to_camel

from pipelines import overtaken
from pipelines.effects import Operation
from pipelines.engine import Engine
from pipelines.ledger import Ledger
from pipelines.operations import Row, operations
from pipelines.rereading import Standing

ADDRESS: Final = ("street", "city", "state", "country", "postal_code")

HELD: Final = {
    "REJECTED": "the CRM refused it before in the same words (crm-bridge retry sends it again)",
    "UNKNOWN": "it may be done already, and nobody can tell (crm-bridge retry looks for it)",
}
"""States in which an operation is not sent again, and why."""

Standings = Mapping[tuple[str, str], Standing]
"""What each object that is updated held in the snapshot, by object and CRM id."""


@dataclass(frozen=True, slots=True)
class Intention:
    """What is to be sent, what the plan was decided on, and what of the plan is left alone, with the reason."""

    operations: list[Operation]
    standing: Standings
    skipped: list[dict[str, str | None]]
    refused_before: int
    """How much of it the CRM refused before in the same words, or may have carried out without telling."""


def intend(engine: Engine, ledger: Ledger, run: str, *, since: str | None = None) -> Intention:
    """Keep who is who, and everything that is about to be sent, before anything is.

    What the CRM refused before in the same words, or may have carried out without telling, is not sent again. `since`
    is the ledger's moment when a plan was made that has waited in a file: what is known by now of who is who stays so,
    and what was written, created or found to be another's since then is left alone.
    """
    engine.read("plan", "clusters", "company_clusters", "contact_matches", "company_matches")
    engine.read("current_contacts", "current_companies", "person_changes")
    overtaken.make(engine, ledger, since)
    _place(engine, ledger, run, waited=since is not None)
    ledger.drop_stale_intents()
    owed = ledger.owed_logs()
    rows = [
        Row(*row)
        for row in engine.rows(
            'SELECT p.object, op, p.entity_id, p.crm_id, field, proposed, base, "current", change, ours '
            "FROM plan p ANTI JOIN overtaken o ON o.entity_id = p.entity_id "
            "AND o.object = CASE p.object WHEN 'activities' THEN 'contacts' ELSE p.object END "
            "WHERE decision = 'write' ORDER BY number"
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
    held = [(one, words) for state, words in HELD.items() for one in ledger.in_state(state) if one.op_key in keys]
    skipped = engine.arrow("FROM overtaken ORDER BY ALL").to_pylist()
    skipped += [
        {"object": one.object, "kind": one.kind, "entity_id": one.entity_id, "crm_id": one.crm_id, "reason": words}
        for one, words in held
    ]
    return Intention(
        [operation for operation in ledger.in_state("INTENT") if operation.op_key in keys], standing, skipped, len(held)
    )


def _place(engine: Engine, ledger: Ledger, run: str, *, waited: bool) -> None:
    """Keep who is who; where a plan has waited, only of whom nothing is known."""
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
            f"ON known.record_key = {clusters}.record_key AND ($1 OR known.entity_id = {clusters}.{entity}) "
            f"WHERE {entity} NOT IN (SELECT entity_id FROM moved) ORDER BY 1",
            [waited],
        )
        links = engine.rows(
            f"SELECT {entity}, crm_id FROM {matches} ANTI JOIN linked "  # noqa: S608 - constant names
            f"ON linked.entity_id = {matches}.{entity} AND ($1 OR linked.crm_id = {matches}.crm_id) "
            f"WHERE {entity} NOT IN (SELECT entity_id FROM moved) ORDER BY 1",
            [waited],
        )
        ledger.place(name, records, links)  # type: ignore[arg-type]


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

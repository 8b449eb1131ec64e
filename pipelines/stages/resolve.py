"""Resolve: records and the CRM's contacts → people and companies. Pure: it proposes ids, apply keeps them."""

from __future__ import annotations

import uuid
from typing import Final

from pipelines import candidates, nicknames
from pipelines.clustering import components
from pipelines.engine import Engine
from pipelines.workspace import StageReport, Workspace

NAMESPACE: Final = uuid.UUID("6f1f3f0c-6c0b-5b7e-9d56-2f1f5a0c7a11")
"""The namespace of ids that are made of record keys; changing it would give everybody another id."""

TABLES: Final = (
    *("clusters", "company_clusters", "golden", "golden_companies", "golden_keys", "golden_tags", "contact_matches"),
    *("company_matches", "held_back", "merge_candidates"),
    *candidates.TABLES,
)


def run(work: Workspace) -> StageReport:
    """Make people and companies: `clusters` (who is who), `golden` (what is known), `held_back` and the rest."""
    work.lock.take()
    with work.engine() as engine, work.progress.task("resolving who is who"):
        engine.read("records", "company_records", "unmatched", "current_contacts", "current_companies")
        engine.macros("clean/macros")
        engine.one_row("setting", {"hub_limit": work.settings.match.hub_limit, "namespace": NAMESPACE.hex})
        with work.ledger() as ledger:
            engine.put("known_contacts", ledger.entities("contacts"))
            engine.put("contact_links", ledger.links("contacts"))
            engine.put("known_companies", ledger.entities("companies"))
            engine.put("company_links", ledger.links("companies"))
        _people(engine)
        _companies(engine)
        for name in ("ranked_records", "golden_keys", "golden_tags", "golden"):
            engine.make(f"resolve/{name}")
        engine.put("nicknames", nicknames.table())
        engine.make("resolve/nickname_pairs")
        candidates.make(engine, work.settings.match)
        counts = engine.write(*TABLES)
    work.lake.publish(work.run, TABLES)
    return StageReport(
        {
            "people": counts["golden"],
            "companies": counts["golden_companies"],
            "held_back": counts["held_back"],
            "merge_candidates": counts["merge_candidates"],
            "candidates": counts["candidates"],
        },
        TABLES,
    )


def _people(engine: Engine) -> None:
    for name in ("current_holders", "holders", "hub_keys", "phone_names", "phone_pairs", "disputed_pairs"):
        engine.make(f"resolve/{name}")
    engine.make("resolve/firm_edges")
    engine.rename("firm_edges", "edges")
    components(engine)
    engine.rename("components", "firm_components")
    engine.make("resolve/phone_edges")
    engine.connection.execute("INSERT INTO edges SELECT a, b FROM phone_edges")
    components(engine)
    engine.make("resolve/crowded_components")
    engine.make("resolve/settled_components")
    _entities(engine, "known_contacts", "SELECT record_key AS name FROM records")
    for name in ("clusters", "contact_candidates", "contact_matches", "merge_candidates", "held_back"):
        engine.make(f"resolve/{name}")


def _companies(engine: Engine) -> None:
    engine.make("resolve/company_nodes")
    engine.make("resolve/company_edges")
    engine.rename("company_edges", "edges")
    components(engine)
    engine.rename("components", "settled_components")
    _entities(engine, "known_companies", "SELECT node AS name FROM company_nodes WHERE NOT starts_with(node, 'crm:')")
    names = ("company_clusters", "company_matches", "contact_companies", "ranked_companies", "golden_companies")
    for name in names:
        engine.make(f"resolve/{name}")


def _entities(engine: Engine, known: str, members: str) -> None:
    engine.connection.execute(f"CREATE OR REPLACE TABLE known AS FROM {known}")
    engine.connection.execute(f"CREATE OR REPLACE TABLE members AS {members}")
    engine.make("resolve/component_entities")

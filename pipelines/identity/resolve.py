"""Resolve: records and the CRM's contacts → people and companies. Pure: it proposes ids, apply keeps them."""

from __future__ import annotations

import uuid
from typing import Final

from pipelines.identity import companies, golden, nicknames, people
from pipelines.lake.engine import Engine
from pipelines.workspace import StageReport, Workspace

NAMESPACE: Final = uuid.UUID("6f1f3f0c-6c0b-5b7e-9d56-2f1f5a0c7a11")
"""The namespace of ids that are made of record keys; changing it would give everybody another id."""

PEOPLE: Final = (
    *("clusters", "person_changes", "contact_matches", "merge_candidates", "joins", "held_back"),
    "gone_people",
)
COMPANIES: Final = ("company_clusters", "company_matches", "company_joins", "company_held_back")
GOLDEN: Final = ("golden", "golden_keys", "golden_tags", "conflicts", "golden_companies")
TABLES: Final = (*PEOPLE, *COMPANIES, *GOLDEN)


def run(work: Workspace) -> StageReport:
    """Make people and companies: `clusters` (who is who), `golden` (what is known), `held_back` and the rest."""
    work.lock.take()
    with work.engine() as engine, work.progress.task("resolving who is who"):
        engine.read("records", "current_contacts", numbered=True)
        engine.read("company_records", "current_companies", "consents", "gone_records")
        _inputs(work, engine)
        for name in ("keys/macros", "identity/people/macros", "identity/companies/macros"):
            engine.macros(name)
        people.resolve(engine)
        counts = engine.write(*PEOPLE)
        engine.drop_all_but(
            *("setting", "people", "person_ids", "gone_people", "hub_keys", "hub_holders"),
            *("known_companies", "company_links"),
        )
        companies.resolve(engine)
        counts |= engine.write(*COMPANIES)
        counts |= golden.make(engine, work.settings.fields, list(work.settings.sources))
    work.lake.publish(work.run, TABLES)
    return StageReport(
        {
            "people": counts["golden"],
            "opted_out": counts["opted_out"],
            "employed": counts["employed"],
            "companies": counts["golden_companies"],
            "held_back": counts["held_back"],
            "merge_candidates": counts["merge_candidates"],
        },
        TABLES,
    )


def _inputs(work: Workspace, engine: Engine) -> None:
    match = work.settings.match
    engine.one_row(
        "setting",
        {
            "hub_limit": match.hub_limit,
            "namespace": NAMESPACE.hex,
            "gmail_variants": match.gmail_variants,
            "keys": list(match.keys),
        },
    )
    engine.put("nicknames", nicknames.table())
    with work.ledger() as ledger:
        engine.put("known_contacts", ledger.identities.entities("contacts"))
        engine.put("contact_links", ledger.identities.links("contacts"))
        engine.put("known_companies", ledger.identities.entities("companies"))
        engine.put("company_links", ledger.identities.links("companies"))

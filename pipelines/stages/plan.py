"""Plan: golden × current × last written → one row a field change, sealed. Nothing is sent here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Final

import pyarrow as pa

from pipelines.engine import Engine
from pipelines.lake import Lake, digest_of
from pipelines.ledger import Ledger
from pipelines.settings import Settings
from pipelines.workspace import StageReport, Workspace

TABLES: Final = ("plan", "plan_counts", "plan_seal")
INPUTS: Final = (
    *("golden", "golden_keys", "golden_tags", "golden_companies", "clusters", "company_clusters", "contact_matches"),
    *("company_matches", "merge_candidates", "records", "company_records", "current_contacts", "current_companies"),
)
READ_ONLY: Final = "companies"
"""The trait of an account that takes no companies from us: its value is `read-only`."""


def run(work: Workspace) -> StageReport:
    """Make `plan`, its counts, and the seal that names what it was made from and what it says."""
    work.lock.take()
    with work.engine() as engine, work.ledger() as ledger, work.progress.task("planning"):
        engine.read(*INPUTS)
        engine.macros("clean/macros")
        engine.macros("plan/macros")
        _inputs(engine, ledger, work.settings)
        for name in ("contact_targets", "key_claims", "key_choices", "further_keys", "new_companies"):
            engine.make(f"plan/{name}")
        for name in ("contact_states", "contact_tags", "company_states", "changes", "reviews", "logs"):
            engine.make(f"plan/{name}")
        engine.make("plan/plan")
        engine.make("plan/plan_counts")
        engine.write("plan", "plan_counts")
        seal = {**_named(work.lake, work.run), "account": ledger.account, "ledger": ledger.position()}
        engine.one_row("plan_seal", {"seal": json.dumps(seal, sort_keys=True), "digest": digest(seal)})
        engine.write("plan_seal")
        counts = dict(engine.rows("SELECT name, rows FROM plan_counts"))
    work.lake.publish(work.run, TABLES)
    return StageReport(counts, TABLES)


def still_holds(work: Workspace, ledger: Ledger) -> bool:
    """Whether the plan, and everything it was made from, is still what its seal names."""
    with work.engine() as engine:
        engine.read("plan_seal")
        ((text, sealed),) = engine.rows("SELECT seal, digest FROM plan_seal")
    seal = {**_named(work.lake, work.run), "account": ledger.account, "ledger": ledger.position()}
    return bool(digest(json.loads(text)) == sealed == digest(seal))


def digest(seal: Mapping[str, str]) -> str:
    """The one text that stands for a plan: SHA-256 over what it says and what it was made from."""
    return hashlib.sha256(json.dumps(seal, sort_keys=True).encode()).hexdigest()


def _named(lake: Lake, run: str) -> dict[str, str]:
    paths = {name: lake.find(run, name) for name in (*INPUTS, "plan")}
    return {name: digest_of(path) for name, path in paths.items() if path is not None}


def _inputs(engine: Engine, ledger: Ledger, settings: Settings) -> None:
    takes_companies = settings.crm.company_writes == "auto" and ledger.trait(READ_ONLY) != "read-only"
    engine.one_row(
        "setting",
        {
            "name_placeholder": settings.crm.name_placeholder,
            "company_writes": takes_companies,
            "imported_activity": settings.crm.imported_activity,
        },
    )
    policies = {name: field.policy for name, field in settings.fields.items()}
    engine.put("policies", _texts(field=list(policies), policy=list(policies.values())))
    engine.put("contact_links", ledger.links("contacts"))
    engine.put("written_contacts", ledger.written("contacts"))
    engine.put("written_companies", ledger.written("companies"))
    owed = ledger.owed_logs()
    engine.put(
        "owed_logs",
        _texts(
            entity_id=[operation.entity_id for operation in owed],
            crm_id=[operation.crm_id for operation in owed],
            description=[str(operation.body["description"]) for operation in owed],
        ),
    )


def _texts(**columns: Sequence[str | None]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})

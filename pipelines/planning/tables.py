"""Planning: golden × current × last written → the plan's tables, as set logic. Nothing is sent, nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from connectors.records import CONTACT
from pipelines.lake.engine import Engine
from pipelines.ledger.ledger import Ledger
from pipelines.ledger.traits import READ_ONLY, Trait
from pipelines.settings.sections import POLICY_FIELDS, FieldSettings, Settings

INPUTS: Final = (
    *("golden", "golden_keys", "golden_tags", "golden_companies", "clusters", "company_clusters", "contact_matches"),
    *("company_matches", "merge_candidates", "records", "company_records", "gone_records", "former_versions"),
    *("current_contacts", "current_companies", "unreadable", "person_changes"),
)
"""The tables that a plan is made from, beside the ledger and the settings."""

GATES: Final = pa.schema(
    [
        ("kind", pa.string()),
        ("count", pa.int64()),
        ("total", pa.int64()),
        ("by_share", pa.bool_()),
        ("whose", pa.string()),
    ]
)
"""The columns of `plan_gates`: what a plan would do, as the gates ask it."""

STEPS: Final = (
    *("opt_out_tags", "contact_targets", "company_targets", "key_claims", "key_choices", "further_keys"),
    *("new_companies",),
    *("contact_stirred", "contact_sides", "contact_states", "contact_tags", "contact_lists", "company_states"),
    *("said_values", "clearings", "retractions", "tag_changes", "list_changes"),
    *("changes", "reviews", "logs"),
)
"""The tables between the inputs and the plan, each made from those before it."""

DONE_WITH: Final = {
    "contact_states": ("contact_sides", "contact_stirred", "key_choices", "new_companies"),
    "contact_tags": ("opt_out_tags",),
    "contact_lists": ("further_keys",),
    "list_changes": ("contact_lists",),
    "changes": (
        *("contact_states", "contact_tags", "company_states", "said_values", "clearings", "retractions"),
        *("tag_changes", "list_changes", "company_targets"),
    ),
    "reviews": ("key_claims",),
}
"""What nobody reads any more once a step is made: in a first run each of them is as large as the plan."""


def make(engine: Engine, ledger: Ledger, settings: Settings) -> None:
    """Make `plan` and `plan_counts`; the tables of `INPUTS` and the macros of `planning` must be there."""
    _inputs(engine, ledger, settings)
    planned = CONTACT.planned(settings.crm.properties)
    said = {"clearings": CONTACT.sent, "said_values": [field for field in planned if field not in CONTACT.derived]}
    for name in STEPS:
        engine.make(f"planning/{name}", said.get(name, planned))
        engine.drop(*DONE_WITH.get(name, ()))
    engine.make("planning/plan")
    engine.drop("changes", "reviews", "logs")
    engine.make("planning/plan_counts")


def _inputs(engine: Engine, ledger: Ledger, settings: Settings) -> None:
    takes_companies = settings.crm.company_writes == "auto" and ledger.traits.get(Trait.COMPANIES) != READ_ONLY
    engine.one_row(
        "setting",
        {
            "name_placeholder": settings.crm.name_placeholder,
            "company_writes": takes_companies,
            "imported_activity": settings.crm.imported_activity,
            "opt_outs": settings.crm.opt_outs,
            "mark": settings.crm.mark,
            "clears": settings.crm.clears,
            "reread": settings.crm.reread,
        },
    )
    fields = {name: settings.fields.get(name, FieldSettings()) for name in POLICY_FIELDS}
    names = list(fields)
    engine.put("policies", _texts(field=names, policy=[field.policy for field in fields.values()]))
    engine.put("retracting", _texts(field=names, retract=[field.retract for field in fields.values()]))
    engine.put("contact_links", ledger.identities.links("contacts"))
    engine.put("company_links", ledger.identities.links("companies"))
    engine.put("written_contacts", ledger.written.of("contacts"))
    engine.put("written_companies", ledger.written.of("companies"))
    engine.put("found_contacts", ledger.stood.of("contacts"))
    engine.put("found_companies", ledger.stood.of("companies"))
    refused = [
        one for state in ("REJECTED", "UNKNOWN") for one in ledger.journal.in_state(state) if one.kind == "create"
    ]
    engine.put("refused_creates", _texts(entity_id=[operation.entity_id for operation in refused]))
    owed = ledger.journal.owed_logs()
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

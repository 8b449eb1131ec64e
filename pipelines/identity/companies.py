"""Which company is which: records, what contacts say of theirs, and the CRM's companies → companies.

A domain or an e-mail joins, and so does an earlier link; then a phone with names that fit; then a name that just one
company bears. Two domains, and two companies of the CRM, are never made one by a phone or a name.
"""

from __future__ import annotations

from pipelines.identity.clustering import components, disputes, entity_ids
from pipelines.lake.engine import Engine


def resolve(engine: Engine) -> None:
    """Make `company_clusters`, `company_matches`, `company_joins`, `company_held_back` and `contact_companies`.

    Reads `records`, `company_records`, `gone_records`, `current_companies`, `known_companies`, `company_links` and
    `setting`; the macros of `keys`, `identity/people` and `identity/companies` must be there.
    """
    for name in ("said_companies", "company_nodes", "company_keys", "company_hubs", "company_links_held"):
        engine.make(f"identity/companies/{name}")
    engine.make("identity/companies/company_firm_edges")
    components(engine, "company_firm_edges", into="company_firm_components")
    for name in ("company_units", "company_phone_holders", "company_phone_names", "company_phone_pairs"):
        engine.make(f"identity/companies/{name}")
    disputes(engine, pairs="company_phone_pairs", named="SELECT class FROM company_phone_names WHERE name_fold <> ''")
    for name in ("company_phone_edges", "company_name_edges", "company_wide_edges"):
        engine.make(f"identity/companies/{name}")
    components(engine, "company_phone_edges", into="company_phone_components")
    components(engine, "company_wide_edges", into="company_wide_components")
    for name in ("company_contradictions", "company_members"):
        engine.make(f"identity/companies/{name}")
    entity_ids(
        engine,
        members="SELECT node, company AS component, name FROM company_members JOIN company_nodes USING (node)",
        links="company_links_held",
        known="known_companies",
        linked="company_links",
    )
    for name in (
        "company_ids",
        "company_clusters",
        "company_matches",
        "company_entities",
        "contact_companies",
        "company_joins",
        "company_held_back",
    ):
        engine.make(f"identity/companies/{name}")

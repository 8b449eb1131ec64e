"""Who is who: records and the CRM's contacts → people, by keys that join and guards that keep apart.

Three steps, each on what the one before has made: firm keys (e-mails and what the settings add) make components; the
links of earlier runs join these to units; a phone joins units whose names allow it. What a phone would join against the
evidence (two names that do not fit, two contacts of the CRM) falls back, first to whole names that agree, then to the
units. docs/identity.md has the rules and their reasons.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from pipelines.identity.clustering import components, disputes, entity_ids
from pipelines.lake.engine import Engine

LINKED_PHONES: Final = pa.schema(
    [("node_a", pa.int64()), ("node_b", pa.int64()), ("key", pa.string()), ("agree", pa.bool_())]
)


def resolve(engine: Engine) -> None:
    """Make `clusters`, `contact_matches`, `joins`, `held_back`, `merge_candidates`, `person_changes` and `gone_people`.

    Reads `records`, `gone_records`, `current_contacts`, `known_contacts`, `contact_links`, `nicknames` and `setting`;
    the macros of `keys` and `identity/people` must be there.
    """
    linked = _units(engine)
    _phones(engine)
    if linked:
        engine.make("identity/people/linked_phones")
    else:
        engine.put("linked_phones", LINKED_PHONES.empty_table())
    engine.make("identity/people/people")
    entity_ids(
        engine,
        members="SELECT node, person AS component, name FROM people JOIN nodes USING (node)",
        links="links",
        known="known_contacts",
        linked="contact_links",
    )
    for name in ("person_ids", "hub_keys", "hub_holders", "contact_candidates", "contact_matches", "gone_people"):
        engine.make(f"identity/people/{name}")
    for name in ("clusters", "person_changes", "merge_candidates", "joins", "held_back"):
        engine.define(f"identity/people/{name}")


def _units(engine: Engine) -> bool:
    """Make `units`; whether links of earlier runs have joined any."""
    engine.define("identity/people/nodes")
    engine.make("identity/people/heirs")
    for name in ("nickname_pairs", "given_names", "firm_keys", "firm_shared", "firm_hubs", "households", "memberships"):
        engine.make(f"identity/people/{name}")
    for name in ("moved_keys", "firm_joins"):
        engine.make(f"identity/people/{name}")
    components(engine, "firm_joins", into="key_components")
    for name in ("severed", "links", "link_joins"):
        engine.make(f"identity/people/{name}")
    linked = engine.count("link_joins") > 0
    if linked:
        engine.make("identity/people/firm_edges")
        components(engine, "firm_edges", into="firm_components")
    else:
        engine.rename("key_components", "firm_components")
    engine.make("identity/people/units")
    return linked


def _phones(engine: Engine) -> None:
    for name in ("phone_holders", "phone_hubs", "phone_names", "phone_pairs"):
        engine.make(f"identity/people/{name}")
    disputes(
        engine, pairs="phone_pairs", named="SELECT class FROM phone_names WHERE first_fold <> '' OR last_fold <> ''"
    )
    engine.make("identity/people/phone_joins")
    engine.make("identity/people/agreed_edges")
    components(engine, "agreed_edges", into="agreed_components")
    components(engine, "phone_joins", into="wide_components")
    engine.make("identity/people/unit_names")
    engine.make("identity/people/contradictions")

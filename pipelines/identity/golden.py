"""Golden records: one row a person, each value with the record it comes from, and what else was said kept beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pyarrow as pa

from connectors.records import CONTACT
from pipelines.lake.engine import Engine
from pipelines.settings.sections import FieldSettings

RULES: Final = {
    **{field.name: "source_order" for field in CONTACT.plain},
    **{name: field.survivorship for name, field in CONTACT.in_columns.items() if field.survivorship},
}
"""Whose value is golden where the settings do not say so, by field."""


def make(engine: Engine, fields: Mapping[str, FieldSettings], sources: Sequence[str]) -> dict[str, int]:
    """Write `golden`, `golden_keys`, `golden_tags`, `conflicts` and `golden_companies`.

    Reads `records`, `consents` and what `people` and `companies` have made.

    Args:
        engine: the step's database.
        fields: the settings of fields; one that is not named survives by the order of the sources, tags by union.
        sources: the sources in the order of the settings.

    Returns:
        How many rows each table has, and how many people `opted_out` and have a company (`employed`).
    """
    chosen = {name: fields.get(name, FieldSettings()) for name in RULES}
    rules = {name: field.survivorship or RULES[name] for name, field in chosen.items()}
    lists = {f"{name}_sources": [sources.index(one) for one in field.sources] for name, field in chosen.items()}
    engine.make("identity/golden/opt_outs")
    ((opted_out,),) = engine.rows("SELECT count(*) FILTER (email_opt_out OR phone_opt_out) FROM opt_outs")
    engine.put("survivorship", pa.Table.from_pylist([{**rules, **lists}], _schema()))
    engine.macros("identity/golden/macros")
    for name in ("told", "by_source"):
        engine.make(f"identity/golden/{name}")
    for rule, name in (("newest", "by_age"), ("most_complete", "by_fullness")):
        if rule in rules.values():
            engine.make(f"identity/golden/{name}")
        else:
            engine.put(name, pa.schema([("node", pa.int64()), ("place", pa.int64())]).empty_table())
    engine.drop("told")
    for name in ("votes", "picks", "person_keys", "person_tags", "other_picks", "other_values", "cleared_fields"):
        engine.make(f"identity/golden/{name}", CONTACT.plain)
    for name in ("golden_keys", "golden_tags", "conflicts"):
        engine.define(f"identity/golden/{name}", CONTACT.plain)
    counts = engine.write("golden_keys", "golden_tags", "conflicts")
    engine.drop("votes", "other_picks", "by_age", "by_fullness")
    for name in ("key_lists", "tag_lists", "firsts"):
        engine.make(f"identity/golden/{name}")
    engine.drop("person_keys", "person_tags", "by_source", "person_ids", "contact_companies", "people")
    engine.define("identity/golden/golden", CONTACT.plain)
    engine.make("identity/golden/ranked_companies")
    engine.make("identity/golden/golden_companies")
    ((employed,),) = engine.rows("SELECT count(company) FROM golden")
    return {**counts, **engine.write("golden", "golden_companies"), "opted_out": opted_out, "employed": employed}


def _schema() -> pa.Schema:
    lists = [(f"{name}_sources", pa.list_(pa.int32())) for name in RULES]
    return pa.schema([*((name, pa.string()) for name in RULES), *lists])

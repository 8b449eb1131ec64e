"""Pairs that are likely one person and that no exact key joined: found by rules, scored by what agrees, never joined.

Two people are compared where a rule brings them together (a block), field by field, in levels; each level weighs the
logarithm of how much more often two records of one person compare so than two people do (I. P. Fellegi, A. B. Sunter:
"A Theory for Record Linkage", JASA 1969). How often is learnt from the data at hand: from the records that an e-mail
joined, and from pairs by chance. docs/identity.md argues for what is not learnt.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from pipelines.identity import nicknames
from pipelines.lake.engine import Engine
from pipelines.settings.sections import Match
from pipelines.workspace import StageReport, Workspace

SCHEMAS: Final = {
    "candidates": pa.schema(
        [
            *((name, pa.string()) for name in ("a", "b", "person_a", "person_b", "name_a", "name_b")),
            ("score", pa.float64()),
            *((name, pa.string()) for name in ("evidence", "reason")),
        ]
    ),
    "candidate_weights": pa.schema(
        [
            *((name, pa.string()) for name in ("field", "level")),
            *((name, pa.float64()) for name in ("same", "other", "weight", "strangers")),
        ]
    ),
    "candidate_blocking": pa.schema(
        [
            ("rule", pa.string()),
            *((name, pa.int64()) for name in ("largest_block", "pairs", "blocks_left_out", "members_left_out")),
        ]
    ),
}
"""The tables and their columns. `a` and `b` are record keys, or `crm:` and the id of a contact that is nobody's."""

TABLES: Final = tuple(SCHEMAS)

INPUTS: Final = (
    *("records", "clusters", "unmatched", "current_contacts", "current_companies", "contact_matches"),
    "merge_candidates",
)
"""The tables that candidates are made of."""

RULES: Final = (
    *("name", "last name and domain", "first name, initial and domain", "last name and company"),
    *(
        "first name, initial and company",
        "birthday and first initial",
        "birthday and last initial",
        "birthday and city",
    ),
    *("last name and birth year", "first name, initial and birth year", "last name, initial and city"),
    *("first name, initial and city", "local part", "start of e-mail", "end of e-mail"),
)
"""What brings two people together, each in `candidate_blocks.sql`."""


def run(work: Workspace) -> StageReport:
    """Make `candidates`, and what explains their scores: `candidate_weights` and `candidate_blocking`."""
    work.lock.take()
    with work.engine() as engine, work.progress.task("looking for likely pairs"):
        engine.read(*INPUTS)
        engine.macros("keys/macros")
        engine.put("nicknames", nicknames.table())
        engine.make("identity/people/nickname_pairs")
        make(engine, work.settings.match)
        counts = engine.write(*TABLES)
    work.lake.publish(work.run, TABLES)
    return StageReport({"candidates": counts["candidates"]}, TABLES)


def make(engine: Engine, match: Match) -> None:
    """Make `candidates`, `candidate_weights` (what each field weighs) and `candidate_blocking` (what was looked at).

    Reads `records`, `clusters`, `unmatched`, `current_contacts`, `current_companies`, `contact_matches`,
    `merge_candidates` and `nickname_pairs`; needs the macros of keys. With `match.candidates` off all are empty.
    """
    if not match.candidates:
        for name, schema in SCHEMAS.items():
            engine.put(name, schema.empty_table())
        return
    engine.macros("identity/candidates/macros")
    engine.one_row("candidate_setting", {"candidate_score": match.candidate_score})
    for name in ("mentions", "spelled", "entities", "profiles", "values", "sides"):
        engine.make(f"identity/candidates/candidate_{name}")
    _meet(engine)
    _compare(engine, "candidate_random_pairs", into="candidate_random")
    _compare(engine, "candidate_same_pairs", into="candidate_same")
    _compare(engine, "candidate_pairs", into="candidate_likeness")
    for name in ("candidate_expected", "candidate_weights", "candidate_scores", "candidates"):
        engine.make(f"identity/candidates/{name}")


def _meet(engine: Engine) -> None:
    """Make `candidate_met` and `candidate_blocking`, one rule at a time: memory holds the keys of one."""
    for place, rule in enumerate(RULES):
        engine.one_row("candidate_rule", {"rule": rule})
        engine.make("identity/candidates/candidate_blocks")
        for name, whole in {"rule_pairs": "candidate_met", "rule_counts": "candidate_blocking"}.items():
            engine.make(f"identity/candidates/candidate_{name}")
            how = f"CREATE OR REPLACE TABLE {whole} AS" if place == 0 else f"INSERT INTO {whole}"
            engine.connection.execute(f"{how} FROM candidate_{name}")


def _compare(engine: Engine, pairs: str, *, into: str) -> None:
    """Make a table of pairs, and how each of them compares."""
    engine.make(f"identity/candidates/{pairs}")
    engine.view_as("candidate_to_compare", f"FROM {pairs}")
    engine.make("identity/candidates/candidate_compared")
    engine.rename("candidate_compared", into)

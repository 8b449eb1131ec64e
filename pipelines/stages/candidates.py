"""Candidates: pairs that are likely one person and that no key joined, for a human to judge. They join nothing."""

from __future__ import annotations

from typing import Final

from pipelines import candidates, nicknames
from pipelines.workspace import StageReport, Workspace

TABLES: Final = candidates.TABLES
INPUTS: Final = (
    *("records", "clusters", "unmatched", "current_contacts", "current_companies", "contact_matches"),
    "merge_candidates",
)


def run(work: Workspace) -> StageReport:
    """Make `candidates`, and what explains their scores: `candidate_weights` and `candidate_blocking`."""
    work.lock.take()
    with work.engine() as engine, work.progress.task("looking for likely pairs"):
        engine.read(*INPUTS)
        engine.macros("clean/macros")
        engine.put("nicknames", nicknames.table())
        engine.make("resolve/nickname_pairs")
        candidates.make(engine, work.settings.match)
        counts = engine.write(*TABLES)
    work.lake.publish(work.run, TABLES)
    return StageReport({"candidates": counts["candidates"]}, TABLES)

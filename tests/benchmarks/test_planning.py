"""The benchmark of planning makes every table that a plan reads."""

from __future__ import annotations

from pathlib import Path

from benchmarks.planning import measure


def test_few_people_are_planned_as_a_million_would_be(tmp_path: Path) -> None:
    """Of forty, a tenth says another title, and that is all that the plan writes."""
    figures = measure(40, 0.1, tmp_path)
    assert (figures["changed"], figures["fields_written"]) == (4, 4)

"""Stages are timed over made-up people, and what comes of them is held against the truth."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from benchmarks import identity, people, workbench
from benchmarks.memory import forget_peak, peak_bytes
from pipelines.lake.engine import Engine


def test_a_stage_is_timed_table_by_table(tmp_path: Path) -> None:
    """Each stage has its time, its memory and its counts, and says when each of its tables was made."""
    file = tmp_path / "people.csv"
    people.write(file, 300)
    make = Engine.arrow
    settings = workbench.settings_for([file], tmp_path)
    steps = workbench.run(settings, tmp_path / "data", ("extract", "clean"))
    extract, clean = steps
    assert (extract.stage, clean.stage) == ("extract", "clean")
    assert extract.counts["rows"] == clean.counts["rows_read"] == 300
    assert 0 < clean.made["email_keys"] < clean.made["contact_versions"] < clean.seconds
    assert clean.seconds / 2 < sum(clean.parts.values()) < clean.seconds * 1.01
    assert min(step.peak for step in steps) > 10_000_000
    assert Engine.arrow is make  # nobody is watched any more


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('CREATE OR REPLACE TABLE "golden" AS SELECT 1', "golden"),
        ("COPY \"golden\" TO '/x' (FORMAT parquet)", "write golden"),
        ("SELECT  1\n  FROM setting", "SELECT 1 FROM setting"),
    ],
)
def test_a_statement_is_called_after_its_table(text: str, name: str) -> None:
    """A profile names the table that a statement makes or writes, else the statement."""
    assert workbench.label(text) == name


def test_memory_is_that_of_the_process() -> None:
    """The peak grows with what is held, and begins anew where the system lets it."""
    forget_peak()
    before = peak_bytes()
    held = bytearray(80_000_000)
    held[::4096] = b"x" * len(held[::4096])
    assert peak_bytes() >= before + 40_000_000


def test_small_people_are_measured_and_judged(tmp_path: Path) -> None:
    """A run over a few people gives times, memory, and precision and recall that fit the truth."""
    found = identity.measure(1000, tmp_path, repeats=1, peers_up_to=0)
    assert found["1k_rows"] == 1000
    assert found["1k_seconds"] > found["1k_clean_seconds"] > 0
    assert found["1k_resolve_seconds"] > found["1k_keys_seconds"] > 0
    assert found["1k_precision"] > 0.99
    assert 0.8 < found["1k_recall"] < 1


def test_a_wrong_join_is_seen(tmp_path: Path) -> None:
    """Held against a truth in which everybody is another, every join is wrong; a row without a record stands alone."""
    tables = {
        "truth": "SELECT 'f' AS file, i AS row, i AS person FROM range(4) t(i)",
        "records": "SELECT 'f' AS file, i AS row, 'r' || i AS record_key FROM range(3) t(i)",
        "clusters": "SELECT 'r' || i AS record_key, 'p' AS person_id FROM range(2) t(i)",
    }
    paths = {name: tmp_path / f"{name}.parquet" for name in tables}
    with duckdb.connect(":memory:") as database:
        for name, text in tables.items():
            database.sql(text).write_parquet(str(paths[name]))
        counted = identity.judged(database, identity.OURS, paths)
    assert (counted.true, counted.found, counted.right) == (0, 1, 0)


def test_sizes_have_short_names() -> None:
    """Figures of a size begin with its name."""
    assert [identity.short(rows) for rows in (999, 100_000, 1_500_000, 10_000_000)] == ["999", "100k", "1500k", "10m"]

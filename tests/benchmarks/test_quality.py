"""The labelled data are read as they are, and the joins on the small ones are as good as promised."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from benchmarks import labelled, quality
from benchmarks.quality import Judged

needs_data = pytest.mark.skipif(not labelled.present(), reason=labelled.MISSING)


def figures(name: str, folder: Path) -> dict[str, float]:
    """Judge one data set without the peers."""
    (data,) = [data for data in labelled.DATA if data.name == name]
    return dict(Judged(data, folder).figures(with_peers=False))


@needs_data
def test_every_row_of_the_labelled_data_has_its_truth() -> None:
    """Each row is there once, and the true pairs are as many as the data say."""
    true = {}
    for data in labelled.DATA:
        rows = list(data.truth(data))
        assert len({row[:2] for row in rows}) == len(rows)
        sizes = [sum(row[2] == name for row in rows) for name in {row[2] for row in rows}] if len(rows) < 1000 else []
        true[data.name] = (len(rows), sum(size * (size - 1) // 2 for size in sizes))
    assert true == {"fake_20000": (20_000, 0), "senzing": (159, 108), "restaurants": (864, 112)}


@needs_data
@pytest.mark.xfail(strict=True, reason="the guards do not reach it yet")
@pytest.mark.parametrize(("name", "precision", "right"), [("senzing", 0.95, 21), ("restaurants", 0.95, 105)])
def test_joins_are_as_good_as_promised(name: str, precision: float, right: int, tmp_path: Path) -> None:
    """With the settings as they come, so many joined pairs are right, and hardly any is wrong."""
    found = figures(name, tmp_path)
    assert found["pairs_precision"] >= precision
    assert found["pairs_right"] >= right


def test_without_the_data_nothing_is_measured_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Where the folder is missing, there are no figures and a line tells why."""
    monkeypatch.setattr(labelled, "FOLDER", tmp_path / "nowhere")
    quality.main(["--json", "--rows", "5"])
    told = capsys.readouterr()
    assert told.out == "{}\n"
    assert told.err.startswith("Nothing was measured: ")


def test_a_likely_pair_counts_for_all_records_of_both_people() -> None:
    """Candidates are right one by one; accepted, each joins all of one person's records with all of the other's."""
    with duckdb.connect(":memory:") as database:
        rows = "('a1', 'a', 1), ('a2', 'a', 1), ('b1', 'b', 1), ('c1', 'c', 2), ('d1', 'd', 3)"
        database.execute(f"CREATE TABLE entities AS FROM (VALUES {rows}) t(record_key, found, truth)")
        database.execute("CREATE TABLE candidates AS FROM (VALUES ('a1', 'b1', 0.9), ('b1', 'c1', 0.8)) t(a, b, score)")
        assert database.execute(quality.CANDIDATES).fetchall() == [(2, 1)]
        # a1-b1 and a2-b1 are true pairs that nothing but the first candidate joins.
        assert database.execute(quality.WITH_CANDIDATES).fetchall() == [(2,)]

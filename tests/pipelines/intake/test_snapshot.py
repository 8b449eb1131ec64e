"""Pulls that give everything there is: one landing each, which takes the place of the one before."""

from __future__ import annotations

import itertools
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.api import Page
from connectors.rows import batch
from pipelines.intake import snapshot
from pipelines.intake.snapshot import Snapshot
from pipelines.lake.lake import Lake
from tests.pipelines.workshop import TO_CLEAN, TO_RESOLVE, Workshop

ROWS = [{"id": str(number), "email": f"p{number}@acme.example" if number % 3 else None} for number in range(10)]


def write(shop: Workshop, *emails: str) -> None:
    """Let the table hold these people, numbered from 1."""
    rows = [f'{number},{email},"[""a"",""b""]"' for number, email in enumerate(emails, 1)]
    (shop.root / "people.csv").write_text("\n".join(["key,email,tags", *rows]) + "\n")


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """A workshop that reads a table of two people by a query."""
    options = {"query": "FROM read_csv('people.csv', all_varchar = true)", "object": "contacts", "id_column": "key"}
    made = Workshop(tmp_path, sources={"wh": {"kind": "sql", "options": options}})
    write(made, "a@acme.example", "b@acme.example")
    return made


def test_the_newest_snapshot_counts(shop: Workshop) -> None:
    """What is unchanged lands once; what changed lands in full, and takes the place of what was there."""
    first = shop.run(*TO_CLEAN)
    counts = first.reports["extract"].counts
    assert (counts["rows_new"], counts["files"]) == (2, 0)
    assert {tuple(row["tags"]) for row in shop.rows("records")} == {("a", "b")}
    assert shop.run(*TO_CLEAN).reports["extract"].counts["new_landings"] == 0
    write(shop, "a@acme.example", "new@acme.example", "c@acme.example")
    work = shop.run(*TO_RESOLVE)
    assert work.reports["extract"].counts["new_landings"] == 1
    with work.ledger() as ledger:
        assert not ledger.cursors.all()
    assert sorted(row["email"] for row in shop.rows("golden")) == [
        *("a@acme.example", "c@acme.example", "new@acme.example")
    ]


def test_a_query_that_fails_leaves_what_is_there(shop: Workshop) -> None:
    """The last snapshot stands, and the refusal names the stream and how many rows of it count."""
    shop.run(*TO_CLEAN)
    (shop.root / "people.csv").unlink()
    work = shop.run(*TO_CLEAN)
    assert work.reports["clean"].counts["contact_records"] == 2
    [refused] = shop.rows("refused_files")
    assert (refused["file"], refused["rows_kept"]) == ("wh/contacts", 2)
    assert "sources.wh.options.query: no files found" in refused["reason"]


@given(cuts=st.lists(st.integers(0, 10), max_size=4), nulls=st.booleans())
def test_the_digest_is_of_the_rows_alone(
    cuts: list[int], nulls: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """However rows are paged, the same ones have one digest and come back; a null is no empty text."""
    lake = Lake(tmp_path_factory.getbasetemp() / "lake")
    rows = ROWS if nulls else [{**row, "email": row["email"] or ""} for row in ROWS]
    bounds = [0, *sorted(cuts), len(rows)]
    with pytest.MonkeyPatch.context() as patch, Snapshot(lake) as whole, Snapshot(lake) as paged:
        patch.setattr(snapshot, "ROWS", 4)
        whole.take(Page(batch(ROWS, ["id", "email"])))
        for start, end in itertools.pairwise(bounds):
            paged.take(Page(batch(rows[start:end], ["id", "email"])))
        assert (paged.digest() == whole.digest()) == nulls
        assert pa.Table.from_batches(paged.batches, paged.schema).to_pylist() == rows


def test_later_pages_may_have_further_columns(tmp_path: Path) -> None:
    """Rows that came before a column say nothing of it."""
    with Snapshot(Lake(tmp_path)) as held:
        held.take(Page(batch([{"id": "1"}], ["id"])))
        held.take(Page(batch([{"id": "2", "email": "x"}], ["id", "email"])))
        held.digest()
        found = pa.Table.from_batches(held.batches, held.schema).to_pylist()
    assert found == [{"id": "1", "email": None}, {"id": "2", "email": "x"}]
    assert not list((tmp_path / "tmp").iterdir())

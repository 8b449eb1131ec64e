"""Extract lands what is new, once, and keeps everything that it has read."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from connectors import csv_file
from connectors.contract import Layout
from connectors.csv_file import Source
from connectors.errors import SourceRefused
from pipelines.lake.lake import Lake
from tests.pipelines.workshop import Workshop

JANE = "Name,Email\nJane Doe,jane@acme.com"
JOHN = "Name,Email\nJohn Roe,john@acme.com"


def counts(shop: Workshop) -> dict[str, int]:
    """What one extraction says of itself."""
    return shop.run("extract").reports["extract"].counts


def test_file_with_the_same_bytes_is_not_landed_again(shop: Workshop) -> None:
    """Touching it changes nothing, and its landing stays pinned."""
    path = shop.file("people.csv", JANE)
    assert counts(shop)["new_landings"] == 1
    os.utime(path)
    assert counts(shop) | {"rows": 1} == counts(shop)
    (landing,) = shop.rows("landings")
    assert (landing["file"], landing["rows"], landing["new"]) == ("people.csv", 1, False)


def test_file_that_goes_to_and_fro_lands_each_time(shop: Workshop) -> None:
    """A→B→A is three landings in that order: the last is what the file says now."""
    for text in (JANE, JOHN, JANE):
        shop.file("people.csv", text)
        shop.run("extract")
    landings = shop.rows("landings", order="sequence")
    assert [landing["sequence"] for landing in landings] == [1, 2, 3]
    assert landings[0]["digest"] == landings[2]["digest"] != landings[1]["digest"]
    assert [landing["new"] for landing in landings] == [False, False, True]


def test_refused_file_is_listed_and_the_others_go_on(shop: Workshop) -> None:
    """With the reason and, where known, the line; a refused new version leaves the old landing standing."""
    shop.file("a.csv", JANE)
    shop.run("extract")
    shop.file("a.csv", 'Name,Email\n"Jane,jane@acme.com')
    shop.file("b.csv", JOHN)
    shop.file("c.csv", "colour,height\nred,3")
    shop.file("d.csv", "Name,Name\nx,y")
    assert counts(shop)["refused_files"] == 3
    refused = {row["file"]: row for row in shop.rows("refused_files")}
    assert set(refused) == {"a.csv", "c.csv", "d.csv"}
    assert all(row["source"] == "inbox" and row["reason"] for row in refused.values())
    assert refused["a.csv"]["line"] == 2
    assert [(row["file"], row["sequence"]) for row in shop.rows("landings", order="sequence")] == [
        ("a.csv", 1),
        ("b.csv", 2),
    ]


def test_a_header_that_says_nothing_is_refused_by_its_files_name(shop: Workshop) -> None:
    """Also where the settings say what the rows are, and so the header alone is looked at."""
    shop.sections["sources"] = {"inbox": {"kind": "csv_file", "options": {"path": "inbox", "object": "contacts"}}}
    shop.file("odd.csv", "alpha,beta\n1,2")
    shop.run("extract")
    assert [row["file"] for row in shop.rows("refused_files")] == ["odd.csv"]


def test_a_name_that_is_no_text_is_refused_and_the_others_go_on(shop: Workshop) -> None:
    """A file whose name is not UTF-8 is listed under its name with escapes."""
    shop.file("good.csv", "Name,Email\nAda Lovelace,ada@acme.com")
    (shop.inbox / os.fsdecode(b"caf\xe9.csv")).write_text("Name,Email\nAlan Turing,alan@acme.com\n")
    work = shop.run("extract")
    assert work.reports["extract"].counts["rows"] == 1
    (refused,) = shop.rows("refused_files")
    assert (refused["file"], refused["reason"]) == (r"caf\udce9.csv", "its name is not UTF-8.")


def test_whatever_goes_wrong_with_a_file_is_that_files_refusal(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault refuses the file at hand, without its own text, which may be personal; a full disk ends the run."""
    shop.file("bad.csv", "Name,Email,Bad\nAlan Turing,alan@acme.com,1")
    shop.file("good.csv", "Name,Email\nAda Lovelace,ada@acme.com")

    class Odd(Source):
        def layout(self, object_name: str, columns: Sequence[str]) -> Layout:
            if "Bad" in columns:
                raise KeyError("alan@acme.com")
            return super().layout(object_name, columns)

    monkeypatch.setattr(csv_file, "Source", Odd)
    work = shop.run("extract")
    assert work.reports["extract"].counts["rows"] == 1
    (refused,) = shop.rows("refused_files")
    assert (refused["file"], refused["reason"]) == ("bad.csv", "unexpected KeyError while it was read.")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    shop.file("new.csv", "Name,Email\nGrace Hopper,grace@acme.com")
    monkeypatch.setattr(Lake, "land", full)
    with pytest.raises(OSError, match="No space left"):
        shop.run("extract")


def test_rows_in_are_rows_landed_and_rows_rejected(shop: Workshop) -> None:
    """Nothing that was read is left out of the count, and cells are kept as they came."""
    shop.file("people.csv", "Name,Email\n  Jane ,JANE@ACME.COM\nragged,row,here\nJohn,=1+1\nagain,ragged,row")
    read = counts(shop)
    assert (read["rows"], read["rows_rejected"], read["rows_new"]) == (4, 2, 4)
    (landing,) = shop.rows("landings")
    assert (landing["rows"], landing["rejected"]) == (2, 2)
    path = shop.data / landing["path"]
    assert pq.read_table(path).to_pylist() == [
        {"Name": "Jane ", "Email": "JANE@ACME.COM"},
        {"Name": "John", "Email": "=1+1"},
    ]
    rejected = pq.read_table(path.with_suffix(".rejected.parquet")).to_pylist()
    assert [row["line"] for row in rejected] == [3, 5]


def test_landing_of_a_removed_file_stands(shop: Workshop) -> None:
    """Absence deletes nothing."""
    path = shop.file("people.csv", JANE)
    shop.file("others.csv", JOHN)
    shop.run("extract")
    path.unlink()
    shop.run("extract")
    assert {row["file"] for row in shop.rows("landings")} == {"people.csv", "others.csv"}


def test_file_named_like_a_pattern_is_itself(shop: Workshop) -> None:
    """`[a].csv` is no pattern for `a.csv`."""
    shop.file("a.csv", JANE)
    shop.file("[a].csv", JOHN)
    shop.sections = {"sources": {"one": {"kind": "csv_file", "options": {"path": "inbox/[a].csv"}}}}
    shop.run("extract", "clean")
    assert [row["file"] for row in shop.rows("records")] == ["[a].csv"]


def test_missing_folder_is_told_with_its_path(shop: Workshop, tmp_path: Path) -> None:
    """In one line that says what to do."""
    shop.sections = {"sources": {"inbox": {"kind": "csv_file", "options": {"path": "nowhere"}}}}
    with pytest.raises(SourceRefused, match=r"^.*nowhere: there is no such file or folder\. Create it, or set `path`"):
        shop.run("extract")


def test_a_source_that_cannot_be_read_does_not_stop_the_others(shop: Workshop) -> None:
    """It is listed as refused with its reason; what it gave before stays, and so does the run."""
    shop.file("people.csv", JANE)
    shop.file("people.csv", JOHN, folder="other")
    both = {name: {"kind": "csv_file", "options": {"path": name}} for name in ("other", "inbox")}
    shop.sections = {"sources": both}
    assert counts(shop)["refused_sources"] == 0
    (shop.root / "other").rename(shop.root / "gone")
    shop.file("people.csv", JANE.replace("Jane", "Joan"))
    told = counts(shop)
    assert (told["refused_sources"], told["refused_files"], told["new_landings"]) == (1, 0, 1)
    (refused,) = shop.rows("refused_files")
    assert (refused["source"], refused["rows_kept"]) == ("other", 1)
    assert (refused["file"], refused["reason"]) == (str(shop.root / "other"), "there is no such file or folder.")
    assert len({row["source"] for row in shop.rows("landings")}) == 2


def test_a_refused_file_says_how_much_of_it_stays(shop: Workshop) -> None:
    """Rows of its last landing are still read; a file that was refused from the first gives none."""
    shop.file("people.csv", JANE)
    shop.run("extract")
    shop.file("people.csv", "Colour,Height\nred,2", day=2)
    shop.file("odd.csv", "Colour,Height\nred,2")
    shop.run("extract")
    assert {row["file"]: row["rows_kept"] for row in shop.rows("refused_files")} == {"people.csv": 1, "odd.csv": 0}


def test_landings_of_a_source_that_left_the_settings_are_not_read(shop: Workshop) -> None:
    """They stay on disk and come back with the source; a stage run alone over an older pin does without them too."""
    shop.file("people.csv", JANE)
    shop.file("people.csv", JOHN, folder="other")
    inbox, other = ({"kind": "csv_file", "options": {"path": path}} for path in ("inbox", "other"))
    shop.sections = {"sources": {"inbox": inbox, "other": other}}
    shop.run("extract")
    shop.sections = {"sources": {"other": other}}
    shop.run("clean")
    assert [row["source"] for row in shop.rows("records")] == ["other"]
    shop.run("extract")
    assert [row["source"] for row in shop.rows("landings")] == ["other"]
    shop.sections = {"sources": {"inbox": inbox, "other": other}}
    assert counts(shop)["new_landings"] == 0
    assert len(shop.rows("landings")) == 2


def test_empty_inbox_makes_empty_tables(shop: Workshop) -> None:
    """A header without rows, or no file at all, is nothing to do and no fault."""
    shop.run("extract", "clean")
    assert shop.rows("records") == shop.rows("landings") == []
    shop.file("people.csv", "Name,Email")
    shop.run("extract", "clean")
    assert shop.rows("records") == []
    assert len(shop.rows("landings")) == 1

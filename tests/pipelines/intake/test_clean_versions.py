"""Versions of a record: which one counts, and what is said of the others."""

from __future__ import annotations

from typing import Any

from tests.pipelines.workshop import TO_CLEAN, Workshop


def cleaned(shop: Workshop) -> list[dict[str, Any]]:
    """Extract and clean; the records."""
    shop.run(*TO_CLEAN)
    return shop.rows("records")


def test_newest_version_of_a_record_is_the_current_one(shop: Workshop) -> None:
    """By its own change time, which goes before having none; else by the file's date, else by the later row."""
    shop.sections = {"sources": {"inbox": {"kind": "csv_file", "options": {"path": "inbox", "id_column": "ID"}}}}
    header = "ID,Name,Email,Title,Updated at"
    shop.file(
        "b.csv",
        f"""{header}
        1,A A,a@x.com,modified later,2026-05-02
        2,B B,b@x.com,file of day 3,
        3,C C,c@x.com,undated in a newer file,
        4,D D,d@x.com,first row,
        4,D D,d@x.com,later row,""",
        day=3,
    )
    shop.file(
        "c.csv",
        f"""{header}
        1,A A,a@x.com,modified earlier,2026-05-01
        2,B B,b@x.com,file of day 2,
        3,C C,c@x.com,dated in an older file,2025-12-31""",
        day=2,
    )
    titles = {row["source_id"]: row["title"] for row in cleaned(shop)}
    assert titles == {
        "1": "modified later",
        "2": "file of day 3",
        "3": "dated in an older file",
        "4": "later row",
    }
    counts = {row["name"]: row["rows"] for row in shop.rows("clean_counts")}
    assert (counts["rows_read"], counts["rows_replaced"], counts["contact_records"]) == (8, 4, 4)


def test_a_file_counts_as_newer_than_what_it_replaced_whatever_its_date(shop: Workshop) -> None:
    """Copies and archives keep old dates: what the file says now is what its source says, beside other files, too."""
    shop.sections = {"sources": {"inbox": {"kind": "csv_file", "options": {"path": "inbox", "id_column": "ID"}}}}
    header = "ID,Name,Email,Title"
    shop.file("a.csv", f"{header}\n1,A A,a@x.com,first\n2,B B,b@x.com,first", day=5)
    shop.file("b.csv", f"{header}\n2,B B,b@x.com,between", day=3)
    cleaned(shop)
    shop.file("a.csv", f"{header}\n1,A A,a@x.com,put there since\n2,B B,b@x.com,put there since", day=1)
    assert {row["source_id"]: row["title"] for row in cleaned(shop)} == {"1": "put there since", "2": "put there since"}
    assert shop.rows("flagged_values") == []


def test_a_row_without_a_change_time_replaces_what_its_file_said_before(shop: Workshop) -> None:
    """An export may lose the column, or gain it: a change time and a file's date are not compared within a file."""
    shop.sections = {"sources": {"inbox": {"kind": "csv_file", "options": {"path": "inbox", "id_column": "ID"}}}}
    dated, undated = "ID,Name,Email,Title,Updated at", "ID,Name,Email,Title"
    steps = [
        f"{dated}\n1,A A,a@x.com,first,2026-05-02",
        f"{undated}\n1,A A,a@x.com,second",
        f"{dated}\n1,A A,a@x.com,third,2025-01-01",
        f"{undated}\n1,A A,a@x.com,fourth",
    ]
    for day, text in enumerate(steps, 5):
        shop.file("a.csv", text, day=day)
        (record,) = cleaned(shop)
        assert record["title"] == text.rsplit(",", 2 if "Updated" in text else 1)[1]
        assert shop.rows("flagged_values") == []


def test_a_row_that_says_itself_that_it_is_older_is_listed(shop: Workshop) -> None:
    """An export that was put back to an earlier state is not used where its rows' own change times say so."""
    shop.sections = {"sources": {"inbox": {"kind": "csv_file", "options": {"path": "inbox", "id_column": "ID"}}}}
    header = "ID,Name,Email,Title,Updated at"
    shop.file("a.csv", f"{header}\n1,A A,a@x.com,newer,2026-05-02\n2,B B,b@x.com,old,2026-01-01", day=5)
    cleaned(shop)
    shop.file("a.csv", f"{header}\n1,A A,a@x.com,older,2026-05-01\n2,B B,b@x.com,new,2026-02-01", day=6)
    assert {row["source_id"]: row["title"] for row in cleaned(shop)} == {"1": "newer", "2": "new"}
    (flagged,) = shop.rows("flagged_values")
    assert (flagged["row"], flagged["field"], flagged["value"]) == (0, "modified_at", "2026-05-01")
    assert flagged["flag"] == "the file said something newer before: this row is not used"
    assert not flagged["superseded"]


def test_a_row_that_lost_its_change_time_is_as_new_as_what_it_replaced(shop: Workshop) -> None:
    """What a file says now goes before what it said; beside other files it counts from its last change time."""
    shop.sections = {"sources": {"inbox": {"kind": "csv_file", "options": {"path": "inbox", "id_column": "ID"}}}}
    dated, undated = "ID,Name,Email,Title,Updated at", "ID,Name,Email,Title"
    shop.file("a.csv", f"{dated}\n1,A A,a@x.com,first,2026-05-02\n2,B B,b@x.com,first,2026-05-02", day=5)
    cleaned(shop)
    shop.file("a.csv", f"{undated}\n1,A A,a@x.com,second\n2,B B,b@x.com,second", day=6)
    shop.file("b.csv", f"{dated}\n1,A A,a@x.com,older,2026-05-01\n2,B B,b@x.com,newer,2026-05-03", day=4)
    assert {row["source_id"]: row["title"] for row in cleaned(shop)} == {"1": "second", "2": "newer"}

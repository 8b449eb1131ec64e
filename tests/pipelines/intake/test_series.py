"""Exports with a time or a number in their names: one file that lands anew, where settings or a vendor's ids say so."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from pipelines.report import summary
from tests.pipelines.workshop import TO_CLEAN, TO_RESOLVE, Workshop

PLAIN = "ID,Name,Email,Title"


def series(*patterns: str) -> dict[str, Any]:
    """Settings that say which files are one."""
    return {"inbox": {"kind": "csv_file", "options": {"path": "inbox"}, "series": list(patterns)}}


def people(first: int, last: int, title: str) -> str:
    """Rows of people with these numbers."""
    return "\n".join(f"{number},P{number} X,p{number}@acme.com,{title}" for number in range(first, last))


def titles(shop: Workshop) -> dict[str, str]:
    """Extract and clean; the title of each current record that its file has not let go."""
    shop.run(*TO_CLEAN)
    return {row["source_id"]: row["title"] for row in shop.rows("records") if not row["superseded"]}


def test_new_file_of_a_series_takes_the_place_of_the_one_before(shop: Workshop) -> None:
    """Whoever is in it says what it says; whoever is not is let go, as if one file had landed anew."""
    shop.sections = {"sources": series("people-*.csv")}
    path = shop.file("people-12345-9.csv", f"{PLAIN}\n{people(0, 6, 'old')}", day=3)
    shop.run(*TO_CLEAN)
    path.unlink()
    shop.file("people-12345-10.csv", f"{PLAIN}\n{people(2, 8, 'new')}", day=1)
    assert titles(shop) == {str(number): "new" for number in range(2, 8)}
    counts = {row["name"]: row["rows"] for row in shop.rows("clean_counts")}
    assert (counts["rows_read"], counts["rows_replaced"], counts["contact_records"]) == (12, 4, 8)
    assert {row["file"] for row in shop.rows("records")} == {"people-12345-9.csv", "people-12345-10.csv"}


def test_series_said_afterwards_holds_for_what_has_landed(shop: Workshop) -> None:
    """Two files that landed as two become one, in the order of the numbers in their names, whatever landed first."""
    shop.file("people-10.csv", f"{PLAIN}\n{people(0, 3, 'new')}", day=1)
    shop.run(*TO_CLEAN)
    shop.file("people-9.csv", f"{PLAIN}\n{people(0, 4, 'old')}", day=5)
    shop.run(*TO_CLEAN)
    assert len(shop.rows("records")) == 7
    shop.sections = {"sources": series("people-*.csv")}
    assert titles(shop) == dict.fromkeys(["0", "1", "2"], "new")


@pytest.mark.parametrize(
    ("older", "newer"),
    [("members_8f3a1b.csv", "members_11c9de.csv"), ("people-28-11-2026.csv", "people-03-12-2026.csv")],
)
def test_names_that_say_no_order_leave_it_to_the_files_dates(shop: Workshop, older: str, newer: str) -> None:
    """A digest is no number, and of days that come before months nobody knows which is which."""
    shop.sections = {"sources": series("members_*.csv", "people-*.csv")}
    shop.file(newer, f"{PLAIN}\n{people(0, 3, 'new')}", day=9)
    shop.file(older, f"{PLAIN}\n{people(0, 4, 'old')}", day=8)
    assert titles(shop) == dict.fromkeys(["0", "1", "2"], "new")


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Person - ID,Person - Name,Person - Email - Work,Person - Label", "{id},P{id} X,p{id}@acme.com,{said}"),
        ("ID,ACCOUNTID,LASTNAME,EMAIL,TITLE,SYSTEMMODSTAMP", "{id},a,X{id},p{id}@acme.com,{said},"),
        ("Contact ID,First Name,Last Name,Title,Email,Account Owner", "{id},P,X{id},{said},p{id}@acme.com,o"),
        ("Record ID,First Name,Last Name,Email,Job Title,Lead Status", "{id},P,X{id},p{id}@acme.com,{said},"),
        ("guest_id,name,email,approval_status,title", "{id},P{id} X,p{id}@acme.com,approved,{said}"),
        ("CONTACT ID;EMAIL;LASTNAME;FIRSTNAME;EMAIL_BLACKLISTED;JOB_TITLE", "{id};p{id}@acme.com;X{id};P;;{said}"),
    ],
)
def test_vendors_ids_are_the_same_in_each_of_its_files(shop: Workshop, header: str, row: str) -> None:
    """A record keeps its key in a file of another name, also when its e-mail has changed."""
    for day, said in enumerate(("old", "new"), 1):
        rows = "\n".join(row.format(id=number, said=said) for number in range(3)).replace("p0@", f"{said}@")
        shop.file(f"export-{day}.csv", f"{header}\n{rows}", day=day)
    shop.run(*TO_CLEAN)
    assert [row["file"] for row in shop.rows("records")] == ["export-2.csv"] * 3


def test_companies_keep_a_vendors_ids_too(shop: Workshop) -> None:
    """Pipedrive's organizations are companies, and their ids are theirs in each file."""
    for day, name in enumerate(("Acme", "Acme Group"), 1):
        shop.file(f"organizations-{day}.csv", f"Organization - ID,Organization - Name\n7,{name}", day=day)
    shop.run(*TO_CLEAN)
    assert [row["name"] for row in shop.rows("company_records")] == ["Acme Group"]


def test_run_proposes_a_series_where_two_files_look_like_one(shop: Workshop) -> None:
    """One header, one name but for its numbers, most keys in common; in the output until the settings say so."""
    shop.file("people-12345-67.csv", f"{PLAIN}\n{people(0, 10, 'old')}", day=1)
    shop.file("people-12345-68.csv", f"{PLAIN}\n{people(3, 12, 'new')}", day=2)
    shop.file("guests-1.csv", f"{PLAIN}\n{people(100, 110, 'x')}", day=2)
    shop.file("guests-2.csv", f"{PLAIN}\n{people(200, 210, 'x')}", day=2)
    shop.file("other-12345-68.csv", f"{PLAIN}\n{people(3, 12, 'x')}", day=2)
    assert 'set series = "people-*.csv" in [sources.inbox]' in said(shop)
    (proposal,) = shop.rows("series_proposals")
    assert (proposal["source"], proposal["series"]) == ("inbox", "people-*.csv")
    assert (proposal["file"], proposal["newer_file"]) == ("people-12345-67.csv", "people-12345-68.csv")
    assert (proposal["keys"], proposal["in_common"]) == (9, 7)
    shop.sections = {"sources": series("people-*.csv")}
    assert "set series" not in said(shop)


def said(shop: Workshop) -> str:
    """What a run up to clean prints."""
    console = Console(file=io.StringIO(), width=300)
    summary.show(shop.run(*TO_CLEAN), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_people_of_the_file_before_are_let_go(shop: Workshop) -> None:
    """No stale export stands beside the new one: each person is there once, as the new one says."""
    shop.sections = {"sources": series("people-*.csv")}
    shop.file("people-1.csv", f"{PLAIN}\n{people(0, 5, 'old')}", day=1)
    shop.file("people-2.csv", f"{PLAIN}\n{people(0, 5, 'new')}", day=2)
    shop.run(*TO_RESOLVE)
    assert {row["title"] for row in shop.rows("golden")} == {"new"}
    assert len(shop.rows("records")) == 5

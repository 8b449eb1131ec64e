"""Deletions: what recent changes do not name is asked for, and what they no longer tell is said."""

import logging
from typing import Any

import pytest

from connectors.api import Page
from connectors.errors import ProtocolError
from connectors.pipedrive import Source
from tests.connectors.pipedrive.reading import SINCE, pages_of, rows_of, taken, with_source
from tests.vendors.pipedrive import Vendor

STREAMS = ("companies", "contacts", "activities", "notes")


def facts_of(double: Vendor, stream: str, cursor: str | None) -> tuple[list[Page], str]:
    """The pages of a pull, and what is said of deletions with what it landed."""

    async def use(source: Source) -> tuple[list[Page], str]:
        pages = await taken(source.pull(stream, cursor))
        return pages, source.facts.get("deletions", "")

    return with_source(double, use)


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("listed", [False, True])
def test_a_change_that_says_nothing_of_its_record_is_no_deletion_while_the_record_is_shown(
    stream: str, listed: bool
) -> None:
    """Of changes that come as ids alone, those are deletions whose records are not shown, or say that they are."""
    double = Vendor(contacts=400, companies=400, activities=1_600)
    double.nameless_changes, double.shows_deleted = True, listed
    double.touch(stream, double.ids(stream)[:250])
    for one in ("7", "110", "240"):
        double.delete(stream, one)
    double.log.clear()
    rows = rows_of(pages_of(double, stream, SINCE))
    assert {row["id"] for row in rows if row["tombstone"]} == {"7", "110", "240"}
    assert {row["id"] for row in rows if not row["tombstone"]} == {str(one) for one in range(1, 251)} - {
        *("7", "110", "240")
    }
    if stream != "notes":
        assert len(double.log) <= 6  # 250 ids in three calls


def test_an_answer_with_other_records_than_those_asked_for_proves_no_deletion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the API passes over `ids`, nobody is taken for deleted: the pull ends with an error."""
    double = Vendor(contacts=400)
    double.nameless_changes = True
    double.touch("contacts", ["390"])
    monkeypatch.setattr("tests.vendors.pipedrive.named", lambda _query, table: table.ids)
    with pytest.raises(ProtocolError, match="not asked for"):
        pages_of(double, "contacts", SINCE)


@pytest.mark.parametrize("stream", STREAMS)
def test_a_pull_after_more_than_30_days_says_what_it_cannot_know(stream: str, caplog: pytest.LogCaptureFixture) -> None:
    """Pipedrive shows deletions for 30 days: what an older cursor may have missed stands in facts and log."""
    double = Vendor()
    cursor = pages_of(double, stream)[-1].cursor
    double.advance(days=29)
    with caplog.at_level(logging.WARNING):
        pages, fact = facts_of(double, stream, cursor)
        assert (fact, caplog.text) == ("", "")
        double.advance(days=31)
        _, fact = facts_of(double, stream, pages[-1].cursor)
    said = f"{stream}: those from 2026-08-17 23:50 to 2026-08-19 00:00 UTC may be missing"
    assert fact.startswith(said)
    assert fact.removeprefix(f"{stream}: ") in caplog.text


def test_what_a_pull_cannot_know_is_said_before_its_first_landing() -> None:
    """Pages may land long before deletions are asked for: what those landings say of them is whole."""
    double = Vendor(contacts=1_200)
    double.advance(days=31)
    double.touch("contacts", double.ids("contacts"))

    async def use(source: Source) -> list[str]:
        return [source.facts.get("deletions", "") async for _ in source.pull("contacts", SINCE)]

    assert all(with_source(double, use))


def test_a_first_pull_that_rested_for_two_months_says_so() -> None:
    """What its first part landed may have been deleted meanwhile."""
    double = Vendor(contacts=1_200)
    cursor = pages_of(double, "contacts", cut_after=1)[-1].cursor
    double.advance(days=60)
    assert "may be missing" in facts_of(double, "contacts", cursor)[1]
    assert facts_of(double, "contacts", None)[1] == ""


@pytest.mark.parametrize("stream", STREAMS)
def test_everything_anew_comes_with_what_was_deleted_in_30_days(stream: str) -> None:
    """A new token begins anew: what was deleted since the last pull with the old one still comes as a tombstone."""
    double = Vendor(contacts=20, companies=20, activities=80)
    double.delete(stream, "5")
    double.advance(days=29)
    rows = rows_of(pages_of(double, stream))
    assert {row["id"] for row in rows if row["tombstone"]} == {"5"}
    assert {row["id"] for row in rows if not row["tombstone"]} == set(double.ids(stream))


def test_definitions_whose_cursors_lead_round_in_a_circle_end_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A, B, A, B for ever is no list of fields."""
    double = Vendor(contacts=3)
    turns: list[Any] = []

    def defined(*_: Any) -> Any:
        turns.append(None)
        assert len(turns) < 10
        return {"success": True, "data": [], "additional_data": {"next_cursor": "AB"[len(turns) % 2]}}

    monkeypatch.setattr(double, "_defined", defined)
    with pytest.raises(ProtocolError, match="circle"):
        pages_of(double, "contacts")

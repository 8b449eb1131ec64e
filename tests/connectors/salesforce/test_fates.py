"""What became of records: deleted, merged, converted, gone for good; and associations that change alone."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from connectors.salesforce import Source
from connectors.testing.bench import taken
from tests.connectors.salesforce.reading import (
    BULK,
    REST,
    SINCE,
    STREAMS,
    fates_of,
    pages_of,
    row_of,
    with_source,
)
from tests.vendors.salesforce import Vendor

WAYS = [pytest.param(REST, id="rest"), pytest.param(BULK, id="bulk")]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("stream", STREAMS)
def test_a_deleted_record_comes_as_a_tombstone(stream: str, way: dict[str, Any]) -> None:
    """It lies in the recycle bin, its change time has moved, and the query asks for deleted ones, too."""
    double = Vendor(contacts=40, activities=20)
    gone = double.ids(stream)[2]
    double.delete(stream, gone)
    assert fates_of(pages_of(double, stream, SINCE, **way)) == {gone: ("deleted", None)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("stream", ["companies", "contacts", "leads"])
def test_a_merged_record_names_the_one_that_stands_for_it(stream: str, way: dict[str, Any]) -> None:
    """The loser is a tombstone with the winner's id, the winner stands."""
    double = Vendor(contacts=40)
    loser, winner = double.ids(stream)[2:4]
    double.merge(stream, loser, winner)
    assert fates_of(pages_of(double, stream, SINCE, **way)) == {loser: ("merged", winner), winner: (None, None)}


@pytest.mark.parametrize("way", WAYS)
def test_a_converted_lead_and_its_contact_are_one_person_by_id(way: dict[str, Any]) -> None:
    """The lead names the contact that it became, also when the lead is deleted afterwards; the contact stands."""
    double = Vendor(contacts=40)
    lead, later = double.ids("leads")[:2]
    contact, other = double.convert(lead), double.convert(later)
    double.delete("leads", later)
    assert fates_of(pages_of(double, "leads", SINCE, **way)) == {
        lead: ("converted", contact),
        later: ("converted", other),
    }
    assert fates_of(pages_of(double, "contacts", SINCE, **way))[contact] == (None, None)
    assert double.ids("leads") == double.ids("leads")


def test_a_lead_that_became_no_contact_and_was_deleted_is_deleted() -> None:
    """Where rights hide the contact, a converted lead is still no lead; a deleted one is said to be deleted."""
    double = Vendor(contacts=40)
    first, second = double.ids("leads")[:2]
    double.touch("leads", [first, second], IsConverted=True)
    double.delete("leads", second)
    assert fates_of(pages_of(double, "leads", SINCE)) == {first: ("converted", None), second: ("deleted", None)}


def test_a_record_that_is_restored_stands_again() -> None:
    """Out of the recycle bin it comes without a tombstone, though it once lost a merge."""
    double = Vendor(contacts=40)
    one, other = double.ids("contacts")[:2]
    double.merge("contacts", one, other)
    double.advance(hours=1)
    double.touch("contacts", [one], IsDeleted=False)
    assert fates_of(pages_of(double, "contacts", SINCE))[one] == (None, None)


def test_an_association_that_changed_alone_comes_with_its_contact() -> None:
    """A contact that was given another account has changed."""
    double = Vendor(contacts=20, companies=5)
    contact, company = double.ids("contacts")[7], double.ids("companies")[4]
    double.associate(contact, company)
    pages = pages_of(double, "contacts", SINCE)
    assert row_of(pages, contact)["AccountId"] == company
    assert pages[0].rows.num_rows == 1


def test_what_left_the_recycle_bin_is_told_by_nothing_and_a_long_pause_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A deletion older than the recycle bin keeps is seen by nobody; the landing's facts and the log say so."""
    double = Vendor(contacts=20)
    cursor = pages_of(double, "contacts")[-1].cursor
    gone = double.ids("contacts")[3]
    double.delete("contacts", gone)

    async def facts(source: Source) -> tuple[set[str], str | None]:
        pages = await taken(source.pull("contacts", cursor))
        return set(fates_of(pages)), source.facts.get("deletions")

    assert with_source(double, facts) == ({gone}, None)
    double.advance(days=20)
    double.purge("contacts", gone)
    with caplog.at_level(logging.WARNING):
        came, said = with_source(double, facts)
    assert (came, "deleted more than 15 days ago may not be told" in str(said)) == (set(), True)
    assert "crm/contacts: not pulled since 2026-07-19" in caplog.text
    assert with_source(double, facts, deleted_days=30) == (set(), None)

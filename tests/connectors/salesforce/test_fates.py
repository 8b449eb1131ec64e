"""What became of records: deleted, merged, converted, gone for good; and associations that change alone."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.api import Page
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


def test_a_long_pause_is_said_though_the_pull_begins_anew() -> None:
    """Where a field can be read by now all comes again, and what was deleted for good in between still does not."""
    double = Vendor(contacts=20)
    shown = double.fields["Contact"]
    double.fields["Contact"] = [one for one in shown if one[0] != "DoNotCall"]
    cursor = pages_of(double, "contacts")[-1].cursor
    double.fields["Contact"] = shown
    double.advance(days=20)

    async def said(source: Source) -> tuple[int, str | None]:
        return len(fates_of(await taken(source.pull("contacts", cursor)))), source.facts.get("deletions")

    came, deletions = with_source(double, said)
    assert (came, "may not be told" in str(deletions)) == (20, True)


def test_a_long_pause_is_said_of_the_pull_that_it_concerns_alone() -> None:
    """Another stream's pull, a later one and a window have no such fact, though one source gave them all."""
    double = Vendor(contacts=20)
    cursor = pages_of(double, "contacts")[-1].cursor
    double.advance(days=20)

    async def facts(source: Source) -> list[bool]:
        found = []

        async def note(pages: AsyncIterator[Page]) -> str | None:
            taken_ = await taken(pages)
            found.append("deletions" in source.facts)
            return taken_[-1].cursor

        await note(source.pull("contacts", cursor))
        await note(source.window("contacts", double.now - timedelta(days=1), double.now))
        await note(source.pull("contacts", cursor))
        await note(source.pull("companies", None))
        await note(source.pull("contacts", await note(source.pull("contacts", cursor))))
        return found

    assert with_source(double, facts) == [True, False, True, False, True, False]

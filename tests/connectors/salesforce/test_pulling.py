"""What is pulled by REST and by Bulk: all of it once, resumed anywhere; ties, late records, windows, requests."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors import errors
from connectors.salesforce import Source
from connectors.testing.double import BEGINNING
from tests.connectors.salesforce.reading import (
    BULK,
    REST,
    SINCE,
    STREAMS,
    fates_of,
    ids_of,
    pages_of,
    row_of,
    soql_of,
    window_of,
    with_source,
)
from tests.vendors.salesforce import Vendor

WAYS = [pytest.param(REST, id="rest"), pytest.param(BULK, id="bulk")]


@pytest.mark.parametrize("way", WAYS)
def test_25_000_contacts_come_once_though_12_000_have_one_change_time(way: dict[str, Any]) -> None:
    """All contacts of a large organisation come, none twice, under the same columns."""
    double = Vendor(contacts=25_000, companies=40, same_moment=12_000)
    pages = pages_of(double, "contacts", **way)
    assert sorted(ids_of(pages)) == double.ids("contacts")
    assert len({page.rows.schema for page in pages}) == 1
    assert bool(double.asked("/jobs/query")) == (way == BULK)


@pytest.mark.parametrize("way", WAYS)
def test_a_pull_that_is_gone_on_with_days_later_misses_no_change_in_between(way: dict[str, Any]) -> None:
    """Its end still lies before its beginning: what changed meanwhile in what had come already comes next."""
    double = Vendor(contacts=4_100)
    before, began = pages_of(double, "contacts", cut_after=1, **way), double.now
    changed = ids_of(before)[:1]
    double.advance(days=1)
    double.touch("contacts", changed)
    double.advance(days=1)
    rest = pages_of(double, "contacts", before[0].cursor, **way)
    assert datetime.fromisoformat(json.loads(rest[-1].cursor or "")["since"]) <= began - timedelta(minutes=10)
    assert ids_of(pages_of(double, "contacts", rest[-1].cursor)) == changed


@pytest.mark.parametrize("way", WAYS)
def test_an_incremental_pull_that_is_cut_loses_neither_a_deletion_nor_a_later_change(way: dict[str, Any]) -> None:
    """Cut after any page, gone on with an hour later, pulled again: both come, whatever page it was cut after."""
    double = Vendor(contacts=7_000)
    double.lists.page = 1_500
    ids, cursor = double.ids("contacts"), SINCE
    double.touch("contacts", ids[:6_000])
    double.advance(minutes=5)
    gone = ids[6_500]
    double.delete("contacts", gone)
    double.advance(minutes=5)
    pages = len(pages_of(double, "contacts", cursor, **way))
    assert pages >= 2
    for cut in range(1, pages):
        before = pages_of(double, "contacts", cursor, cut_after=cut, **way)
        changed = ids_of(before)[0]
        double.advance(minutes=5)
        double.touch("contacts", [changed], Title=f"cut after {cut}")
        double.advance(hours=1)
        rest = pages_of(double, "contacts", before[-1].cursor, **way)
        again = pages_of(double, "contacts", rest[-1].cursor, **way)
        assert fates_of([*before, *rest])[gone] == ("deleted", None)
        assert row_of(again, changed)["Title"] == f"cut after {cut}"
        assert {*ids_of([*before, *rest])} >= {*ids[:6_000]}


@pytest.mark.parametrize(("count", "bulk"), [(1_000, False), (1_001, True)])
def test_the_number_of_records_decides_the_way(count: int, bulk: bool) -> None:
    """Up to `bulk_above` a pull goes by REST, above it by a job; the list's first page says how many there are."""
    double = Vendor(contacts=count)
    assert sorted(ids_of(pages_of(double, "contacts", bulk_above=1_000))) == double.ids("contacts")
    assert bool(double.asked("/jobs/query")) == bulk


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("forgotten", [False, True], ids=["kept", "forgotten"])
def test_a_pull_that_was_cut_goes_on_from_any_page(way: dict[str, Any], forgotten: bool) -> None:
    """From each page's cursor a later process gets what followed, also where lists and jobs are gone by then."""
    double = Vendor(contacts=9_000, same_moment=4_500)
    whole = pages_of(double, "contacts", **way)
    assert len(whole) >= 2
    for place, page in enumerate(whole[:-1]):
        if forgotten:
            double.expire_cursors()
        rest = ids_of(pages_of(double, "contacts", page.cursor, **way))
        if forgotten and way == BULK:  # the job is made again: nothing of it is lost, all of it comes again
            assert sorted(rest) == double.ids("contacts")
        else:
            assert sorted(rest) == sorted(ids_of(whole[place + 1 :]))


@pytest.mark.parametrize("way", WAYS)
def test_a_pull_that_is_cut_among_ties_repeats_nothing(way: dict[str, Any]) -> None:
    """Cut among 12,000 records of one change time, the next process goes on behind the last one that was given."""
    double = Vendor(contacts=13_000, same_moment=12_000)
    before = pages_of(double, "contacts", cut_after=2, **way)
    after = pages_of(double, "contacts", before[-1].cursor, **way)
    assert sorted(ids_of(before) + ids_of(after)) == double.ids("contacts")


@pytest.mark.parametrize("way", WAYS)
def test_12_000_records_of_one_change_since_come_once(way: dict[str, Any]) -> None:
    """A bulk edit since the last pull is given whole, though its change time is one."""
    double = Vendor(contacts=13_000)
    changed = double.ids("contacts")[:12_000]
    double.touch("contacts", changed)
    double.advance(minutes=5)
    assert sorted(ids_of(pages_of(double, "contacts", SINCE, **way))) == changed


@pytest.mark.parametrize("stream", STREAMS)
def test_ten_changes_take_two_requests(stream: str) -> None:
    """An incremental pull asks for the fields and for what changed; what was deleted comes with it."""
    double = Vendor(contacts=400, companies=100, activities=100)

    async def use(source: Source) -> list[str]:
        cursor = None
        async for page in source.pull(stream, None):
            cursor = page.cursor
        double.advance(hours=1)
        double.touch(stream, changed)
        double.log.clear()
        return [one async for page in source.pull(stream, cursor) for one in page.rows["Id"].to_pylist()]

    changed = double.ids(stream)[5:15]
    assert sorted(with_source(double, use)) == changed
    assert len(double.log) == 2


def test_after_a_bulk_pull_ten_changes_take_three_requests() -> None:
    """The third one deletes the job, whose results are landed by then."""
    double = Vendor(contacts=500)
    cursor = pages_of(double, "contacts", bulk_above=100)[-1].cursor
    assert len(double.jobs.known) == 1
    double.advance(hours=1)
    changed = double.ids("contacts")[5:15]
    double.touch("contacts", changed)
    double.log.clear()
    assert sorted(ids_of(pages_of(double, "contacts", cursor, bulk_above=100))) == changed
    assert len([seen for seen in double.log if "oauth" not in seen.path]) == 3
    assert not double.jobs.known


def test_a_record_that_appears_late_with_an_older_change_time_comes() -> None:
    """What a server shows nine minutes late is given by the next pull: it asks from ten minutes before this one."""
    double = Vendor(contacts=20)
    cursor = pages_of(double, "contacts")[-1].cursor
    late = double.create("contacts", late=9 * 60)
    assert ids_of(pages_of(double, "contacts", cursor)) == [late]


def test_the_cursor_lies_an_overlap_before_the_pull_began() -> None:
    """It goes by the server's own clock, and by no record's change time."""
    double = Vendor(contacts=10)
    double.touch("contacts", double.ids("contacts")[3:4], SystemModstamp="2099-01-01T00:00:00Z")
    cursor = json.loads(pages_of(double, "contacts")[-1].cursor or "")
    assert datetime.fromisoformat(cursor["since"]) == double.now - timedelta(minutes=10)


@pytest.mark.parametrize("moment", ["2099-01-01T00:00:00+00:00", "2026-07-20T01:00:00+00:00"], ids=["future", "now"])
def test_a_record_that_is_edited_while_a_list_is_walked_hides_none(moment: str) -> None:
    """It comes with its new change time in its old place; a pull cut behind it goes on at that place."""
    double = Vendor(contacts=4_100)
    double.lists.page = 500
    ids = double.ids("contacts")

    async def use(source: Source) -> str | None:
        double.advance(hours=1)
        pages = source.pull("contacts", None)
        came = [await anext(pages)]
        double.touch("contacts", ids[1_490:1_500], SystemModstamp=moment)
        came += [await anext(pages), await anext(pages)]
        await pages.aclose()
        assert ids_of(came) == ids[:1_500]
        assert came[-1].rows["SystemModstamp"].to_pylist()[-1][:16] == moment[:16]
        return came[-1].cursor

    cursor = json.loads(with_source(double, use, **REST) or "")
    assert cursor["id"] == ids[1_489]
    rest = ids_of(pages_of(double, "contacts", json.dumps(cursor), **REST))
    assert sorted(rest) == ids[1_490:]


def test_a_list_that_is_forgotten_under_way_is_asked_for_again() -> None:
    """Where the server no longer knows the next page, the walk goes on behind the last record, without repetition."""
    double = Vendor(contacts=4_500)

    async def use(source: Source) -> list[str]:
        found: list[str] = []
        async for page in source.pull("contacts", None):
            found += page.rows["Id"].to_pylist()
            double.lists.known.clear()
        return found

    assert with_source(double, use, **REST) == double.ids("contacts")


def test_records_out_of_order_are_an_error() -> None:
    """Where a server does not keep the order that was asked for, no place would be safe to go on from."""
    double = Vendor(contacts=2_500)
    found = double.lists.found
    double.lists.found = lambda query, deleted: found(query, deleted)[::-1]  # type: ignore[method-assign]
    with pytest.raises(errors.ProtocolError, match="not in the order asked for"):
        pages_of(double, "contacts", **REST)


def test_short_pages_are_followed_to_the_end() -> None:
    """Salesforce often gives fewer records than it may."""
    double = Vendor(contacts=1_000)
    double.lists.page = 230
    assert ids_of(pages_of(double, "contacts")) == double.ids("contacts")


@pytest.mark.parametrize("way", WAYS)
def test_a_window_is_half_open_to_the_millisecond(way: dict[str, Any]) -> None:
    """A record that changed at its start belongs to it, one that changed at its end does not; no job stays behind."""
    double = Vendor(contacts=40)
    ids = double.ids("contacts")
    start, end = BEGINNING + timedelta(days=190), BEGINNING + timedelta(days=191)
    moments = [start - timedelta(milliseconds=1), start, end - timedelta(milliseconds=1), end]
    for one, moment in zip(ids, moments, strict=False):
        double.touch("contacts", [one], SystemModstamp=moment.isoformat())
    pages = window_of(double, "contacts", start, end, **way)
    assert sorted(ids_of(pages)) == ids[1:3]
    assert {page.cursor for page in pages} == {None}
    assert window_of(double, "contacts", end, end, **way) == []
    assert not double.jobs.known


@pytest.mark.parametrize(
    "text", ["", "x", "[]", '{"since": 3}', '{"stamp": "2026-01-01T00:00:00+00:00"}', '{"id": "\'"}']
)
def test_a_cursor_that_cannot_be_read_means_everything(text: str) -> None:
    """Rather everything again than a part of it lost; and nothing of it reaches a query."""
    double = Vendor(contacts=20)
    assert ids_of(pages_of(double, "contacts", text)) == double.ids("contacts")
    assert not [soql for soql in soql_of(double) if "WHERE" in soql]


def test_person_accounts_are_no_companies() -> None:
    """Where an organisation has them, each is a person, who comes among the contacts."""
    double = Vendor(companies=6)
    double.fields["Account"].append(("IsPersonAccount", "Is Person Account", "boolean"))
    ids = double.ids("companies")
    double.touch("companies", ids, IsPersonAccount=False)
    double.touch("companies", ids[:1], IsPersonAccount=True)
    assert sorted(ids_of(pages_of(double, "companies"))) == ids[1:]

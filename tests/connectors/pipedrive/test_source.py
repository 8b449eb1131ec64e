"""What is pulled: all of it once, resumed anywhere, then what changed; windows; deletions."""

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest

from connectors import errors
from connectors.api import Access
from connectors.pipedrive import Source
from connectors.pipedrive.walking import LIMIT
from tests.connectors.pipedrive.reading import (
    BASE,
    SINCE,
    ids_of,
    pages_of,
    rows_of,
    source_of,
    taken,
    window_of,
    with_source,
)
from tests.vendors.double import BEGINNING, Fault
from tests.vendors.pipedrive import Vendor

STREAMS = ("companies", "contacts", "activities", "notes")


def test_25_000_persons_come_once_though_12_000_have_one_change_time() -> None:
    """All persons of a large account come, none twice, in the order of their ids, in full pages."""
    double = Vendor(contacts=25_000, companies=40, same_moment=12_000)
    pages = pages_of(double, "contacts")
    assert ids_of(pages) == double.ids("contacts")
    assert len(double.asked("/persons")) == 25_000 / LIMIT
    assert len({page.rows.schema for page in pages}) == 1


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("expired", [False, True])
def test_a_pull_that_was_cut_goes_on_from_any_page(stream: str, expired: bool) -> None:
    """From each page's cursor a later process gets what followed, and no more, also where the API's own is gone."""
    double = Vendor(contacts=1_300, companies=1_300, activities=5_200, same_moment=600)
    whole = pages_of(double, stream)
    assert ids_of(whole) == double.ids(stream)
    cursors = [page.cursor for page in whole if page.cursor is not None]
    assert len(cursors) >= 3
    for place, cursor in enumerate(cursors[:-1]):
        if expired:
            double.cursors.expire()
        rest = pages_of(double, stream, cursor)
        assert ids_of(rest) == ids_of(whole[place + 1 :])


def test_ties_are_resumed_in_their_middle() -> None:
    """A pull that is cut among 12,000 records of one change time goes on behind the last that was given."""
    double = Vendor(contacts=13_000, same_moment=12_000)
    before = pages_of(double, "contacts", cut_after=11)
    assert before[-1].cursor is not None
    after = pages_of(double, "contacts", before[-1].cursor)
    assert ids_of(before) + ids_of(after) == double.ids("contacts")


def test_changes_among_12_000_of_one_time_come_once_too() -> None:
    """After a bulk edit, an incremental pull gives each record once, also where it is cut and its cursor refused."""
    double = Vendor(contacts=13_000)
    double.touch("contacts", double.ids("contacts")[:12_000], job_title="CEO")
    before = pages_of(double, "contacts", SINCE, cut_after=5)
    double.cursors.expire()
    after = pages_of(double, "contacts", before[-1].cursor)
    assert ids_of(before) + ids_of(after) == double.ids("contacts")[:12_000]


def test_a_cursor_that_expires_under_way_loses_nothing() -> None:
    """Where the API no longer knows its cursor, the list is walked again and what was given is passed over."""
    double = Vendor(contacts=2_200)

    async def use(source: Source) -> list[str]:
        found: list[str] = []
        async for page in source.pull("contacts", None):
            found += page.rows["id"].to_pylist()
            if len(found) == 1_000:
                double.cursors.expire()
        return found

    assert with_source(double, use) == double.ids("contacts")


def test_a_cursor_that_is_always_refused_ends_with_the_refusal() -> None:
    """No endless walk: after a few beginnings without a step forward the refusal is told."""
    double = Vendor(contacts=1_200)
    double.cursors.life = timedelta(seconds=-1)
    with pytest.raises(errors.Rejected, match="400"):
        pages_of(double, "contacts")
    assert len(double.asked("/persons")) <= 10


@pytest.mark.parametrize("stream", STREAMS)
def test_ten_changes_take_three_calls_at_most(stream: str) -> None:
    """An incremental pull asks for the fields, for what changed, and for what was deleted."""
    double = Vendor(contacts=700, companies=700, activities=2_800)
    cursor = pages_of(double, stream)[-1].cursor
    double.advance(hours=1)
    changed = double.ids(stream)[100:110]
    double.touch(stream, changed)
    double.log.clear()
    pages = pages_of(double, stream, cursor)
    assert ids_of(pages) == changed
    assert len(double.log) <= 3
    assert {seen.status for seen in double.log} == {200}


def test_an_association_that_changed_comes_with_its_person() -> None:
    """A person who was given another organization has changed."""
    double = Vendor(contacts=20, companies=5)
    double.associate("7", "5")
    assert [(row["id"], row["org_id"]) for row in rows_of(pages_of(double, "contacts", SINCE))] == [("7", "5")]


def test_the_cursor_lies_an_overlap_before_the_pull_began() -> None:
    """What the API shows late is given again: the next pull asks from ten minutes before this one began."""
    double = Vendor(contacts=10)
    cursor = pages_of(double, "contacts")[-1].cursor or ""
    assert datetime.fromisoformat(json.loads(cursor)["since"]) == double.now - timedelta(minutes=10)


def test_a_change_time_in_the_far_future_moves_no_cursor() -> None:
    """One record of the year 2099 hides nothing: the cursor goes by the server's clock alone."""
    double = Vendor(contacts=10)
    double.touch("contacts", ["3"], update_time="2099-01-01T00:00:00Z")
    first = pages_of(double, "contacts")
    assert ids_of(first) == double.ids("contacts")
    double.advance(hours=1)
    double.touch("contacts", ["5"])
    later = pages_of(double, "contacts", first[-1].cursor)
    assert ids_of(later) == ["3", "5"]
    assert datetime.fromisoformat(json.loads(later[-1].cursor or "")["since"]) < double.now


def test_a_cursor_that_cannot_be_read_gives_all_again() -> None:
    """Nothing is lost by a cursor that another version wrote."""
    double = Vendor(contacts=5)
    for text in ("", "[]", '{"after": "x"}', '{"since": 3}', "no JSON"):
        assert ids_of(pages_of(double, "contacts", text)) == double.ids("contacts")


@pytest.mark.parametrize("stream", STREAMS)
def test_a_window_is_half_open(stream: str) -> None:
    """Windows side by side hold each record once, by its change time, whatever is asked of parts of a second."""
    double = Vendor(contacts=400, companies=400, activities=1_600, same_moment=50)
    table = double.tables[stream]
    middle = datetime.fromtimestamp(table.moments[200], UTC)
    end = BEGINNING + timedelta(days=181)
    before, after = window_of(double, stream, BEGINNING, middle), window_of(double, stream, middle, end)
    assert ids_of(before) == [str(one) for one in table.ids if table.moment(one) < middle.timestamp()]
    assert ids_of(before) + ids_of(after) == double.ids(stream)
    assert all(page.cursor is None for page in [*before, *after])
    late = middle + timedelta(milliseconds=1)
    assert ids_of(window_of(double, stream, BEGINNING, late)) == [
        str(one) for one in table.ids if table.moment(one) <= middle.timestamp()
    ]
    assert window_of(double, stream, late, late) == []


def test_a_note_whose_change_time_is_none_is_set_aside_from_windows() -> None:
    """Nobody can say whether it belongs there; a pull still gives it."""
    double = Vendor(activities=8)
    double.tables["notes"].changed[1] = {"update_time": "soon"}
    pages = window_of(double, "notes", BEGINNING, BEGINNING + timedelta(days=200))
    assert ids_of(pages) == ["2"]
    assert [row["reason"] for page in pages if page.rejected for row in page.rejected.to_pylist()] == [
        "its update_time is no time"
    ]
    assert ids_of(pages_of(double, "notes")) == ["1", "2"]


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("nameless", [False, True])
def test_what_was_deleted_comes_as_a_tombstone(stream: str, listed: bool, nameless: bool) -> None:
    """A deletion is told, whether the lists show it, the recent changes do, or these know no more than the id."""
    double = Vendor(contacts=20, companies=20, activities=80)
    double.shows_deleted, double.nameless_deletions = listed, nameless
    cursor = pages_of(double, stream)[-1].cursor
    double.advance(hours=1)
    double.delete(stream, "7")
    double.touch(stream, ["8"])
    rows = rows_of(pages_of(double, stream, cursor))
    assert {row["id"] for row in rows if row["tombstone"] is None} == {"8"}
    gone = [row for row in rows if row["tombstone"]]
    assert {(row["id"], row["tombstone"]) for row in gone} == {("7", "deleted")}
    moment = double.now.strftime("%Y-%m-%d %H:%M:%S" if stream == "notes" else "%Y-%m-%dT%H:%M:%SZ")
    assert {row["update_time"] for row in gone} == {moment}


def test_1_200_deletions_among_other_changes_all_come() -> None:
    """Recent changes are walked to their end, also where hundreds have one change time."""
    double = Vendor(contacts=3_000)
    for number in range(1, 1_201):
        double.delete("contacts", str(number))
        if number % 700 == 0:
            double.advance(seconds=30)
    double.touch("contacts", [str(number) for number in range(1_201, 2_600)])
    rows = rows_of(pages_of(double, "contacts", SINCE))
    assert {row["id"] for row in rows if row["tombstone"]} == {str(number) for number in range(1, 1_201)}


def test_where_recent_changes_are_kept_from_us_the_rest_goes_on_and_it_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An app without the right to them still pulls; the landing's facts, the log and the check say what is missing."""
    double = Vendor(contacts=5)
    double.may_see_recents = False
    double.touch("contacts", ["2"])

    async def use(source: Source) -> tuple[list[str], str, tuple[str, ...]]:
        pages = await taken(source.pull("contacts", SINCE))
        access = await source.check()
        return ids_of(pages), source.facts["deletions"], access.notes

    with caplog.at_level(logging.WARNING):
        ids, fact, notes = with_source(double, use)
    assert ids == ["2"]
    assert "403" in fact
    assert any("deletions are not told" in note for note in notes)
    assert "deletions of contacts are not told" in caplog.text


def test_records_without_an_id_are_set_aside() -> None:
    """One broken record costs itself alone, and its line and text are kept."""
    double = Vendor(contacts=5)
    double.touch("contacts", ["2"], id=None)
    pages = pages_of(double, "contacts")
    assert ids_of(pages) == ["1", "3", "4", "5"]
    (aside,) = (row for page in pages if page.rejected for row in page.rejected.to_pylist())
    assert (aside["line"], aside["reason"]) == (5, "it has no id")
    assert '"id": null' in aside["text"]


def test_a_person_and_an_organization_have_a_page() -> None:
    """Places are addresses by the account that a landing came from; the rest is named in the singular."""
    source = source_of(Vendor())
    assert source.places("contacts", {0: "4711"}, {"address": BASE}) == {0: f"{BASE}/person/4711"}
    assert source.places("companies", {3: "5"}, {}) == {3: f"{BASE}/organization/5"}
    assert source.places("notes", {1: "9"}, {}) == {1: "note 9"}
    assert source.places("activities", {1: "4711"}, {}) == {1: "activity 4711"}


def test_a_check_that_cannot_be_made_is_no_matter_of_rights() -> None:
    """Where the API is blocked or down, that is the error; nobody is told to give rights."""
    double = Vendor()
    double.faults.extend(Fault(503, path="/activities") for _ in range(20))
    with pytest.raises(errors.NotApplied):
        with_source(double, lambda source: source.check())


def test_the_check_says_where_nobody_can_unsubscribe() -> None:
    """An account without campaigns has no marketing status; whoever expects one is told."""
    for has in (True, False):
        double = Vendor()
        double.has_campaigns = has
        notes = with_source(double, lambda source: source.check()).notes
        assert any("marketing_status" in note for note in notes) is not has


def test_the_check_says_who_how_much_is_left_and_what_may_not_be_read() -> None:
    """Account, calls left and the server's clock; a stream that is refused is named with its mend."""
    double = Vendor()

    async def use(source: Source) -> Access:
        double.faults.append(Fault(403, path="/activities"))
        return await source.check()

    access = with_source(double, use)
    assert access.account == f"company 4711 on {BASE}"
    assert access.server_time == double.now
    assert any("calls left today" in note for note in access.notes)
    (wrong,) = access.wrong
    assert wrong.startswith("activities: 403")

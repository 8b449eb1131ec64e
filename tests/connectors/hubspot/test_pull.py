"""Whole pulls: nothing is lost and nothing comes twice, past every cap, and from wherever a pull was cut."""

from typing import Any

import pytest

from connectors.errors import ProtocolError
from tests.connectors.hubspot.account import gathered, pulled, source, windowed
from tests.vendors.double import BEGINNING, Fault
from tests.vendors.hubspot import Vendor


@pytest.fixture(scope="module")
def large() -> Vendor:
    """An account with more contacts than a search gives, half of them of one change time. Nobody changes it."""
    return Vendor(contacts=25_000, companies=200, activities=20, same_moment=12_000)


def test_25_000_contacts_come_once_each(large: Vendor) -> None:
    """A first pull gives each contact once, with 12,000 of one timestamp among them, in 200 a call."""
    before = len(large.log)
    given = pulled(source(large), "contacts", brief=True)
    assert given.ids == large.ids("contacts")
    asked = [one.path for one in large.log[before:]]
    assert sum("/search" in path for path in asked) == 125
    assert sum("/associations/" in path for path in asked) == 25
    assert max(given.sizes) == 200


def test_a_bulk_edit_of_12_000_at_one_moment_comes_once_each() -> None:
    """An incremental pull is past the search's 10,000 results, too, though no change time tells the records apart."""
    double = Vendor(contacts=13_000, companies=5, activities=0)
    first = pulled(source(double), "contacts", brief=True)
    double.advance(hours=1)
    edited = double.ids("contacts")[:12_000]
    double.touch("contacts", edited, lifecyclestage="lead")
    assert pulled(source(double), "contacts", first.cursor, brief=True).ids == edited


def test_no_query_is_paged(large: Vendor) -> None:
    """Each search is of a first page: what HubSpot allows of later ones does not matter."""
    pulled(source(large), "contacts", most=5)
    assert {one.body["after"] for one in large.asked("/search")} == {"0"}


@pytest.mark.parametrize("cut", [1, 2, 7, 11])
def test_a_pull_that_was_cut_goes_on_after_its_last_page(cut: int) -> None:
    """A first pull that is cut anywhere goes on in another process, and both give each contact and tombstone."""
    double = Vendor(contacts=2_050, companies=10, activities=0)
    gone = double.ids("contacts")[:3]
    for one in gone:
        double.delete("contacts", one)
    first = pulled(source(double), "contacts", most=cut)
    rest = pulled(source(double), "contacts", first.cursor)
    assert first.ids + rest.ids == double.ids("contacts")
    assert {*first.tombstones, *rest.tombstones} == {*gone}


@pytest.mark.parametrize("cut", [1, 3])
def test_an_incremental_pull_that_was_cut_goes_on(cut: int) -> None:
    """Cut in the middle of an incremental pull, what changed comes once each; what changed meanwhile comes next."""
    double = Vendor(contacts=1_500, companies=10, activities=0)
    begun = pulled(source(double), "contacts").cursor
    double.advance(hours=1)
    edited = double.ids("contacts")[200:1_200]
    double.touch("contacts", edited, city="Wien")
    first = pulled(source(double), "contacts", begun, most=cut)
    double.advance(minutes=30)
    double.touch("contacts", edited[:1], city="Graz")
    rest = pulled(source(double), "contacts", first.cursor)
    assert first.ids + rest.ids == edited
    later = pulled(source(double), "contacts", rest.cursor)
    assert later.row(edited[0])["city"] == "Graz"


def test_a_cursor_may_be_given_back_as_often_as_needed() -> None:
    """The same cursor gives the same records again."""
    double = Vendor(contacts=450, companies=5, activities=0)
    cursor = pulled(source(double), "contacts", most=1).cursor
    assert pulled(source(double), "contacts", cursor).ids == pulled(source(double), "contacts", cursor).ids


def test_every_page_bears_a_cursor() -> None:
    """A pull can be cut after any page."""
    double = Vendor(contacts=900, companies=5, activities=0)
    assert None not in pulled(source(double), "contacts").cursors


def test_a_window_is_half_open_and_past_the_cap(large: Vendor) -> None:
    """Two windows that meet share no record and lose none, with more than 10,000 records in one of them."""
    middle = large.moment_of(13_000, 25_000)
    start, end = BEGINNING, BEGINNING.replace(year=2027)
    early, late = windowed(source(large), "contacts", start, middle), windowed(source(large), "contacts", middle, end)
    assert {*early.cursors, *late.cursors} == {None}
    assert len(late.ids) > 10_000
    assert sorted(early.ids + late.ids, key=int) == large.ids("contacts")


def test_a_window_tells_what_was_archived_in_it() -> None:
    """What was archived within a window is a tombstone there, and is none in the window before."""
    double = Vendor(contacts=20, companies=3, activities=0)
    gone = double.ids("contacts")[4]
    double.delete("contacts", gone)
    now = double.now
    double.advance(days=1)
    assert windowed(source(double), "contacts", now, double.now).tombstones.keys() == {gone}
    assert not windowed(source(double), "contacts", BEGINNING, now).tombstones


def test_all_streams_are_pulled_with_what_they_are_associated_with() -> None:
    """Companies, contacts and all five kinds of activities come, each with one set of columns."""
    double = Vendor(contacts=60, companies=10, activities=50)
    opened = source(double)
    assert [one.name for one in opened.streams] == [*double.streams]
    for name in double.streams:
        given = pulled(source(double), name)
        assert given.ids == double.ids(name), name
        assert len({tuple(row) for row in given.rows}) == 1
    notes = pulled(source(double), "notes")
    told = [row for row in notes.rows if row["_contact_ids"]]
    assert {row["_type"] for row in notes.rows} == {"note"}
    assert {one for row in told for one in row["_contact_ids"].split(";")} <= {*double.ids("contacts")}
    assert any(";" in row["_contact_ids"] for row in told)
    assert any(row["_company_ids"] for row in told)


def test_what_is_no_record_is_set_aside() -> None:
    """A record without an id and one that is no object are set aside with their text; the others come."""
    double = Vendor(contacts=5, companies=2, activities=0)
    world = double.world.record

    def broken(kind: str, record: int, asked: object, *, indexed: bool = False) -> object:
        made = world(kind, record, asked, indexed=indexed)  # type: ignore[arg-type]
        if str(record) == double.ids("contacts")[1]:
            return {name: value for name, value in made.items() if name != "id"}
        return "a text" if str(record) == double.ids("contacts")[2] else made

    double.world.record = broken  # type: ignore[assignment,method-assign]
    given = pulled(source(double), "contacts")
    assert len(given.ids) == 3
    assert [(one["line"], one["reason"]) for one in given.rejected] == [(2, "it has no id"), (3, "it is no object")]
    assert given.rejected[1]["text"] == '"a text"'


def test_a_change_time_from_the_future_moves_no_cursor() -> None:
    """A record of the year 2099 hides nothing that changes before that year."""
    double = Vendor(contacts=20, companies=2, activities=0)
    one, other = double.ids("contacts")[:2]
    today, double.now = double.now, double.now.replace(year=2099)
    double.touch("contacts", [one], city="Zukunft")
    double.now = today
    cursor = pulled(source(double), "contacts").cursor
    double.advance(hours=1)
    double.touch("contacts", [other], city="Wien")
    assert other in pulled(source(double), "contacts", cursor).ids


def test_an_unreadable_cursor_means_from_the_start() -> None:
    """What no version of the connector wrote loses nothing."""
    double = Vendor(contacts=10, companies=2, activities=0)
    for text in ("no JSON", "[]", '{"part": "elsewhere"}', '{"since": "yesterday"}', '{"unknown": 1}'):
        assert pulled(source(double), "contacts", text).ids == double.ids("contacts")


def test_an_answer_out_of_order_is_refused() -> None:
    """A search that does not go on from the id before would lose records or never end: the pull stops."""
    double = Vendor(contacts=500, companies=2, activities=0)
    shelf = double.world.shelves["contacts"]
    shelf.ids.reverse()
    with pytest.raises(ProtocolError, match="not in the order of their ids"):
        pulled(source(double), "contacts")


def test_what_fails_and_passes_is_asked_again() -> None:
    """A search that is cut, garbled or answered with an error of the server's is sent again."""
    double = Vendor(contacts=450, companies=2, activities=0)
    double.faults.extend([Fault(502, path="/search"), Fault(kind="cut", path="/batch/read"), Fault(503, kind="html")])
    assert pulled(source(double), "contacts").ids == double.ids("contacts")


def test_pages_that_nobody_takes_leave_nothing_behind(recwarn: pytest.WarningsRecorder) -> None:
    """A pull that is given up in the middle ends the search that was asked for ahead."""
    import asyncio

    double = Vendor(contacts=900, companies=2, activities=0)

    async def run() -> int:
        opened = source(double)
        async with opened:
            pages = opened.pull("contacts", None)
            await gathered(pages, 1)
            await pages.aclose()  # type: ignore[attr-defined]
            return len(asyncio.all_tasks())

    assert asyncio.run(run()) == 1
    assert not recwarn.list


@pytest.mark.parametrize("cut", [None, 2])
def test_an_account_with_more_properties_than_a_search_takes_is_read_in_batches(cut: int | None) -> None:
    """Where HubSpot refuses a search whose body is too long, ids are searched, and the records are read by them."""
    double = Vendor(contacts=450)
    double.longest_search = 500
    whole = pulled(source(Vendor(contacts=450)), "contacts")
    first = pulled(source(double), "contacts", None, most=cut)
    rest = pulled(source(double), "contacts", first.cursor) if cut else first
    assert sorted({*first.ids, *rest.ids}) == sorted(whole.ids)
    assert first.row(whole.ids[0]) == whole.row(whole.ids[0])
    assert double.asked("/contacts/batch/read")


def test_associations_that_repeat_where_they_go_on_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that answers one place in a list again and again is not asked for ever."""
    double = Vendor(contacts=2)
    answer = double._associations

    def again(request: Any, body: Any) -> Any:
        found = answer(request, {"inputs": [{"id": one["id"]} for one in body["inputs"]]})
        for one in found["results"]:
            one["paging"] = {"next": {"after": "1"}}
        return found

    monkeypatch.setattr(double, "_associations", again)
    double._inner.router.routes[:] = double.routes()
    with pytest.raises(ProtocolError, match="goes on where one before it did"):
        pulled(source(double), "contacts")

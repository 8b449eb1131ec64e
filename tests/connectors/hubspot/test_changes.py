"""Incremental pulls: what they cost, what they tell of archived and merged records, and of associations."""

import asyncio
from datetime import timedelta

from connectors.hubspot import Source
from tests.connectors.hubspot.account import Given, gathered, pulled, source
from tests.vendors.hubspot import Vendor


def both(opened: Source, companies: str | None, contacts: str | None) -> tuple[Given, Given]:
    """Pull companies and contacts while the source is open once."""

    async def run() -> tuple[Given, Given]:
        async with opened:
            return (
                await gathered(opened.pull("companies", companies)),
                await gathered(opened.pull("contacts", contacts)),
            )

    return asyncio.run(run())


def test_ten_changed_records_cost_three_requests_an_object() -> None:
    """In one opened source: companies take 2 requests, contacts 3, once the properties are known."""
    double = Vendor(contacts=400, companies=40, activities=0)

    async def run() -> tuple[list[int], list[str]]:
        opened = source(double)
        costs = []
        async with opened:
            cursors = {name: (await gathered(opened.pull(name, None))).cursor for name in ("companies", "contacts")}
            double.advance(hours=1)
            edited = double.ids("contacts")[50:60]
            double.touch("contacts", edited, city="Wien")
            for name, cursor in cursors.items():
                before = len(double.log)
                given = await gathered(opened.pull(name, cursor))
                costs.append(len(double.log) - before)
            assert given.ids == edited
        return costs, [one.path for one in double.log[-3:]]

    costs, paths = asyncio.run(run())
    assert costs == [2, 3]
    assert [path.split("/")[-1] for path in paths] == ["search", "read", "contacts"]


def paths(double: Vendor, before: int) -> list[str]:
    """The ends of the paths that were asked since."""
    return ["/".join(one.path.split("/")[-2:]) for one in double.log[before:]]


def test_contacts_pulled_alone_look_for_companies_at_times() -> None:
    """Without a stream of companies before it, the look is made where nothing changed, or after six hours."""
    double = Vendor(contacts=400, companies=40, activities=0)
    cursor = pulled(source(double), "contacts").cursor
    costs = []
    for hours, edited in ((1, 10), (1, 0), (1, 10), (7, 10)):
        double.advance(hours=hours)
        double.touch("contacts", double.ids("contacts")[:edited], city="Wien")
        double.advance(minutes=15)
        before = len(double.log)
        cursor = pulled(source(double), "contacts", cursor).cursor
        costs.append(paths(double, before)[1:])  # without the properties
    changes, archived, look = ["contacts/search", "batch/read"], ["2026-09/contacts"], ["companies/search"]
    assert costs == [
        changes + archived,
        ["contacts/search", *look, *archived],
        changes + archived,
        changes + look + archived,
    ]


def test_a_look_that_waited_loses_nothing() -> None:
    """A contact whose associations alone changed while looks waited comes with the next look."""
    double = Vendor(contacts=60, companies=6, activities=0)
    cursor = pulled(source(double), "contacts").cursor
    contact, other = double.ids("contacts")[0], double.ids("companies")[4]
    double.advance(hours=1)
    double.associate(contact, other)
    for hours in (1, 1, 1):
        double.touch("contacts", double.ids("contacts")[5:8], city="Wien")
        double.advance(minutes=15)
        given = pulled(source(double), "contacts", cursor)
        assert contact not in given.ids
        cursor = given.cursor
        double.advance(hours=hours)
    given = pulled(source(double), "contacts", cursor)
    assert other in given.row(contact)["_company_ids"].split(";")


def test_archived_activities_are_looked_for_at_times() -> None:
    """Activities have two calls for associations: archived ones come when nothing changed, or in six hours."""
    double = Vendor(contacts=60, companies=6, activities=100)
    cursor = pulled(source(double), "notes").cursor
    double.advance(hours=1)
    gone, *edited = double.ids("notes")[:11]
    double.delete("notes", gone)
    double.touch("notes", edited)
    double.advance(minutes=15)
    before = len(double.log)
    busy = pulled(source(double), "notes", cursor)
    assert paths(double, before)[1:] == ["notes/search", "batch/read", "batch/read"]
    assert not busy.tombstones
    double.advance(hours=1)
    assert gone in pulled(source(double), "notes", busy.cursor).tombstones
    double.advance(hours=6)
    double.touch("notes", edited)
    assert gone in pulled(source(double), "notes", busy.cursor).tombstones


def test_an_archived_record_is_a_tombstone_once() -> None:
    """It comes with the moment it was archived at, without a value of its person, and the pull after is silent."""
    double = Vendor(contacts=30, companies=5, activities=0)
    cursor = pulled(source(double), "contacts").cursor
    double.advance(hours=1)
    gone = double.ids("contacts")[7]
    double.delete("contacts", gone)
    archived_at = double.now
    given = pulled(source(double), "contacts", cursor)
    assert given.tombstones == {gone: archived_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")}
    assert given.row(gone)["email"] is None
    double.advance(hours=1)
    later = pulled(source(double), "contacts", given.cursor)
    double.advance(hours=1)
    assert not pulled(source(double), "contacts", later.cursor).tombstones


def test_more_archived_records_than_a_page_are_all_told() -> None:
    """The list of archived records is read to its end."""
    double = Vendor(contacts=300, companies=5, activities=0)
    cursor = pulled(source(double), "contacts").cursor
    double.advance(hours=1)
    gone = double.ids("contacts")[:250]
    for one in gone:
        double.delete("contacts", one)
    assert {*pulled(source(double), "contacts", cursor).tombstones} == {*gone}


def test_a_restored_record_comes_again() -> None:
    """What was archived and is back stands, with all it says."""
    double = Vendor(contacts=30, companies=5, activities=0)
    one = double.ids("contacts")[3]
    double.delete("contacts", one)
    cursor = pulled(source(double), "contacts").cursor
    double.advance(hours=1)
    double.restore("contacts", one)
    assert pulled(source(double), "contacts", cursor).row(one)["email"]


def test_the_winner_of_a_merge_names_the_losers() -> None:
    """The winner comes with the ids that were merged into it, mapped to `merged_ids`."""
    double = Vendor(contacts=30, companies=5, activities=0)
    cursor = pulled(source(double), "contacts").cursor
    double.advance(hours=1)
    winner, first, second = double.ids("contacts")[:3]
    double.merge("contacts", first, winner)
    double.merge("contacts", second, winner)
    row = pulled(source(double), "contacts", cursor).row(winner)
    (column,) = source(double).layout("contacts", [*row]).columns["merged_ids"]
    assert row[column] == f"{first};{second}"


def test_associations_come_primary_first() -> None:
    """A contact of two companies bears both ids, the primary one first, though HubSpot lists it last."""
    double = Vendor(contacts=30, companies=5, activities=0)
    given = pulled(source(double), "contacts")
    with_two = [row for row in given.rows if ";" in (row["_company_ids"] or "")]
    assert with_two
    assert all(row["_company_ids"].split(";")[0] == row["associatedcompanyid"] for row in with_two)
    assert any(row["_company_ids"] == "" for row in given.rows)


def test_a_contact_comes_again_when_only_its_associations_changed() -> None:
    """A second company moves no contact: it comes by its company, and once. Losing the primary one moves it itself."""
    double = Vendor(contacts=40, companies=6, activities=0)
    contact = double.ids("contacts")[0]
    companies, contacts = both(source(double), None, None)
    before = contacts.row(contact)["_company_ids"].split(";")
    other = next(one for one in double.ids("companies") if one not in before)
    double.advance(hours=1)
    double.associate(contact, other)
    assert double.world.shelves["contacts"].changed(int(contact)) < int(double.now.timestamp() - 3600) * 1000
    companies, contacts = both(source(double), companies.cursor, contacts.cursor)
    assert contacts.row(contact)["_company_ids"].split(";") == [*before, other]
    assert len(contacts.ids) == len({*contacts.ids})
    double.advance(hours=1)
    double.part(contact, before[0])
    double.advance(minutes=15)
    alone = pulled(source(double), "contacts", contacts.cursor)
    assert alone.row(contact)["_company_ids"].split(";") == [*before[1:], other]
    double.advance(hours=1)
    again = pulled(source(double), "contacts", alone.cursor)  # by the company that the contact left
    double.advance(hours=1)
    assert not pulled(source(double), "contacts", again.cursor).ids


def test_a_company_that_moved_between_the_two_streams_is_seen_by_the_next_pull() -> None:
    """Contacts that were pulled with an older finding of companies remember how old it was."""
    double = Vendor(contacts=40, companies=6, activities=0)
    contact, other = double.ids("contacts")[0], double.ids("companies")[4]
    companies, contacts = both(source(double), None, None)
    double.advance(hours=1)

    async def run() -> tuple[Given, Given]:
        opened = source(double)
        async with opened:
            first = await gathered(opened.pull("companies", companies.cursor))
            double.advance(hours=2)
            double.associate(contact, other)
            double.advance(hours=2)
            return first, await gathered(opened.pull("contacts", contacts.cursor))

    companies, contacts = asyncio.run(run())
    assert contact not in contacts.ids
    assert contact in both(source(double), companies.cursor, contacts.cursor)[1].ids


def test_a_contact_with_more_companies_than_an_answer_holds_has_them_all() -> None:
    """Associations are read to their end, in both directions."""
    double = Vendor(contacts=1_300, companies=1, activities=0)
    company = double.ids("companies")[0]
    cursor = pulled(source(double), "contacts", brief=True).cursor
    double.advance(hours=1)
    double.touch("companies", [company], name="Moved")
    theirs = [str(one) for one in double.world.contacts_of(int(company))]
    assert len(theirs) > 1_000
    assert pulled(source(double), "contacts", cursor, brief=True).ids == theirs


def test_what_the_search_knows_late_comes_with_the_next_pull() -> None:
    """A change that the search did not know of when a pull asked is given by the next one."""
    double = Vendor(contacts=30, companies=5, activities=0)
    double.lag = timedelta(minutes=5)
    cursor = pulled(source(double), "contacts").cursor
    double.advance(hours=1)
    one = double.ids("contacts")[2]
    double.touch("contacts", [one], city="Wien")
    double.advance(minutes=1)
    first = pulled(source(double), "contacts", cursor)
    assert one not in first.ids
    double.advance(minutes=20)
    assert pulled(source(double), "contacts", first.cursor).row(one)["city"] == "Wien"

"""Lists that somebody changes while they are read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from connectors.giant_context.client import GiantContext
from connectors.giant_context.server.faults.edits import CHANGED, NEW
from connectors.giant_context.server.faults.kinds import fault
from connectors.giant_context.walk import Walk
from connectors.giant_context.wire import Activity, ActivityCreate, Company, CompanyWrite, Contact, ContactCreate, Page
from tests.connectors.giant_context.server.faults.misbehaving import Misbehaving, in_process

LISTS = ("contacts", "companies", "activities")


@pytest.fixture
def crm(tmp_path: Path) -> Iterator[Misbehaving]:
    """A CRM with a list of six of each kind, newest first 5, 4, 3, 2, 1, 0, tied to one another."""
    with in_process(tmp_path) as opened:

        async def fill(client: GiantContext) -> None:
            for n in range(6):
                company = await client.create_company(CompanyWrite(name=str(n)))
                person = ContactCreate(first_name="A", last_name=str(n), company_id=company.id)
                contact = await client.create_contact(person)
                about = {"contact_id": contact.id, "company_id": company.id}
                await client.log_activity(ActivityCreate(description=str(n), **about))

        opened.ask(fill)
        opened.meets()
        yield opened


def told(row: Contact | Company | Activity) -> str:
    """What a row is called."""
    match row:
        case Contact():
            return row.last_name
        case Company():
            return row.name
        case Activity():
            return row.description


def paged(crm: Misbehaving, what: str, search: str | None = None) -> list[str]:
    """The list as three pages of it say, each read once."""

    async def read(client: GiantContext) -> list[str]:
        pages: list[Page[Contact] | Page[Company] | Page[Activity]] = [
            await getattr(client, f"list_{what}")(page, 2, search) for page in (1, 2, 3)
        ]
        return [told(row) for page in pages for row in page.data]

    return crm.ask(read)


@pytest.mark.parametrize("what", LISTS)
def test_a_row_that_is_taken_out_hides_another(crm: Misbehaving, what: str) -> None:
    """With the first row gone before page 2, the first one of that page is on neither."""
    crm.meets(fault(f"GET {what}", "remove_row", nth=2))
    assert paged(crm, what) == ["5", "4", "2", "1", "0"]
    assert crm.plan.log == [(f"GET {what}", 2, "remove_row")]
    assert paged(crm, what) == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize("what", LISTS)
def test_a_new_row_repeats_another(crm: Misbehaving, what: str) -> None:
    """With a row more before page 2, the last one of page 1 comes again."""
    crm.meets(fault(f"GET {what}", "insert_row", nth=2))
    assert paged(crm, what) == ["5", "4", "4", "3", "2", "1"]
    assert paged(crm, what)[:2] == [NEW, "5"]


@pytest.mark.parametrize(("what", "row"), [("contacts", 3), ("companies", 1), ("activities", 6)])
def test_a_row_is_changed_where_it_stands(crm: Misbehaving, what: str, row: int) -> None:
    """One row reads otherwise from then on, at the place that was named, and the others stay as they were."""
    crm.meets(fault(f"GET {what}", "update_row", nth=1, row=row))

    async def changed(client: GiantContext) -> list[bool]:
        page = await getattr(client, f"list_{what}")()
        return [CHANGED in item.model_dump().values() for item in page.data]

    assert crm.ask(changed) == [place == row for place in range(1, 7)]


@pytest.mark.parametrize("what", LISTS)
def test_a_row_that_is_not_there_is_no_fault(crm: Misbehaving, what: str) -> None:
    """Where the list is shorter nothing happens, and nothing is noted."""
    crm.meets(fault(f"GET {what}", "remove_row", row=7))
    assert paged(crm, what) == ["5", "4", "3", "2", "1", "0"]
    assert crm.plan.log == []


@pytest.mark.parametrize("what", LISTS)
def test_a_search_that_was_made_before_is_made_anew(crm: Misbehaving, what: str) -> None:
    """What the server remembers of an earlier search is void once rows have moved."""
    assert paged(crm, what, "5") == ["5"]
    crm.meets(fault(f"GET {what}", "remove_row", nth=1, row=6))
    assert paged(crm, what, "5") == ["5"]
    assert paged(crm, what, "0") == []


def test_the_file_stays_sound(crm: Misbehaving, tmp_path: Path) -> None:
    """After all of these changes to all lists, searches, links, counts and places are right."""
    kinds = ("remove_row", "update_row", "insert_row", "remove_row")
    crm.meets(*(fault(f"GET {what}", kind, nth=n) for what in LISTS for n, kind in enumerate(kinds, start=1)))
    for what in LISTS:
        paged(crm, what)
        paged(crm, what)
        assert paged(crm, what, "5") == paged(crm, what, NEW) == []
        assert paged(crm, what, "3") == ["3"]
    assert paged(crm, "activities", CHANGED) == [CHANGED]
    assert len(crm.plan.log) == len(LISTS) * len(kinds)
    with closing(sqlite3.connect(tmp_path / "crm.db")) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for table in LISTS:
            connection.execute(f"INSERT INTO {table}_fts ({table}_fts, rank) VALUES ('integrity-check', 1)")  # noqa: S608
            dense = f"SELECT count(*), max(ordinal), min(ordinal) FROM {table}"  # noqa: S608
            assert connection.execute(dense).fetchone() == (5, 5, 1)
        counts = "SELECT sum(contact_count) = (SELECT count(company_id) FROM contacts) FROM companies"
        assert connection.execute(counts).fetchone() == (1,)


def test_a_walk_notices_what_simple_paging_does_not(crm: Misbehaving) -> None:
    """Our walk finds the row that a removal hid, and says that it took a second pass."""
    crm.meets(fault("GET contacts", "remove_row", nth=2))

    async def walk(client: GiantContext) -> tuple[set[str], int, bool]:
        whole = Walk(client.list_contacts, page_size=2, concurrency=1)
        found = {row.last_name async for batch in whole for row in batch}
        return found, whole.report.passes, whole.report.complete

    assert crm.ask(walk) == ({"5", "4", "3", "2", "1", "0"}, 2, True)

"""The store's statements: each is answered by an index, whatever the table holds and whichever SQLite runs it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from connectors.giant_context import wire
from connectors.giant_context.server.store import activities, bulk, companies, contacts
from connectors.giant_context.server.store.database import database_file, open_database
from connectors.giant_context.server.store.ids import now
from connectors.giant_context.server.store.listing import Listing, PageRequest
from connectors.giant_context.server.store.search import Finder

Job = Callable[[sqlite3.Connection], Any]
FEW, MANY = 50, 3000


def filled(folder: Path, rows: int) -> sqlite3.Connection:
    """A database with so many companies, contacts and activities."""
    connection = open_database(database_file(folder))
    connection.execute("BEGIN")
    for number in range(rows):
        companies.create(connection, wire.CompanyCreate(name=f"Company {number}"), now)
    people = [{"first_name": "Ada", "last_name": f"L{n}", "email": f"ada{n}@x.example"} for n in range(rows)]
    bulk.insert_contacts(connection, people, now)
    for number in range(rows):
        activities.log(connection, wire.ActivityCreate(description=f"Met {number}"), now)
    connection.execute("COMMIT")
    return connection


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[sqlite3.Connection]]:
    """A small and a larger database."""
    opened = [filled(tmp_path_factory.mktemp("rows"), rows) for rows in (FEW, MANY)]
    yield opened
    for connection in opened:
        connection.close()


@contextmanager
def undone(connection: sqlite3.Connection) -> Iterator[None]:
    """Undo what is written inside."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def listed(listing: Listing, search: str | None = None) -> Job:
    """Read a page of a list."""
    return lambda connection: listing.page(connection, PageRequest(2, 10, search), Finder(listing.table))


def last(connection: sqlite3.Connection, table: str) -> Any:
    """The id of the last row: whoever looks through the table meets it late."""
    newest = f"SELECT id FROM {table} WHERE ordinal = (SELECT max(ordinal) FROM {table})"  # noqa: S608 - constant names
    return connection.execute(newest).fetchone()[0]


def a_contact(connection: sqlite3.Connection) -> Any:
    """A contact's id."""
    return last(connection, "contacts")


def a_company(connection: sqlite3.Connection) -> Any:
    """A company's id."""
    return last(connection, "companies")


HOT: dict[str, Job] = {
    "list contacts": listed(contacts.CONTACTS),
    "list companies": listed(companies.COMPANIES),
    "list activities": listed(activities.ACTIVITIES),
    "get a contact": lambda c: contacts.CONTACTS.get(c, a_contact(c)),
    "create a contact": lambda c: contacts.create(
        c, wire.ContactCreate(first_name="B", last_name="C", email="b@x.example", company_id=a_company(c)), now
    ),
    "update a contact": lambda c: contacts.update(
        c, a_contact(c), wire.ContactUpdate(last_name="D", company_id=a_company(c)), now
    ),
    "set a field": lambda c: contacts.set_field(c, a_contact(c), wire.FieldWrite(key="k", value=1), now),
    "tag": lambda c: contacts.tag(c, a_contact(c), wire.TagWrite(tag="vip"), now, present=True),
    "a contact's timeline": lambda c: activities.of_contact(c, a_contact(c)),
    "create a company": lambda c: companies.create(c, wire.CompanyCreate(name="E"), now),
    "update a company": lambda c: companies.update(c, a_company(c), wire.CompanyWrite(name="F"), now),
    "a company's contacts": lambda c: contacts.of_company(c, a_company(c)),
    "a company's timeline": lambda c: activities.of_company(c, a_company(c)),
    "log an activity": lambda c: activities.log(
        c, wire.ActivityCreate(description="Met", contact_id=a_contact(c), company_id=a_company(c)), now
    ),
}


SEARCH: dict[str, Job] = {"search contacts": listed(contacts.CONTACTS, "ada17@")}
"""Looks at a sample of at most a thousand rows first."""


@pytest.mark.parametrize("call", HOT | SEARCH)
def test_no_statement_scans_a_table(sizes: list[sqlite3.Connection], call: str) -> None:
    """SQLite's plan of every statement that a call makes searches by an index or key, and scans nothing."""
    connection, made = sizes[0], list[str]()
    with undone(connection):
        connection.set_trace_callback(made.append)
        (HOT | SEARCH)[call](connection)
        connection.set_trace_callback(None)
        own = [statement for statement in made if not statement.startswith("--")]  # others are triggers': counted below
        plans = [row[3] for statement in own for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert plans
    assert not [step for step in plans if "SCAN" in step and "VIRTUAL TABLE INDEX" not in step]


@pytest.mark.parametrize("call", HOT)
def test_a_call_costs_the_same_at_any_size(sizes: list[sqlite3.Connection], call: str) -> None:
    """SQLite takes about as many steps for a call among 3,000 rows as among 50, with all that triggers do."""
    taken: list[int] = []
    for connection in sizes:
        steps: list[int] = []
        with undone(connection):
            connection.set_progress_handler(partial(steps.append, 1), 10)
            HOT[call](connection)
            connection.set_progress_handler(None, 0)
        taken.append(len(steps) * 10)
    assert taken[1] <= 1.5 * taken[0] + 200, taken

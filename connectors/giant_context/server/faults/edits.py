"""What a human does to a list while somebody reads it. Functions run inside the writer's transaction."""

from __future__ import annotations

import sqlite3
from typing import Final

from connectors.giant_context import wire
from connectors.giant_context.server.faults.kinds import Edit, Insertion
from connectors.giant_context.server.store import activities, companies, contacts
from connectors.giant_context.server.store.bulk import close_gap, index_anew
from connectors.giant_context.server.store.ids import Clock, Table
from connectors.giant_context.server.store.normal_text import search_text

NEW: Final = "New meanwhile"
CHANGED: Final = "Changed meanwhile"


def edit(connection: sqlite3.Connection, fault: Insertion | Edit, clock: Clock) -> bool:
    """Do to the list what the fault says, and return whether there was a row to do it to."""
    table = _table(fault)
    if isinstance(fault, Insertion):
        _insert(connection, table, clock)
        return True
    found = connection.execute(
        f"SELECT ordinal, id FROM {table} ORDER BY ordinal DESC LIMIT 1 OFFSET ?",  # noqa: S608 - one of three names
        (fault.row - 1,),
    ).fetchone()
    if found is None:
        return False
    if fault.kind == "update_row":
        _update(connection, table, found[1], clock)
    else:
        _remove(connection, table, *found)
    return True


def _table(fault: Insertion | Edit) -> Table:
    tables: dict[str, Table] = {"contacts": "contacts", "companies": "companies", "activities": "activities"}
    return tables[fault.route.partition(" ")[2]]


def _insert(connection: sqlite3.Connection, table: Table, clock: Clock) -> None:
    match table:
        case "contacts":
            contacts.create(connection, wire.ContactCreate(first_name="Somebody", last_name=NEW), clock)
        case "companies":
            companies.create(connection, wire.CompanyCreate(name=NEW), clock)
        case "activities":
            activities.log(connection, wire.ActivityCreate(description=NEW), clock)


def _update(connection: sqlite3.Connection, table: Table, row_id: str, clock: Clock) -> None:
    match table:
        case "contacts":
            contacts.update(connection, row_id, wire.ContactUpdate(title=CHANGED), clock)
        case "companies":
            companies.update(connection, row_id, wire.CompanyWrite(industry=CHANGED), clock)
        case "activities":  # the API only ever adds to a timeline
            statement = "UPDATE activities SET description = ?, search_text = ? WHERE id = ?"
            connection.execute(statement, (CHANGED, search_text(CHANGED), row_id))
            index_anew(connection, table)


def _remove(connection: sqlite3.Connection, table: Table, ordinal: int, row_id: str) -> None:
    if table == "companies":  # who worked there, and what was logged there, stays
        for other in ("contacts", "activities"):
            connection.execute(f"UPDATE {other} SET company_id = NULL WHERE company_id = ?", (row_id,))  # noqa: S608
    connection.execute(f"DELETE FROM {table} WHERE id = ?", (row_id,))  # noqa: S608
    close_gap(connection, table, ordinal)

"""Work on the file itself that the API does not offer: filling it at size, and taking a contact out by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final

from connectors.giant_context.server.refusals import not_found
from connectors.giant_context.server.store.contacts import derived
from connectors.giant_context.server.store.ids import Clock, Table, birth, new_id

_LOADED: Final = ("first_name", "last_name", "email", "phone", "title", "department", "company_id")
_ALL: Final = ("ordinal", "id", "created_at", "updated_at", *_LOADED, "email_key", "phone_key", "search_text")
_INSERT: Final = f"INSERT INTO contacts ({', '.join(_ALL)}) VALUES ({', '.join('?' * len(_ALL))})"  # noqa: S608


def insert_contacts(connection: sqlite3.Connection, rows: Sequence[Mapping[str, Any]], clock: Clock) -> int:
    """Add contacts without the checks of a call; the indices and triggers are those of every other write.

    Args:
        connection: The writer's, inside a transaction.
        rows: Values by column name: first_name and last_name at least.
        clock: Gives the moment that all of them get.

    Returns:
        How many were added.
    """
    born = birth(connection, "contacts", clock)

    def values(offset: int, row: Mapping[str, Any]) -> tuple[Any, ...]:
        keys = derived(dict(row))
        return (
            born.ordinal + offset,
            new_id(),
            born.created_at,
            born.created_at,
            *(row.get(column) for column in _LOADED),
            keys["email_key"],
            keys["phone_key"],
            keys["search_text"],
        )

    connection.executemany(_INSERT, (values(offset, row) for offset, row in enumerate(rows)))
    return len(rows)


def remove_contact(connection: sqlite3.Connection, contact_id: str) -> None:
    """Delete a contact as if by hand; its activities stay, linked to nobody.

    Raises:
        Refusal: 404.
    """
    found = connection.execute("SELECT ordinal FROM contacts WHERE id = ?", (contact_id,)).fetchone()
    if found is None:
        raise not_found("Contact")
    connection.execute("DELETE FROM contacts WHERE id = ?", (contact_id,))
    close_gap(connection, "contacts", found[0])


def close_gap(connection: sqlite3.Connection, table: Table, ordinal: int) -> None:
    """Move the rows after one that was deleted up by one, since pages rely on ordinals without gaps.

    That rewrites them all, which is why the API has no call that deletes.
    """
    # By way of the negative numbers: an ordinal must be free before a row takes it.
    connection.execute(f"UPDATE {table} SET ordinal = -ordinal WHERE ordinal > ?", (ordinal,))  # noqa: S608 - one of three names
    connection.execute(f"UPDATE {table} SET ordinal = -ordinal - 1 WHERE ordinal < 0")  # noqa: S608
    index_anew(connection, table)


def index_anew(connection: sqlite3.Connection, table: Table) -> None:
    """Make what a search looks through agree with the table, and the hits that searches remember void."""
    connection.execute(f"INSERT INTO {table}_fts ({table}_fts) VALUES ('rebuild')")  # noqa: S608
    connection.execute("UPDATE revisions SET n = n + 1 WHERE name = ?", (table,))

"""One kind of thing: its table, how a row becomes the wire's JSON, and the statements that read and write it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from connectors.giant_context.server.refusals import not_found
from connectors.giant_context.server.store.fields import Json
from connectors.giant_context.server.store.ids import Table
from connectors.giant_context.server.store.search import Finder

# All names in the statements are our own; whatever a caller gives is bound.
# ruff: noqa: S608


class PageRequest(NamedTuple):
    """Which page is wanted, of the rows with `search` in them if there is one."""

    number: int
    size: int
    search: str | None = None


class Listing(NamedTuple):
    """A table and how it is read.

    `what` is its row's name in a 404. `shown` are expressions over the table alone. What was written is read back by
    its key and not by RETURNING: there some versions of SQLite compare without the columns' types, and sub-selects in
    `shown` then scan the tables that they look into.
    """

    table: Table
    what: str
    shown: tuple[str, ...]
    to_json: Callable[[tuple[Any, ...]], Json]

    def get(self, connection: sqlite3.Connection, row_id: str) -> Json:
        """Return the row with this id.

        Raises:
            Refusal: 404.
        """
        return self._only(self.where(connection, "id = ?", row_id))

    def must_exist(self, connection: sqlite3.Connection, row_id: str) -> None:
        """Let a call about something that exists go on.

        Raises:
            Refusal: 404.
        """
        if connection.execute(f"SELECT 1 FROM {self.table} WHERE id = ?", (row_id,)).fetchone() is None:
            raise not_found(self.what)

    def where(self, connection: sqlite3.Connection, condition: str, *values: Any) -> list[Json]:
        """Return the rows that an SQL condition (with its ORDER BY) names."""
        statement = f"SELECT {', '.join(self.shown)} FROM {self.table} WHERE {condition}"
        return [self.to_json(row) for row in connection.execute(statement, values)]

    def insert(self, connection: sqlite3.Connection, row: Mapping[str, Any]) -> Json:
        """Add a row, given by column, and return it."""
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO {self.table} ({names}) VALUES ({marks})", tuple(row.values()))
        return self._only(self.where(connection, "ordinal = ?", row["ordinal"]))

    def update(self, connection: sqlite3.Connection, row_id: str, row: Mapping[str, Any]) -> Json:
        """Change the given columns of a row, and return it.

        Raises:
            Refusal: 404.
        """
        changes = ", ".join(f"{column} = ?" for column in row)
        connection.execute(f"UPDATE {self.table} SET {changes} WHERE id = ?", (*row.values(), row_id))
        return self.get(connection, row_id)

    def page(self, connection: sqlite3.Connection, wanted: PageRequest, finder: Finder) -> Json:
        """Return the page, newest first, found without counting past the rows before it. Past the end it is empty."""
        skipped = (wanted.number - 1) * wanted.size
        if wanted.search:
            hits = finder.find(connection, wanted.search)
            total = len(hits)
            chosen = hits[skipped : skipped + wanted.size].tolist() if skipped < total else []
            # The hits of one page, at most a few hundred, each by its primary key.
            condition = f"ordinal IN ({', '.join('?' * len(chosen))})"
        else:
            total = connection.execute(f"SELECT coalesce(max(ordinal), 0) FROM {self.table}").fetchone()[0]
            top = total - skipped
            chosen = [max(1, top - wanted.size + 1), top] if top > 0 else []
            condition = "ordinal BETWEEN ? AND ?"
        data = self.where(connection, f"{condition} ORDER BY ordinal DESC", *chosen) if chosen else []
        count = -(-total // wanted.size)
        return {
            "data": data,
            "meta": {"total": total, "page": wanted.number, "pageSize": wanted.size, "pageCount": count},
        }

    def _only(self, rows: list[Json]) -> Json:
        if not rows:
            raise not_found(self.what)
        return rows[0]

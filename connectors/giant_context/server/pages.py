"""A page of a list, found without counting past the rows before it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, NamedTuple

from connectors.giant_context.server.ids import Table
from connectors.giant_context.server.search import Finder

Json = dict[str, Any]


class PageRequest(NamedTuple):
    """Which page is wanted, of the rows with `search` in them if there is one."""

    number: int
    size: int
    search: str | None = None


class Listing(NamedTuple):
    """One kind of thing: its table, the query that reads it, and what makes a row the wire's JSON."""

    table: Table
    select: str
    alias: str
    to_json: Callable[[tuple[Any, ...]], Json]

    def one(self, connection: sqlite3.Connection, row_id: str) -> Json | None:
        """Return the row with this id."""
        found = connection.execute(f"{self.select} WHERE {self.alias}.id = ?", (row_id,)).fetchone()
        return None if found is None else self.to_json(found)

    def where(self, connection: sqlite3.Connection, condition: str, *values: Any) -> list[Json]:
        """Return the rows that an SQL condition (with its ORDER BY) names."""
        return [self.to_json(row) for row in connection.execute(f"{self.select} WHERE {condition}", values)]

    def page(self, connection: sqlite3.Connection, wanted: PageRequest, finder: Finder) -> Json:
        """Return the page, newest first. A page past the end is empty."""
        skipped = (wanted.number - 1) * wanted.size
        key = f"{self.alias}.ordinal"
        if wanted.search:
            hits = finder.find(connection, wanted.search)
            total = len(hits)
            chosen = hits[skipped : skipped + wanted.size].tolist() if skipped < total else []
            # The hits of one page, at most a few hundred, each by its primary key.
            marks = ", ".join("?" * len(chosen))
            data = self.where(connection, f"{key} IN ({marks}) ORDER BY {key} DESC", *chosen) if chosen else []
        else:
            total = connection.execute(f"SELECT coalesce(max(ordinal), 0) FROM {self.table}").fetchone()[0]  # noqa: S608 - one of three names
            top = total - skipped
            data = (
                self.where(connection, f"{key} BETWEEN ? AND ? ORDER BY {key} DESC", max(1, top - wanted.size + 1), top)
                if top > 0
                else []
            )
        meta = {
            "total": total,
            "page": wanted.number,
            "pageSize": wanted.size,
            "pageCount": -(-total // wanted.size),
        }
        return {"data": data, "meta": meta}

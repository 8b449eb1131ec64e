"""Finding rows by a part of their text, at any size.

The trigram index answers a phrase by walking the lists of all its trigrams. In "ada.lovelace.0123456@example.com"
nearly all of them are in every other row, and walking them costs far more than the few rows that match. So a small
sample says which stretch of the phrase is rare; the index is asked for that stretch alone, and the rows it names are
checked against the whole phrase.

Hits are remembered until the table's texts change: the pages of one search then cost what any page costs.
"""

from __future__ import annotations

import random
import sqlite3
from array import array
from collections import Counter, OrderedDict
from threading import Lock
from typing import Final

from connectors.giant_context.server.store.ids import Table
from connectors.giant_context.server.store.normal_text import folded

SAMPLE_ROWS: Final = 1000
STRETCH: Final = 6  # characters, that is four trigrams: few enough to be rare, enough to be telling
COMMON_SHARE: Final = 0.05  # above this share of rows, checking each costs more than walking the index
REMEMBERED_HITS: Final = 4_000_000  # four bytes each


class Finder:
    """Finds rows of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._hits: OrderedDict[str, tuple[int, array[int]]] = OrderedDict()
        self._sample: tuple[int, Counter[str]] = (0, Counter())
        self._lock = Lock()

    def find(self, connection: sqlite3.Connection, phrase: str) -> array[int]:
        """Return the ordinals of all rows with the phrase in one of their searched fields, newest first."""
        wanted = folded(phrase)
        revision = connection.execute("SELECT n FROM revisions WHERE name = ?", (self._table,)).fetchone()[0]
        with self._lock:
            known = self._hits.get(wanted)
            if known is not None and known[0] == revision:
                self._hits.move_to_end(wanted)
                return known[1]
        hits = array("I", (row[0] for row in self._query(connection, wanted)))
        self._remember(wanted, revision, hits)
        return hits

    def _query(self, connection: sqlite3.Connection, wanted: str) -> sqlite3.Cursor:
        table = self._table
        if len(wanted) < 3:  # no trigram in it
            return connection.execute(
                f"SELECT ordinal FROM {table} WHERE instr(search_text, ?) > 0 ORDER BY ordinal DESC",  # noqa: S608 - one of three names
                (wanted,),
            )
        stretch = self._rarest_stretch(connection, wanted)
        quoted = '"' + stretch.replace('"', '""') + '"'
        if stretch == wanted:
            return connection.execute(
                f"SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH ? ORDER BY rowid DESC",  # noqa: S608
                (quoted,),
            )
        return connection.execute(
            f"SELECT f.rowid FROM {table}_fts f CROSS JOIN {table} t ON t.ordinal = f.rowid"  # noqa: S608
            f" WHERE f.{table}_fts MATCH ? AND instr(t.search_text, ?) > 0 ORDER BY f.rowid DESC",
            (quoted, wanted),
        )

    def _rarest_stretch(self, connection: sqlite3.Connection, wanted: str) -> str:
        if len(wanted) <= STRETCH:
            return wanted
        rows, counts = self._sampled(connection)

        def commonness(stretch: str) -> tuple[int, int]:
            trigrams = [counts[stretch[i : i + 3]] for i in range(len(stretch) - 2)]
            return min(trigrams), sum(trigrams)

        stretches = (wanted[i : i + STRETCH] for i in range(len(wanted) - STRETCH + 1))
        best = min(stretches, key=lambda stretch: commonness(stretch)[::-1])
        return best if commonness(best)[0] <= rows * COMMON_SHARE else wanted

    def _sampled(self, connection: sqlite3.Connection) -> tuple[int, Counter[str]]:
        """Return how many rows were looked at, and in how many of them each trigram is. Renewed as it doubles."""
        total = connection.execute(f"SELECT coalesce(max(ordinal), 0) FROM {self._table}").fetchone()[0]  # noqa: S608
        size, counts = self._sample
        if not size <= total < 2 * size:
            chosen = random.sample(range(1, total + 1), min(SAMPLE_ROWS, total))
            counts = Counter()
            for ordinal in chosen:
                row = connection.execute(f"SELECT search_text FROM {self._table} WHERE ordinal = ?", (ordinal,))  # noqa: S608
                text = (row.fetchone() or ("",))[0]
                counts.update({text[i : i + 3] for i in range(len(text) - 2)})
            self._sample = (total, counts)
        return min(SAMPLE_ROWS, total), counts

    def _remember(self, wanted: str, revision: int, hits: array[int]) -> None:
        with self._lock:
            self._hits[wanted] = (revision, hits)
            self._hits.move_to_end(wanted)
            # An empty answer takes room, too.
            while sum(len(entry[1]) + 100 for entry in self._hits.values()) > REMEMBERED_HITS and len(self._hits) > 1:
                self._hits.popitem(last=False)

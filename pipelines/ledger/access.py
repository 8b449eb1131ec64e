"""The way to the ledger's rows: one connection for all threads, whole transactions, and faults that say what to do."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Final

import pyarrow as pa

from pipelines.ledger.file import fault, open_file

FETCHED: Final = 2_000
"""Rows that are in Python at a time on their way to Arrow: few enough to stay in the processor's cache."""


class LedgerAccess:
    """The open file, and the account within it that all parts of the ledger speak of. Any thread may use it."""

    def __init__(self, path: Path, account: str) -> None:
        """Open the file, or make it when it is missing.

        Raises:
            StateRefused: the file is damaged, empty, no ledger, or written by a newer version.
        """
        self.path = path
        self.account = account
        self._database: Final = open_file(path)
        """The connection. Only `reading` and `writing` hand it out: they see to threads, transactions and faults."""
        self._lock = RLock()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for this thread alone, to read with.

        Raises:
            StateRefused: the file turns out to be damaged.
            Busy: another process has it for longer than anyone should.
        """
        with self._lock:
            try:
                yield self._database
            except sqlite3.DatabaseError as error:
                if (known := fault(self.path, error)) is None:
                    raise
                raise known from None

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection within a transaction: all that is written with it is kept, or nothing is.

        Raises:
            StateRefused: the file turns out to be damaged, or cannot be written.
            Busy: another process has it for longer than anyone should.
        """
        with self.reading() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                # SQLite may have rolled back by itself already, as it does when the disk is full.
                if database.in_transaction:
                    database.execute("ROLLBACK")
                raise

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows that a query finds, the values bound to its placeholders."""
        with self.reading() as database:
            return database.execute(query, values).fetchall()

    def row(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        """The first row that a query finds, or None."""
        with self.reading() as database:
            row: tuple[Any, ...] | None = database.execute(query, values).fetchone()
            return row

    def table(self, query: str, object_name: str, columns: Mapping[str, pa.DataType]) -> pa.Table:
        """What a query finds, as a table of these columns; its placeholders are the account and the object's name."""
        schema = pa.schema(list(columns.items()))
        batches = []
        with self.reading() as database:
            cursor = database.execute(query, (self.account, object_name))
            while rows := cursor.fetchmany(FETCHED):
                values = zip(*rows, strict=True)
                batches.append(
                    pa.record_batch(
                        [pa.array(column, kind) for column, kind in zip(values, schema.types, strict=True)],
                        schema=schema,
                    )
                )
        return pa.Table.from_batches(batches, schema)

    def meta(self, name: str) -> str | None:
        """What the file says of itself, whatever the account: its `ledger_id`, its `generation`."""
        row = self.row("SELECT value FROM meta WHERE name = ?", name)
        return None if row is None else str(row[0])


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)


def to_json(value: Any) -> str:
    """JSON in the one form in which the ledger keeps it."""
    return _ENCODER.encode(value)


def each(names: str) -> str:
    """A query's table of rows that are bound together as one JSON text of lists, its columns named.

    One statement for many rows: SQLite is not left, nor Python's lock waited for, at each of them.
    """
    columns = ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(names.split()))
    return f"(SELECT {columns} FROM json_each(?))"  # noqa: S608 - constant names

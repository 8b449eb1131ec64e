"""A SQLite file, asked by Python's own SQLite."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.errors import SQLITE, ConfigurationError
from connectors.sql.database import ROWS, Column, Database, Kind, Query, as_batch


class SQLite(Database):
    """A file that is only read. Its values have types, its columns have none."""

    def __init__(self, query: Query, path: Path, key: str) -> None:
        """Open the file; `key` is its key in the settings.

        Raises:
            ConfigurationError: There is no such file.
        """
        super().__init__(query)
        self._path, self._key = path, key
        if not path.is_file():
            raise ConfigurationError(f"{key}: there is no file {path}.", guidance="Check the path.")
        with self._mended():
            self._connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
            self._connection.text_factory = lambda text: text.decode("utf-8", "replace")
            self._connection.execute("PRAGMA query_only = true")
            self._connection.execute("BEGIN")

    @property
    def account(self) -> str:
        """The file."""
        return f"SQLite file {self._path}"

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def stop(self) -> None:
        """Interrupt SQLite."""
        self._connection.interrupt()

    def described(self) -> tuple[Column, ...]:
        """What SQLite says of the query when no row is wanted."""
        query = self.statement()
        with self._mended(), closing(self._connection.cursor()) as cursor:
            cursor.execute(f"EXPLAIN {query}")  # it alone: no bracket of the query closes ours
            found = cursor.execute(f"SELECT * FROM (\n{query}\n) LIMIT 0").description  # noqa: S608 - the settings' query
        # SQLite calls the second `id` of a subquery `id:1`.
        return tuple(Column(re.sub(r":\d+$", "", name), "a value") for name, *_ in found)

    def parses(self, text: str) -> bool:
        """Whether a semicolon ends it for SQLite, since it stands in no text and no comment."""
        return sqlite3.complete_statement(f"{text};")

    def answer(self, statement: str, bound: Sequence[Any]) -> Generator[pa.RecordBatch, None, None]:
        """Fetch rows, a batch at a time."""
        with self._mended(), closing(self._connection.cursor()) as cursor:
            cursor.execute(statement, bound)
            names = [name for name, *_ in cursor.description]
            while rows := cursor.fetchmany(ROWS):
                yield as_batch(names, rows)

    def kind(self, column: Column) -> Kind | None:  # noqa: ARG002 - only a value has a type
        """Whatever SQLite's own date functions read."""
        if self.query.zone != "UTC":
            told = "SQLite reads times that bear no zone as UTC."
            raise ConfigurationError(f"{self.query.key}: {told}", guidance="Leave `time_zone` out.")
        return "zoned"

    def compared(self, column: Column) -> str:
        """Seconds since 1970."""
        return f"unixepoch({column.sql}, 'auto')"

    def bind(self, moment: datetime, kind: Kind) -> int:  # noqa: ARG002 - there is one
        """Seconds since 1970."""
        return int(moment.timestamp())

    def microseconds(self, column: Column) -> str:
        """SQLite's seconds."""
        return f"CAST(unixepoch({column.sql}, 'auto') * 1000000 AS TEXT)"

    def text(self, column: Column) -> str:
        """As SQLite writes it; bytes as hexadecimal digits."""
        return f"CASE typeof({column.sql}) WHEN 'blob' THEN hex({column.sql}) ELSE CAST({column.sql} AS TEXT) END"

    @contextmanager
    def _mended(self) -> Iterator[None]:
        """Say what SQLite cannot do."""
        try:
            yield
        except sqlite3.ProgrammingError:
            raise self.query.wrong("it is not one SELECT.", "A source only reads: write one SELECT.") from None
        except sqlite3.DatabaseError as error:
            name = getattr(error, "sqlite_errorname", "")
            if name == "SQLITE_ERROR":  # of the query's words alone
                raise self.query.wrong(f"{error}.") from None
            told = next((words for start, words in SQLITE.items() if name.startswith(start)), name or "unreadable")
            raise ConfigurationError(f"{self._key}: {self._path}: {told}.", guidance="Check the file.") from None

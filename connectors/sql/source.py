"""A query as a source: over files by DuckDB, of a SQLite file, or of a PostgreSQL server.

Without a change time each pull gives the whole answer, which takes the place of the one before. With `change_column` a
pull gives what changed since the greatest change time that was seen, less an overlap. The database's clock says nothing
here: tables of a warehouse are filled late, and a row that is loaded in the morning may have changed the night before.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from connectors.api import Access, ApiSource, Means, Page, Stream
from connectors.contract import Layout
from connectors.csv_file.named import named_layout
from connectors.errors import ConfigurationError
from connectors.rows import batch
from connectors.sql.cursor import Cursor, Given
from connectors.sql.database import MOMENT, Database, Query, Span
from connectors.sql.options import Options
from connectors.threads import in_a_thread

CLOCK_CHANGE: Final = timedelta(hours=1)
"""A clock without a zone goes back by so much in autumn: times seem to come twice."""


class Source(ApiSource):
    """The rows of one query. A cursor says from which change time the next pull asks."""

    kind: ClassVar[str] = "sql"

    def __init__(self, options: BaseModel, means: Means) -> None:
        """Take the options; nothing is opened."""
        if not isinstance(options, Options):
            raise TypeError(f"sql takes its own Options, not {type(options).__name__}")
        self._options = options
        self._means = means
        self._account = ""
        self._database: Database | None = None

    async def __aenter__(self) -> Self:
        """Read the query, which may stand in a file; each pull opens a connection of its own."""
        self._query()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing is open."""

    @property
    def streams(self) -> tuple[Stream, ...]:
        """One, called as what its rows are."""
        return (Stream(self._options.object, self._options.object),)

    @property
    def origin(self) -> str:
        """The database and the query's digest: of another query no cursor counts."""
        options = self._options
        asked = json.dumps([self._query().text, options.change_column, options.time_zone])
        place = str(options.attach or options.folder)
        if options.attach == "postgres":
            from connectors.sql.postgres import place_of  # noqa: PLC0415 - only the database that is asked

            place = place_of(*self._connection(), self._means.variable, self._key("attach"))
        return f"{place}, query {hashlib.sha256(asked.encode()).hexdigest()[:12]}"

    @property
    def windows(self) -> bool:
        """With a change time."""
        return self._options.change_column is not None

    def whole(self, stream: str) -> bool:  # noqa: ARG002 - there is one
        """Without a change time."""
        return self._options.change_column is None

    def pull(self, stream: str, cursor: str | None) -> AsyncIterator[Page]:  # noqa: ARG002 - there is one
        """Give the whole answer, or by change times what changed since the cursor, and every row that bears no time."""
        return in_a_thread(lambda: self._pages(cursor) if self.windows else self._all(), self._stop)

    def window(self, stream: str, start: datetime, end: datetime) -> AsyncIterator[Page]:  # noqa: ARG002 - there is one
        """Give the rows whose change time lies in the window."""
        return in_a_thread(lambda: self._within(start, end), self._stop)

    async def check(self) -> Access:
        """Let the database say which columns the query gives."""

        def asked() -> Access:
            with self._open() as database:
                columns = database.columns()
                if self._options.change_column:
                    database.column(self._options.change_column, "change_column")
                return Access(database.account, (f"{len(columns)} columns",))

        return await asyncio.to_thread(asked)

    def layout(self, object_name: str, columns: Sequence[str]) -> Layout:
        """Columns called as fields are these fields; others by the words of headers."""
        layout = named_layout(object_name, columns, self._means.name, self._options.id_column)
        wanted = (self._options.change_column or "").casefold()
        change = next((column for column in columns if column.casefold() == wanted), None)
        return replace(layout, columns={**layout.columns, "modified_at": (change,)}) if change else layout

    @property
    def facts(self) -> Mapping[str, str]:
        """Which database was asked."""
        return {"database": self._account} if self._account else {}

    def _all(self) -> Generator[Page, None, None]:
        with self._open() as database:
            yield self._nothing(database)
            for rows in database.batches():
                yield Page(rows)

    def _within(self, start: datetime, end: datetime) -> Generator[Page, None, None]:
        with self._open() as database:
            yield self._nothing(database)
            for rows in database.batches(Span(self._options.change_column or "", start, end)):
                yield Page(rows.drop_columns([MOMENT]))

    def _pages(self, cursor: str | None) -> Generator[Page, None, None]:
        """Rows come in the order of their change times, so that each page's cursor says what the next ones give.

        An overlap that says the same as last time is not given again: as one that fills several landings it would land
        each time. It is read twice where it says something else.
        """
        at = Cursor.read(cursor)
        since, began = at.since, datetime.now(UTC)
        with self._open() as database:
            change = database.column(self._options.change_column or "", "change_column")
            overlap = timedelta(minutes=self._options.overlap_minutes)
            if database.kind(change) != "zoned":
                overlap += CLOCK_CHANGE
            yield self._nothing(database, at)
            span, names = Span(change.name, since, undated=True), [one.name for one in database.columns()]
            if at.given and at.given == Given(names, database.batches(span)).digest():
                return
            given = Given(names)
            for rows in database.batches(span):
                seen = _greatest(rows.column(MOMENT), began)
                if seen is not None and (since is None or seen - overlap > since):
                    since = seen - overlap
                given.take(rows)
                yield Page(rows.drop_columns([MOMENT]), str(Cursor(since)))
            if since == at.since:  # else the next pull asks for other rows
                yield self._nothing(database, Cursor(since, given.digest()))

    def _stop(self) -> None:
        if self._database is not None:
            self._database.stop()

    def _nothing(self, database: Database, cursor: Cursor = Cursor()) -> Page:  # noqa: B008 - it does not change
        """The first page says which columns there are, also where there is no row."""
        self._account, self._database = database.account, database
        return Page(batch([], [column.name for column in database.columns()]), str(cursor))

    def _open(self) -> Database:
        options, query = self._options, self._query()
        if options.attach == "postgres":
            from connectors.sql.postgres import Postgres  # noqa: PLC0415 - only the database that is asked

            return Postgres(query, *self._connection(), self._means.variable, self._key("attach"))
        if isinstance(options.attach, Path):
            from connectors.sql.sqlite import SQLite  # noqa: PLC0415 - only the database that is asked

            return SQLite(query, options.attach, self._key("attach"))
        from connectors.sql.files import Files  # noqa: PLC0415 - only the database that is asked

        return Files(query, options.folder)

    def _connection(self) -> tuple[str | None, dict[str, Any]]:
        """What leads to the server: the secret, and what the settings say."""
        options = self._options
        names = {"host": options.host, "port": options.port, "user": options.user, "dbname": options.database}
        secret = self._means.secret.get_secret_value() if self._means.secret else None
        return secret, {name: value for name, value in names.items() if value is not None}

    def _query(self) -> Query:
        options = self._options
        key, text = self._key("query"), options.query
        if options.query_file is not None:
            key = self._key("query_file")
            try:
                text = options.query_file.read_text("utf-8")
            except (OSError, UnicodeDecodeError):
                what = f"{key}: {options.query_file} cannot be read as text."
                raise ConfigurationError(what, guidance="Check the path.") from None
        return Query(text or "", key, options.id_column, options.time_zone)

    def _key(self, option: str) -> str:
        return f"sources.{self._means.name}.options.{option}"


def _greatest(moments: pa.Array, began: datetime) -> datetime | None:
    """The greatest moment that does not lie in the future: a row of the year 2099 hides no other."""
    numbers = pc.cast(moments, pa.int64())
    now = int(began.timestamp() * 1_000_000)
    found = pc.max(pc.filter(numbers, pc.less_equal(numbers, now))).as_py()
    return None if found is None else datetime.fromtimestamp(0, UTC) + timedelta(microseconds=found)

"""DuckDB as the engine over the lake's Parquet: one in-memory database a step, named SQL files in, tables out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from connectors.errors import StateRefused
from pipelines.lake.lake import Lake, make_private


def quote_identifier(name: str) -> str:
    """Return a column or table name as SQL text; a quote in it is doubled."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(value: str) -> str:
    """Return a text literal, for the places where DuckDB takes no bound value (COPY, table functions in CREATE)."""
    return "'" + value.replace("'", "''") + "'"


PLACE: Final = re.compile(r"\{([a-z_]+)\}")
"""A place in a line of an SQL file where an attribute of a field stands: `{name}`."""


def sql(name: str, fields: Sequence[object] = ()) -> str:
    """The text of a room's SQL file: `<room>/[<group>/]<table>` is `pipelines/<room>/sql/[<group>/]<table>.sql`.

    A line with `{name}` stands for a line each field of `fields` that has such an attribute (not None): DuckDB's
    COLUMNS cannot pair the columns of two tables.

    Raises:
        ValueError: the file has such lines, and no fields are given: its table would miss columns without a word.
    """
    room, _, table = name.partition("/")
    text = resources.files("pipelines").joinpath(room, "sql", f"{table}.sql").read_text("utf-8")
    if not fields and PLACE.search(text):
        raise ValueError(f"{name} has a line for each field: say for which fields.")
    return "\n".join(line for given in text.splitlines() for line in _repeated(given, fields))


def _repeated(line: str, fields: Sequence[object]) -> Iterator[str]:
    parts = PLACE.split(line)  # text, place, text, place, … text
    if len(parts) == 1:
        yield line
        return
    for field in fields:
        values = [getattr(field, place) for place in parts[1::2]]
        if None not in values:
            yield "".join(text + value for text, value in zip(parts[::2], [*values, ""], strict=True))


class Engine:
    """One step's database."""

    def __init__(self, lake: Lake, run: str, *, memory: str, threads: int) -> None:
        """Open it in memory; `memory` is DuckDB's limit, such as `4GB`: what is over spills to the lake's `tmp`."""
        self.lake = lake
        self.run = run
        spill = lake.root / "tmp"
        with suppress(OSError):  # a folder that is only read: then nothing can spill either
            make_private(spill)
        self.connection = duckdb.connect(
            ":memory:",
            config={
                "memory_limit": memory,
                "threads": threads,
                "temp_directory": str(spill),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                # Rows have no order but what a query asks for: so a large result needs not be held to keep one.
                "preserve_insertion_order": False,
            },
        )
        self.connection.execute("SET TimeZone = 'UTC'")

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()

    def rows(self, text: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query and return its rows. All are fetched: an open result blocks the connection's next call."""
        return self.connection.execute(text, list(values)).fetchall()

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self.rows(f"SELECT count(*) FROM {quote_identifier(table)}")[0][0])  # noqa: S608 - quoted

    def arrow(self, text: str, values: Sequence[Any] = ()) -> pa.Table:
        """Run a query and return its result as an Arrow table."""
        return self.connection.sql(text, params=list(values)).to_arrow_table()

    def batches(self, text: str, size: int = 100_000) -> Iterator[pa.RecordBatch]:
        """Run a query and yield its result in Arrow batches of at most `size` rows."""
        reader: pa.RecordBatchReader = self.connection.sql(text).to_arrow_reader(size)
        yield from reader

    def put(self, table: str, rows: pa.Table | pa.RecordBatchReader) -> None:
        """Make a table of Arrow rows."""
        self.connection.register("arriving", rows)
        self.connection.execute(f"CREATE OR REPLACE TABLE {quote_identifier(table)} AS SELECT * FROM arriving")  # noqa: S608 - quoted
        self.connection.unregister("arriving")

    def add(self, table: str, rows: pa.Table) -> None:
        """Add Arrow rows to a table, column by column."""
        self.connection.register("arriving", rows)
        self.connection.execute(f"INSERT INTO {quote_identifier(table)} SELECT * FROM arriving")  # noqa: S608 - quoted
        self.connection.unregister("arriving")

    def replace_rows(self, table: str, key: str, rows: pa.Table) -> None:
        """Put rows into a table; those with the same key give way."""
        self.connection.register("arriving", rows)
        name, column = quote_identifier(table), quote_identifier(key)
        self.connection.execute(f"DELETE FROM {name} WHERE {column} IN (SELECT {column} FROM arriving)")  # noqa: S608 - quoted
        self.connection.execute(f"INSERT INTO {name} FROM arriving")
        self.connection.unregister("arriving")

    def one_row(self, table: str, values: Mapping[str, Any]) -> None:
        """Make a table of one row: how settings reach SQL without being pasted into it."""
        self.put(table, pa.table({name: [value] for name, value in values.items()}))

    def read(self, *tables: str, numbered: bool = False) -> None:
        """Make views of lake tables, as this run sees them; `numbered`, with each row's place as `file_row_number`.

        Raises:
            StateRefused: a table was never made.
        """
        for table in tables:
            self.view(table, self._path(table), numbered=numbered)

    def read_as(self, view: str, table: str) -> None:
        """Make a view of a lake table, as this run sees it, under another name.

        Raises:
            StateRefused: the table was never made.
        """
        self.view(view, self._path(table))

    def forget(self, *views: str) -> None:
        """Let go of views."""
        for view in views:
            self.connection.execute(f"DROP VIEW IF EXISTS {quote_identifier(view)}")

    def _path(self, table: str) -> Path:
        path = self.lake.find(self.run, table)
        if path is None:
            raise StateRefused(
                f"the table {table} does not exist yet.", guidance="Run the stages before it: crm-bridge run."
            )
        return path

    def view(self, table: str, path: Path, *, numbered: bool = False) -> None:
        """Make a view of one Parquet file."""
        self.view_as(table, f"FROM read_parquet({parquet_literal(path)}, file_row_number = {numbered})")

    def view_as(self, name: str, text: str) -> None:
        """Let SQL files read a query under a name of theirs: so one file serves several tables."""
        self.connection.execute(f"CREATE OR REPLACE VIEW {quote_identifier(name)} AS {text}")

    def make(self, name: str, fields: Sequence[object] = ()) -> None:
        """Make the table that the SQL file of this name selects."""
        table = quote_identifier(name.rsplit("/", 1)[-1])
        self.connection.execute(f"CREATE OR REPLACE TABLE {table} AS {sql(name, fields)}")

    def define(self, name: str, fields: Sequence[object] = ()) -> None:
        """Make a view of what the SQL file of this name selects: for a table that is only written, once."""
        self.view_as(name.rsplit("/", 1)[-1], sql(name, fields))

    def drop(self, *tables: str) -> None:
        """Let go of tables: what a step has done with needs no room any more."""
        for table in tables:
            self.connection.execute(f"DROP TABLE IF EXISTS {quote_identifier(table)}")

    def drop_all_but(self, *tables: str) -> None:
        """Let go of every table but these."""
        held = [name for (name,) in self.rows("SELECT table_name FROM duckdb_tables()")]
        self.drop(*(name for name in held if name not in tables))

    def rename(self, table: str, name: str) -> None:
        """Give a table another name, replacing the table that has it."""
        self.connection.execute(f"DROP TABLE IF EXISTS {quote_identifier(name)}")
        self.connection.execute(f"ALTER TABLE {quote_identifier(table)} RENAME TO {quote_identifier(name)}")

    def macros(self, name: str) -> None:
        """Define the macros of a `.sql` file."""
        self.connection.execute(sql(name))

    def write(self, *tables: str) -> dict[str, int]:
        """Write tables of this database into the run; returns their row counts."""
        counts: dict[str, int] = {}
        for table in tables:

            def put(path: Path, table: str = table) -> int:
                counts[table] = self._copy(table, path)
                return counts[table]

            self.lake.write(self.run, table, put)
        return counts

    def _copy(self, table: str, path: Path) -> int:
        ((rows,),) = self.rows(
            # Level 1 takes half of the default's time and 3 % more room.
            f"COPY {quote_identifier(table)} TO {quote_text(str(path))} "
            "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
        )
        return int(rows)


def parquet_literal(path: Path) -> str:
    """Return a path as the literal that read_parquet takes for just this file."""
    # read_parquet expands globs: a bracket class of one character stands for the character itself.
    return quote_text("".join(f"[{char}]" if char in "*?[" else char for char in str(path)))


@contextmanager
def engine(lake: Lake, run: str, *, memory: str, threads: int) -> Iterator[Engine]:
    """Open a step's database and close it at the end."""
    step = Engine(lake, run, memory=memory, threads=threads)
    try:
        yield step
    finally:
        step.close()

"""Parquet, CSV and JSON files, asked by DuckDB."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pyarrow as pa

from connectors.errors import ConfigurationError
from connectors.sql.database import ROWS, Column, Database, Kind, Query

MEMORY: Final = "512MB"
"""What DuckDB may use for a query before it spills."""

ISO: Final = "'%Y-%m-%dT%H:%M:%S.%fZ'"


class Files(Database):
    """DuckDB in memory over the files in a folder: no network, no extensions, nothing but a SELECT."""

    def __init__(self, query: Query, folder: Path) -> None:
        """Open it; relative paths in the query start at `folder`."""
        import duckdb  # noqa: PLC0415 - only for reading

        super().__init__(query)
        self._folder = folder.resolve()
        if "," in str(self._folder):
            raise ConfigurationError(f"{query.key}: DuckDB looks in no folder with a comma in its name.")
        self._spill = TemporaryDirectory(prefix="crm-bridge-")
        self._connection = duckdb.connect(
            config={
                "temp_directory": self._spill.name,
                "memory_limit": MEMORY,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
                "python_enable_replacements": False,
            }
        )
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute("SET file_search_path = '" + str(self._folder).replace("'", "''") + "'")
        self._connection.execute("SET lock_configuration = true")

    @property
    def account(self) -> str:
        """The folder."""
        return f"files in {self._folder}, asked by DuckDB"

    def close(self) -> None:
        """Close DuckDB, and remove what it spilled."""
        self._connection.close()
        self._spill.cleanup()

    def stop(self) -> None:
        """Interrupt DuckDB."""
        self._connection.interrupt()

    def described(self) -> tuple[Column, ...]:
        """What DuckDB says of the query without asking it."""
        import duckdb  # noqa: PLC0415 - only for reading

        with self._mended():
            statements = duckdb.extract_statements(self.query.text)
            if [one.type for one in statements] != [duckdb.StatementType.SELECT]:
                raise self.query.wrong("it is not one SELECT.", "A source only reads: write one SELECT.")
            self._see_paths()
            rows = self._connection.execute(f"DESCRIBE {self.statement()}").fetchall()
        return tuple(Column(name, kind) for name, kind, *_ in rows)

    def parses(self, text: str) -> bool:
        """Whether DuckDB finds one statement."""
        import duckdb  # noqa: PLC0415 - only for reading

        try:
            return len(duckdb.extract_statements(text)) == 1
        except duckdb.ParserException:
            return False

    def answer(self, statement: str, bound: Sequence[Any]) -> Generator[pa.RecordBatch, None, None]:
        """Stream what DuckDB gives."""
        with self._mended():
            reader: pa.RecordBatchReader = self._connection.sql(statement, params=list(bound)).to_arrow_reader(ROWS)
            yield from reader

    def kind(self, column: Column) -> Kind | None:
        """By DuckDB's type."""
        if column.type == "TIMESTAMP WITH TIME ZONE":
            return "zoned"
        if column.type.startswith("TIMESTAMP"):
            return "naive"
        return "day" if column.type == "DATE" else None

    def microseconds(self, column: Column) -> str:
        """A time's `epoch_us`; an infinite one has none."""
        return f"CASE WHEN isfinite({column.sql}) THEN epoch_us({self._moment(column)})::VARCHAR END"

    def text(self, column: Column) -> str:
        """As DuckDB writes it, but times, bytes, structures and `NaN`, which says nothing."""
        given, kind = column.sql, column.type
        if kind == "VARCHAR":
            return given
        if kind.endswith("]") or kind.startswith(("STRUCT(", "MAP(", "UNION(")):
            return f"to_json({given})::VARCHAR"
        if kind == "BLOB":
            return f"base64({given})"
        if kind in ("FLOAT", "DOUBLE"):
            return f"CASE WHEN NOT isnan({given}) THEN {given}::VARCHAR END"
        if kind.startswith("TIMESTAMP"):
            return (
                f"CASE WHEN isfinite({given}) THEN strftime(timezone('UTC', {self._moment(column)}), {ISO}) "
                f"ELSE {given}::VARCHAR END"
            )
        return f"{given}::VARCHAR"

    def _moment(self, column: Column) -> str:
        if self.kind(column) == "zoned":
            return column.sql
        return f"timezone('{self.query.zone}', {column.sql}::TIMESTAMP)"

    def _see_paths(self) -> None:
        """DuckDB looks in the process's folder first: a file of the same name there is not meant."""
        if Path.cwd() == self._folder:
            return
        for text in re.findall(r"'([^']+)'|\"([^\"]+)\"", self.query.text):
            path = "".join(text)
            file = re.search(r"\w\.\w+$", path) and "**" not in path
            if file and not Path(path).is_absolute() and any(Path().glob(path)):
                raise self.query.wrong(
                    f"'{path}' stands in the folder of this command, too, which is not {self._folder}.",
                    "Write the path from the root on, or start the command in that folder.",
                )

    @contextmanager
    def _mended(self) -> Iterator[None]:
        """Say what DuckDB cannot do without a value of its data."""
        import duckdb  # noqa: PLC0415 - only for reading

        try:
            yield
        except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException) as error:
            raise self.query.wrong(_first_line(error)) from None
        except duckdb.IOException as error:
            if "No files found" in str(error):
                raise self.query.wrong(_first_line(error), "Check the path.") from None
            raise
        except duckdb.Error as error:
            if "requires the extension" in str(error):
                told = "it asks for what DuckDB has not got by itself, such as a file on another machine."
                raise self.query.wrong(told, "Copy the file here first.") from None
            told = (
                f"a value or a file is not what the query takes it for ({type(error).__name__}; values are not shown)."
            )
            raise self.query.wrong(told, "Try it in DuckDB's own shell, which shows the value.") from None


def _first_line(error: Exception) -> str:
    line = re.sub(r"^\w+ Error: ", "", str(error).splitlines()[0])
    return f"{line[:1].lower()}{line[1:]}".rstrip(".!") + "."

"""A file's rows as Arrow batches: by DuckDB where `scan` proved the file plain, else by the csv module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import duckdb
import pyarrow as pa

from connectors.contract import REJECTED_SCHEMA
from connectors.csv_file.dialect import Opening
from connectors.csv_file.encoding import UTF8, utf8_chunks
from connectors.csv_file.lines import MAX_ROW, Record, records
from connectors.csv_file.misfits import shown
from connectors.csv_file.scan import Proof
from connectors.errors import SourceRefused

_ROWS: Final = 65_536
_BYTES: Final = 1 << 26
"""A batch holds at most so many rows, and about so many bytes of text."""

_VECTOR: Final = 2_048
"""DuckDB's own batch; asking for less would only cost."""


@dataclass(slots=True)
class Rows:
    """The rows of one file as it was when it was looked at; `stamp` notices that it changed since."""

    path: Path
    opening: Opening
    proof: Proof | None
    stamp: tuple[int, ...]
    set_aside: list[Record] = field(default_factory=list)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the good rows in file order, every column as text. Raises SourceRefused when the file changed."""
        self.set_aside.clear()
        schema = pa.schema([(name, pa.string()) for name in self.opening.columns])
        self._unchanged()
        yield from _exact(self, schema) if self.proof is None else _fast(self, self.proof, schema)
        self._unchanged()

    def rejected(self) -> pa.Table:
        """The rows set aside so far; all of them once the batches are drained."""
        rows = [{"line": row.line, "reason": row.reason, "text": shown(row.text)} for row in self.set_aside]
        return pa.Table.from_pylist(rows, schema=REJECTED_SCHEMA)

    def _unchanged(self) -> None:
        try:
            same = stamp(self.path) == self.stamp
        except OSError:
            same = False
        if not same:
            guidance = "Let the copy finish, then run again."
            raise SourceRefused("the file changed while it was read.", name=self.path.name, guidance=guidance)


def stamp(path: Path) -> tuple[int, ...]:
    """What changes when a file is written to or replaced: its inode, size and modification time in ns."""
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _exact(rows: Rows, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    good: list[list[str]] = []
    size = 0
    for record in records(rows.path, rows.opening.shape):
        if record.reason is not None:
            rows.set_aside.append(record)
            continue
        good.append(record.cells)
        size += len(record.text)
        if len(good) == _ROWS or size > _BYTES:
            yield _batch(good, schema)
            good, size = [], 0
    if good:
        yield _batch(good, schema)


def _batch(rows: list[list[str]], schema: pa.Schema) -> pa.RecordBatch:
    return pa.record_batch([pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)], schema=schema)


def _fast(rows: Rows, proof: Proof, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    size = max(_VECTOR, min(_ROWS, _BYTES // max(proof.longest, 1)))
    seen = 0
    # The folder gives the file a name without glob characters, which DuckDB would expand, and holds transcoded text.
    with TemporaryDirectory(prefix="crm-bridge-") as folder:
        plain = Path(folder) / "part.csv"
        if rows.opening.shape.codec in UTF8:
            plain.symlink_to(rows.path.resolve())
        else:
            with plain.open("wb") as file:
                file.writelines(utf8_chunks(rows.path, rows.opening.shape.codec))
        with _engine(plain) as engine:
            try:
                reader = engine.sql(_query(rows.opening, proof), params={"path": str(plain)}).to_arrow_reader(size)
                for batch in reader:
                    seen += batch.num_rows
                    yield pa.RecordBatch.from_arrays(
                        [column.cast(pa.string()) for column in batch.columns], schema=schema
                    )
            except duckdb.Error as error:
                raise SourceRefused(f"DuckDB cannot read it: {error}", name=rows.path.name) from error
    if seen != proof.rows:
        raise SourceRefused(f"{proof.rows} rows were counted and {seen} read.", name=rows.path.name)


def _engine(path: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that reads one file and fetches nothing."""
    engine = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "memory_limit": "1GB"}
    )
    engine.execute("SET allowed_paths = [$path]", {"path": str(path)})
    engine.execute("SET enable_external_access = false")
    return engine


def _query(opening: Opening, proof: Proof) -> str:
    """`read_csv` with everything said and nothing guessed. Columns are numbered here and get their names in Arrow."""
    names = [f"c{index}" for index in range(len(opening.columns))]
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    delimiter = opening.shape.delimiter.replace("'", "''")
    # Two threads may disagree on whether a line break stands inside a quoted cell, hence `parallel`.
    return f"""
        SELECT * FROM read_csv($path, columns = {{{columns}}}, force_not_null = {names},
            auto_detect = false, header = true, skip = {opening.shape.lines - 1}, delim = '{delimiter}',
            quote = '"', escape = '"', comment = '', strict_mode = true, null_padding = false, ignore_errors = false,
            compression = 'none', encoding = 'utf-8', max_line_size = {MAX_ROW},
            parallel = {str(not proof.line_breaks).lower()})
    """  # noqa: S608 - the path is bound, the delimiter is escaped, the rest is ours


def body(path: Path, codec: str, lines: int) -> Iterator[bytes]:
    """The file's UTF-8 bytes after its first `lines` lines, which end with a line feed."""
    chunks = utf8_chunks(path, codec)
    held = b""
    while lines:
        held += next(chunks, b"")
        _, feed, rest = held.partition(b"\n")
        if not feed:
            return
        held, lines = rest, lines - 1
    yield from chain([held], chunks)

"""All that a stream has, kept on disk until its pull is at its end: only then is known whether it is new."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.contract import REJECTED_SCHEMA
from pipelines.lake.lake import Lake, make_private

if TYPE_CHECKING:  # sources of files need no HTTP
    from connectors.api import Page

ROWS: Final = 20_000
"""Rows of one file; the digest is taken file by file, so it does not depend on how long pages are."""


class Snapshot:
    """Pages that go into one landing, however many; later ones may have further columns."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._columns: dict[str, None] = {}
        self._waiting: list[pa.RecordBatch] = []
        self._files: list[Path] = []
        self._rejects: list[pa.Table] = []
        self._hash = hashlib.sha256()
        self._digest = ""

    def __enter__(self) -> Self:
        place = self._lake.root / "tmp"
        make_private(place)
        self._folder = TemporaryDirectory(prefix="snapshot-", dir=place)
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    @property
    def schema(self) -> pa.Schema:
        """The columns of all its pages."""
        return pa.schema([(name, pa.string()) for name in self._columns])

    def take(self, page: Page) -> None:
        """Add a page."""
        self._columns.update(dict.fromkeys(page.rows.schema.names))
        if page.rejected is not None and page.rejected.num_rows:
            self._rejects.append(page.rejected)
        if not page.rows.num_rows:
            return
        if self._waiting and self._waiting[-1].schema != page.rows.schema:
            self._keep()
        self._waiting.append(page.rows)
        while sum(one.num_rows for one in self._waiting) >= ROWS:
            self._keep()

    def name_columns(self, columns: Iterable[str]) -> None:
        """Say which columns there are where no page had any."""
        self._columns.update(dict.fromkeys(columns))

    def digest(self) -> str:
        """SHA-256 of what it holds: the same records in the same order have the same one. Nothing may be added then."""
        if not self._digest:
            self._keep()
            for told in (list(self._columns), self.rejected().to_pylist()):
                self._hash.update(json.dumps(told, sort_keys=True).encode())
            self._digest = self._hash.hexdigest()
        return self._digest

    @property
    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, each with all columns."""
        for path in self._files:
            with pa.ipc.open_file(path) as file:
                table = file.read_all()
            for name in self._columns:
                if name not in table.column_names:
                    table = table.append_column(name, pa.nulls(table.num_rows, pa.string()))
            yield from table.select(list(self._columns)).to_batches()

    def rejected(self) -> pa.Table:
        """The records that could not be landed."""
        return pa.concat_tables([REJECTED_SCHEMA.empty_table(), *self._rejects])

    def _keep(self) -> None:
        """Write up to `ROWS` of the rows that wait to a file."""
        table = pa.Table.from_batches(self._waiting, self._waiting[0].schema) if self._waiting else None
        if table is None or not table.num_rows:
            return
        first, rest = table.slice(0, ROWS), table.slice(ROWS)
        for name, column in zip(first.column_names, first.columns, strict=True):
            self._hash.update(name.encode())
            self._add(column)
        path = Path(self._folder.name) / f"{len(self._files):06d}.arrow"
        options: Any = pa.ipc.IpcWriteOptions(compression="lz4")
        with pa.ipc.new_file(path, first.schema, options=options) as file:
            file.write_table(first)
        self._files.append(path)
        self._waiting = rest.to_batches()

    def _add(self, column: pa.ChunkedArray) -> None:
        """Add a column's texts to the digest: their lengths, -1 for null, then all of them one after the other."""
        lengths = pc.fill_null(pc.binary_length(column), -1)
        self._hash.update(lengths.to_numpy().tobytes())
        for chunk in pc.fill_null(column, "").chunks:
            _, offsets, texts = chunk.buffers()
            ends = np.frombuffer(offsets, np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
            if texts is not None:
                self._hash.update(memoryview(texts)[ends[0] : ends[-1]])

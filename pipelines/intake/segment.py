"""Pages of a pull → what goes into one landing; and pages asked for before they are wanted."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from connectors.contract import REJECTED_SCHEMA

if TYPE_CHECKING:  # sources of files need no HTTP
    from connectors.api import Page

ROWS: Final = 20_000
BYTES: Final = 16 * 1024 * 1024
"""A landing is closed when it has so many rows or bytes: a pull that is killed goes on after the last landing."""

AHEAD: Final = 2
"""Pages that are asked for before the one at hand is kept."""


class Segment:
    """Pages that go into one landing."""

    def __init__(self) -> None:
        self.batches: list[pa.RecordBatch] = []
        self.rows = 0
        self.cursor: str | None = None
        self._bytes = 0
        self._rejects: list[pa.Table] = []

    @property
    def schema(self) -> pa.Schema:
        """The columns of its pages; none before there is a page."""
        return self.batches[0].schema if self.batches else pa.schema([])

    @property
    def rejects(self) -> int:
        """How many records could not be landed."""
        return sum(table.num_rows for table in self._rejects)

    @property
    def full(self) -> bool:
        """Whether it is enough for one landing."""
        return self.rows >= ROWS or self._bytes >= BYTES

    def take(self, page: Page) -> None:
        """Add a page."""
        if not self.rows:  # an empty page says less of the columns than one with rows
            self.batches = [page.rows]
        elif page.rows.num_rows:
            self.batches.append(page.rows)
        self.rows += page.rows.num_rows
        self._bytes += page.rows.nbytes
        self.cursor = page.cursor  # a page without one cannot be gone on from
        if page.rejected is not None and page.rejected.num_rows:
            self._rejects.append(page.rejected)

    def table(self) -> pa.Table:
        """Its rows in one piece: written page by page, a landing would have a row group for each page."""
        if len(self.batches) > 1:
            whole = pa.Table.from_batches(self.batches, self.schema).combine_chunks()
            self.batches = whole.to_batches() or self.batches[:1]
        return pa.Table.from_batches(self.batches, self.schema)

    def rejected(self) -> pa.Table:
        """The records that could not be landed."""
        return pa.concat_tables([REJECTED_SCHEMA.empty_table(), *self._rejects])

    def digest(self) -> str:
        """SHA-256 of what it holds: the same records in the same order have the same one."""
        found = hashlib.sha256(json.dumps([self.rows, *self.schema.names]).encode())
        for column in self.table().columns:
            for part in _bytes(column.chunk(0)) if self.rows else ():
                found.update(part)
        for table in self._rejects:
            found.update(json.dumps(table.to_pylist(), sort_keys=True).encode())
        return found.hexdigest()


def _bytes(texts: pa.StringArray) -> Iterator[bytes | memoryview]:
    """The bytes that say what an array of text holds, without a copy: which are null, where each ends, the texts."""
    if texts.offset:  # it is a part of another array
        texts = pa.concat_arrays([texts, texts.slice(0, 0)])
    _, ends, data = texts.buffers()
    if texts.null_count:
        yield memoryview(texts.is_null().cast(pa.uint8()).buffers()[1])[: len(texts)]
    yield b"|"
    yield memoryview(ends)[: 4 * (len(texts) + 1)]
    if data is not None:
        yield memoryview(data)[: int.from_bytes(memoryview(ends)[4 * len(texts) : 4 * len(texts) + 4], "little")]


async def ahead(pages: AsyncIterator[Page], depth: int = AHEAD) -> AsyncGenerator[Page]:
    """Yield the pages in their order, with up to `depth` asked for before they are wanted."""
    queue: asyncio.Queue[Page | Exception | None] = asyncio.Queue(depth)

    async def fill() -> None:
        try:
            async for page in pages:
                await queue.put(page)
        except Exception as error:  # noqa: BLE001 - handed on to whoever reads
            await queue.put(error)
        else:
            await queue.put(None)

    filling = asyncio.create_task(fill())
    try:
        while (found := await queue.get()) is not None:
            if isinstance(found, Exception):
                raise found
            yield found
    finally:
        filling.cancel()
        await asyncio.gather(filling, return_exceptions=True)

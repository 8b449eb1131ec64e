"""What a resource of dlt yields → batches of text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pyarrow as pa

from connectors.contract import REJECTED_SCHEMA
from connectors.dlt.texts import table_texts, texts

ROWS: Final = 5_000
"""Rows of one page."""


def pages(items: Iterator[Any]) -> Iterator[tuple[pa.RecordBatch, pa.Table | None]]:
    """Yield batches of rows with what had to be set aside; a later one has the columns before it, and maybe more.

    At least one is yielded.
    """
    paged = _Pages()
    for item in items:
        yield from paged.take(item)
    yield paged.close()


class _Pages:
    def __init__(self) -> None:
        self._columns: dict[str, str] = {}
        """The columns so far, by their names without case."""
        self._rows: list[Mapping[str, Any]] = []
        self._aside: list[dict[str, Any]] = []
        self._seen = 0

    def take(self, item: Any) -> Iterator[tuple[pa.RecordBatch, pa.Table | None]]:
        if hasattr(item, "model_dump"):
            item = item.model_dump()
        if isinstance(item, Mapping):
            self._take_row(item)
            if len(self._rows) + len(self._aside) >= ROWS:
                yield self.close()
        elif isinstance(item, (pa.Table, pa.RecordBatch)) or type(item).__module__.startswith("pandas"):
            yield self.close()
            for batch in table_texts(item):
                self._seen += batch.num_rows
                yield batch, None
        else:
            self._seen += 1
            self._set_aside(item, "it is no mapping of columns to values")

    def close(self) -> tuple[pa.RecordBatch, pa.Table | None]:
        """What was taken since the last batch."""
        rejected = pa.Table.from_pylist(self._aside, REJECTED_SCHEMA) if self._aside else None
        batch = texts(self._rows, list(self._columns.values()))
        self._rows, self._aside = [], []
        return batch, rejected

    def _take_row(self, row: Mapping[str, Any]) -> None:
        self._seen += 1
        spelled = dict(self._columns)
        for name in row:
            if spelled.setdefault(name.casefold(), name) != name:
                self._set_aside(row, "two of its columns differ only in case, or one from a column of an earlier row")
                return
        self._columns = spelled
        self._rows.append(row)

    def _set_aside(self, item: Any, reason: str) -> None:
        text = json.dumps(item, default=str, ensure_ascii=False)
        self._aside.append({"line": self._seen, "reason": reason, "text": text})

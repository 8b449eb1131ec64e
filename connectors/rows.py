"""Records of an API → a batch of text columns, as received: what is no text is written as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa


def batch(records: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pa.RecordBatch:
    """Return the records' values of `columns` as text, null where a record says nothing of one (null, or no such key).

    A text stays as it is; a number, a boolean, a list or an object becomes its JSON.
    """
    arrays = [pa.array([_text(record.get(column)) for record in records], pa.string()) for column in columns]
    return pa.record_batch(arrays, schema=schema(columns))


def schema(columns: Sequence[str]) -> pa.Schema:
    """The schema of a batch: so many columns of text."""
    return pa.schema([(column, pa.string()) for column in columns])


def _text(value: Any) -> str | None:
    if value is None or type(value) is str:
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

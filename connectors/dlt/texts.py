"""What a resource of dlt yields, as text: rows as mappings, Arrow tables, data frames."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.rows import batch


def texts(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pa.RecordBatch:
    """Rows as a batch: times as ISO 8601, decimals exact, lists and mappings as JSON; `NaN` says nothing."""
    return batch([{column: _plain(row.get(column)) for column in columns} for row in rows], columns)


def table_texts(given: Any) -> list[pa.RecordBatch]:
    """An Arrow table or batch, or a data frame, as batches of text."""
    if not isinstance(given, (pa.Table, pa.RecordBatch)):
        given = pa.Table.from_pandas(given, preserve_index=False)
    table = pa.Table.from_batches([given]) if isinstance(given, pa.RecordBatch) else given
    arrays = [_text_column(column) for column in table.columns]
    named = pa.table(arrays, schema=pa.schema([(name, pa.string()) for name in table.column_names]))
    return named.combine_chunks().to_batches()  # type: ignore[no-any-return]


def _text_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_timestamp(kind):
        moments = column if kind.tz else column.cast(pa.timestamp(kind.unit)).cast(pa.timestamp(kind.unit, "UTC"))
        return pc.strftime(moments.cast(pa.timestamp("us", "UTC"), safe=False), "%Y-%m-%dT%H:%M:%SZ")
    if pa.types.is_floating(kind):
        return pc.if_else(pc.is_nan(column), None, column).cast(pa.string())
    plain = (
        pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_boolean(kind) or pa.types.is_date(kind)
    )
    if plain or pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        return column.cast(pa.string())
    values = [_plain(value) for value in column.to_pylist()]
    return pa.chunked_array([pa.array([v if v is None else str(v) for v in values], pa.string())])


def _plain(value: Any) -> Any:
    """A value that is text already, or whose JSON is the text that is wanted."""
    if value is None or isinstance(value, (str, bool, int)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, (Mapping, list, tuple, set)):
        return json.dumps(value, default=_told, ensure_ascii=False, separators=(",", ":"))
    return _told(value)


def _told(value: Any) -> Any:
    """A value that JSON has not."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, set):
        return sorted(value, key=str)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)

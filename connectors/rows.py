"""Records of an API → a batch of text columns, as received: what is no text is written as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

_BETWEEN: Final = "\x1e"
_PARTED: Final = ',"\\u001e",'
"""How a list's item of that one character stands in JSON, with the commas around it."""

_TEXTS: Final = {str, type(None)}

_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def batch(records: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pa.RecordBatch:
    """Return the records' values of `columns` as text, null where a record says nothing of one (null, or no such key).

    A text stays as it is; a number, a boolean, a list or an object becomes its JSON.
    """
    return batch_of([[record.get(column) for record in records] for column in columns], columns)


def batch_of(values: Sequence[Sequence[Any]], columns: Sequence[str]) -> pa.RecordBatch:
    """Return a batch of values that are given column by column."""
    arrays = [pa.array(_as_texts(given), pa.string()) for given in values]
    return pa.record_batch(arrays, schema=schema(columns))


def schema(columns: Sequence[str]) -> pa.Schema:
    """The schema of a batch: so many columns of text."""
    return pa.schema([(column, pa.string()) for column in columns])


def _as_texts(values: Sequence[Any]) -> Sequence[str | None]:
    """A column's values as text. All that is no text is written by one call: one for each would take most of a pull."""
    if _TEXTS.issuperset(map(type, values)):
        return values
    others = [value for value in values if type(value) not in _TEXTS]
    between = [_BETWEEN] * (2 * len(others) - 1)
    between[::2] = others
    written = _json(between)[1:-1].split(_PARTED)
    if len(written) != len(others):  # some value holds a list with that very item
        written = [_json(value) for value in others]
    following = iter(written)
    return [value if type(value) in _TEXTS else next(following) for value in values]

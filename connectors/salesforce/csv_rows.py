"""CSV of Bulk API 2.0 → columns of text.

Nothing about it is guessed, as it must be with a file that somebody exported: it is UTF-8, its delimiter is the one
that the job was made with, and its header names fields that were asked for. So Arrow's reader has it straight from
memory, in blocks that hold an answer whole: a line end within quotes parts nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO

import pyarrow as pa
from pyarrow import csv as arrow_csv


def columns_of(body: bytes, wanted: Sequence[str]) -> tuple[str, ...] | None:
    """The columns that an answer's header names, as `wanted` writes them; None where it has no such header."""
    line = body.split(b"\n", 1)[0].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").rstrip("\r")
    known = {name.casefold(): name for name in wanted}
    try:
        header = [name.casefold() for name in next(csv.reader(StringIO(line)), [])]
    except csv.Error:
        return None
    return tuple(known[name] for name in header) if sorted(header) == sorted(known) else None


def rows_of(body: bytes, header: Sequence[str], *, skip: bool) -> tuple[pa.Table, list[str]]:
    """An answer's rows under the columns `header`, and the text of rows that have more or fewer cells.

    An empty cell is null: Salesforce keeps no empty text. With `skip` the first line is the header.

    Raises:
        pyarrow.ArrowInvalid: it is no CSV.
    """
    misfits: list[str] = []

    def set_aside(row: arrow_csv.InvalidRow) -> str:
        misfits.append(row.text or "")
        return "skip"

    start = body.find(b"\n") + 1 if skip else 0
    if (skip and not start) or not body[start:].strip():
        return pa.table({name: pa.array([], pa.string()) for name in header}), misfits
    table = arrow_csv.read_csv(
        pa.BufferReader(_in_utf8(body)),
        arrow_csv.ReadOptions(
            use_threads=False, block_size=len(body) + 1, column_names=list(header), skip_rows=int(skip)
        ),
        arrow_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=set_aside),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )
    return table, misfits


def _in_utf8(body: bytes) -> bytes:
    """The same, a broken character as U+FFFD, so that it does not hide thousands of rows."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return body.decode("utf-8", "replace").encode()
    return body

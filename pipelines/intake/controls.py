"""Control characters in a landing's cells: taken out as they are read, and listed with what is left.

Most landings hold none, and their source says so (`controls` in the landing's facts): they are read as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from connectors.contract import Layout
from connectors.records import SCHEMAS
from pipelines.lake.engine import quote_identifier, quote_text
from pipelines.lake.lake import Landing

NONE: Final = (
    "SELECT NULL::VARCHAR AS object, NULL::VARCHAR AS landing, NULL::BIGINT AS row, NULL::VARCHAR AS field, "
    "NULL::VARCHAR AS value, NULL::VARCHAR AS suggestion WHERE false"
)
"""No cell with a control character."""


FILE: Final = "__file"
"""The column with the file that a row of several landings is from. No source has a column of that name by chance."""


def may_hold(landing: Landing) -> bool:
    """Whether a cell may hold one: unless the source has looked and found none."""
    return landing.facts.get("controls") != "no"


def rows(landing: Landing, layout: Layout, path_literal: str, *, several: bool = False) -> str:
    """The landing's rows as a relation for FROM, without control characters in the columns that are mapped."""
    read = _read(path_literal, several=several)
    columns = dict.fromkeys(column for _, column in _mapped(landing, layout)) if may_hold(landing) else {}
    if not columns:
        return read
    cleaned = ", ".join(f"controlled({quote_identifier(one)}) AS {quote_identifier(one)}" for one in columns)
    return f"(SELECT * REPLACE ({cleaned}) FROM {read})"  # noqa: S608 - quoted


def found(landing: Landing, layout: Layout, path_literal: str, *, several: bool = False) -> Iterator[str]:
    """One SELECT of the cells that hold one, or none where no cell may. `several`: the path is a list of such landings.

    Its columns: `object`, `landing`, `row`, `field`, `value` as received, `suggestion`.
    """
    mapped = list(_mapped(landing, layout)) if may_hold(landing) else []
    if mapped:
        cells = [f"{{field: {quote_text(field)}, value: {quote_identifier(column)}}}" for field, column in mapped]
        prefix = quote_text(f"{landing.source}/{landing.object}/")
        of = f"{prefix} || parse_filename(file, true)" if several else quote_text(landing.id)
        held = " OR ".join(f"has_control({quote_identifier(column)})" for _, column in mapped)
        yield (
            f"SELECT {quote_text(landing.object)} AS object, {of} AS landing, row, "  # noqa: S608 - quoted
            "cell.field AS field, cell.value AS value, plain_text(controlled(cell.value)) AS suggestion "
            f"FROM (SELECT file_row_number AS row, {FILE if several else 'NULL'} AS file, "
            f"unnest([{', '.join(cells)}]) AS cell "
            f"FROM {_read(path_literal, several=several)} WHERE {held}) WHERE has_control(cell.value)"
        )


def _read(path_literal: str, *, several: bool) -> str:
    named = f", filename = {quote_text(FILE)}" if several else ""
    return f"read_parquet({path_literal}, file_row_number = true{named})"


def _mapped(landing: Landing, layout: Layout) -> Iterator[tuple[str, str]]:
    """Each field of the object with each of its columns that the landing has."""
    present: Mapping[str, str] = {column.casefold(): column for column in landing.columns}
    for field in SCHEMAS[landing.object].names:
        for name in layout.columns.get(field, ()):
            if name.casefold() in present:
                yield field, present[name.casefold()]

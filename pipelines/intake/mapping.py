"""A landing's columns → the fields of its object, as one SELECT. Identifiers are quoted here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from connectors.contract import Layout
from connectors.records import CONTACT, SCHEMAS, Field
from pipelines.intake import controls
from pipelines.intake.controls import FILE
from pipelines.intake.series import Place
from pipelines.lake.engine import quote_identifier, quote_text
from pipelines.lake.lake import Landing

UNIT_SEPARATOR = "chr(31)"
"""What stands between the values of a cell before they are parted: a control character that no cell means to hold."""


NAMES: Final = ("first_name", "last_name")

TIMES: Final = tuple(name for name in CONTACT.names if name.endswith(("_in_at", "_out_at")))
"""Fields whose text is a time, read where it is used: what cannot be read is set aside there."""

CLEARABLE: Final = tuple(field.name for field in CONTACT.fields if field.crm)
"""Fields of a contact of which a source can say that there is nothing."""


@dataclass(frozen=True, slots=True)
class Clears:
    """How a source says that there is nothing: by a blank cell of a mapped column, by a marker, or not at all."""

    blank: bool = False
    marker: str | None = None


def select(
    landing: Landing,
    layout: Layout,
    clears: Clears = Clears(),
    *,
    source_order: int,
    path_literal: str,
    place: Place | None = None,
    several: bool = False,
) -> str:
    """Return the SELECT that reads a landing as rows of its object's schema.

    `several`: the path is a list of such landings, alike in all but their number and date, which are looked up in the
    table `landing_places`. A SELECT for each of them would take as long as thousands of rows.

    Every field of the schema is a column: text, a list of text for `many` fields, a timestamp for `modified_at`
    (with its raw text beside it, so that one that cannot be read is set aside and not lost). `cleared` lists the
    fields of a contact of which the row says that there is nothing. Without a `place` the
    landing is the one of its file.
    """
    place = place or Place(landing.name, landing.sequence, landing.dated, newest=True)
    present = {column.casefold(): column for column in landing.columns}
    of = f"{quote_text(f'{landing.source}/{landing.object}/')} || parse_filename({FILE}, true)"
    parts = [
        f"{of if several else quote_text(landing.id)} AS landing",
        "file_row_number AS row",
        f"{quote_text(landing.source)} AS source",
        f"{source_order}::INTEGER AS source_order",
        f"{quote_text(layout.name)} AS layout",
        f"{quote_text(landing.name)} AS file",
        f"{quote_text(place.series)} AS series",
        f"{'__sequence' if several else place.sequence}::BIGINT AS sequence",
        f"{'__dated' if several else f'TIMESTAMPTZ {quote_text(place.dated.isoformat())}'} AS dated",
    ]
    for field in SCHEMAS[landing.object].fields:
        columns = [
            present[name.casefold()] for name in layout.columns.get(field.name, ()) if name.casefold() in present
        ]
        parts.append(_expression(field, columns, layout, clears.marker))
        if field.name == "modified_at":
            parts.append(f"{_text(columns)} AS modified_text")
    if landing.object == CONTACT.name:
        parts.append(f"{_cleared(layout, present, clears)} AS cleared")
    read = controls.rows(landing, layout, path_literal, several=several)
    if several:
        known = "SELECT landing AS __landing, sequence AS __sequence, dated AS __dated FROM landing_places"
        read += f" JOIN ({known}) ON __landing = {of}"
    return f"SELECT {', '.join(parts)} FROM {read}"  # noqa: S608 - every part is quoted


def _cleared(layout: Layout, present: dict[str, str], clears: Clears) -> str:
    """The fields of which a row says that there is nothing: no cell of theirs says anything, and that means so."""
    found = []
    for name in CLEARABLE if clears.blank or clears.marker else ():
        # A whole name says the first and the last one, too.
        named = (*layout.columns.get(name, ()), *(layout.columns.get("full_name", ()) if name in NAMES else ()))
        columns = [present[given.casefold()] for given in named if given.casefold() in present]
        if not columns:
            continue
        silent = f"{_text(columns, clears.marker)} IS NULL"
        if not clears.blank:
            marked = [
                f"coalesce(trim({quote_identifier(column)}), '') = {quote_text(clears.marker or '')}"
                for column in columns
            ]
            silent += f" AND ({' OR '.join(marked)})"
        found.append(f"CASE WHEN {silent} THEN {quote_text(name)} END")
    if not found:
        return "[]::VARCHAR[]"
    return f"list_filter([{', '.join(found)}], lambda field: field IS NOT NULL)"


def _unmarked(column: str, marker: str | None) -> str:
    quoted = quote_identifier(column)
    return quoted if marker is None else f"CASE WHEN trim({quoted}) = {quote_text(marker)} THEN '' ELSE {quoted} END"


def _expression(field: Field, columns: list[str], layout: Layout, marker: str | None) -> str:
    name = quote_identifier(field.name)
    if field.many:
        cells = [_cell(column, layout, marker) for column in columns]
        if field.name == "phones":
            cells = [_on_one_line(cell) for cell in cells]
        told = quote_text(layout.told[field.name]) if field.name in layout.told else ""
        given = _list(cells, layout.separators)
        return f"{f'list_append({given}, {told})' if told else given} AS {name}"
    text = _text(columns, marker)
    if field.name == "modified_at":
        if layout.date_format:
            return f"moment(try_strptime(zoned({text}), {quote_text(layout.date_format)})::TIMESTAMPTZ) AS {name}"
        return f"moment(try_cast(zoned({text}) AS TIMESTAMPTZ)) AS {name}"
    if field.name in TIMES and layout.date_format and columns:
        return f"coalesce(try_strptime({text}, {quote_text(layout.date_format)})::VARCHAR, {text}) AS {name}"
    return f"{text} AS {name}"


def _text(columns: list[str], marker: str | None = None) -> str:
    if not columns:
        return "NULL::VARCHAR"
    cells = [f"plain_text({_unmarked(column, marker)})" for column in columns]
    return f"coalesce({', '.join(cells)})" if len(cells) > 1 else cells[0]


def _cell(column: str, layout: Layout, marker: str | None) -> str:
    label = layout.labels.get(column)
    if label is None:
        return _unmarked(column, marker)
    # coalesce: a label that is missing says nothing against the number.
    is_fax = f"contains(lower(coalesce({quote_identifier(label)}, '')), 'fax')"
    return f"CASE WHEN {is_fax} THEN '' ELSE {_unmarked(column, marker)} END"


def _on_one_line(cell: str) -> str:
    # Elsewhere a line break is as good as a blank; between two numbers it says that they are two.
    lines = f"replace(trim({cell}, ' ' || chr(10) || chr(13)), chr(13), '')"
    return f"CASE WHEN contains({cell}, chr(10)) THEN replace({lines}, chr(10), ' | ') ELSE {cell} END"


def _list(cells: list[str], separators: tuple[str, ...]) -> str:
    if not cells:
        return "[]::VARCHAR[]"
    parts = [_parted(cell, (quote_text(separator) for separator in separators)) for cell in cells]
    return parts[0] if len(parts) == 1 else f"flatten([{', '.join(parts)}])"


def _parted(cell: str, separators: Iterable[str]) -> str:
    """A cell's values as a list. Most cells hold one value or none: only what has more than that is taken apart."""
    joined, several = cell, [f"contains({cell}, '* ')", f"contains({cell}, {UNIT_SEPARATOR})"]
    for separator in separators:
        several.append(f"contains({cell}, {separator})")
        joined = f"replace({joined}, {separator}, {UNIT_SEPARATOR})"
    parts = f"list_filter(string_split({joined}, {UNIT_SEPARATOR}), lambda part: plain_text(part) IS NOT NULL)"
    # Google marks the first of several values with a star. No regular expression: a lambda compiles it again and again.
    bare = "CASE WHEN starts_with(plain_text(part), '* ') THEN substr(plain_text(part), 3) ELSE plain_text(part) END"
    parts = f"list_transform({parts}, lambda part: {bare})"
    return (
        f"CASE WHEN {' OR '.join(several)} THEN {parts} WHEN plain_text({cell}) IS NULL THEN [] "
        f"ELSE [plain_text({cell})] END"
    )


def nothing(object_name: str) -> str:
    """Return a SELECT of no rows with the columns of an object: for runs in which no source gives any."""
    columns = [
        *(f"NULL::VARCHAR AS {name}" for name in ("landing", "source", "layout", "file", "series")),
        *("NULL::BIGINT AS row", "NULL::INTEGER AS source_order", "NULL::BIGINT AS sequence"),
        *("NULL::TIMESTAMPTZ AS dated", "NULL::VARCHAR AS modified_text"),
    ]
    for field in SCHEMAS[object_name].fields:
        kind = "VARCHAR[]" if field.many else "TIMESTAMPTZ" if field.name == "modified_at" else "VARCHAR"
        columns.append(f"NULL::{kind} AS {quote_identifier(field.name)}")
    if object_name == CONTACT.name:
        columns.append("NULL::VARCHAR[] AS cleared")
    return f"SELECT {', '.join(columns)} WHERE false"

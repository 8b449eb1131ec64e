"""What the columns of a table mean that somebody named for us: our own field names first, then the words of headers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from connectors.contract import Layout
from connectors.csv_file.layouts import find_layout
from connectors.errors import SourceRefused
from connectors.records import LANDED, SCHEMAS

SEPARATORS: Final = (";", "|", '["', '","', '"]')
"""What parts the values of a cell: signs that people use, and those of a JSON list of texts."""


def named_layout(object_name: str, columns: Sequence[str], name: str, id_column: str | None = None) -> Layout:
    """Say what columns mean: one that is called as a field is that field, others by the words that headers have.

    Args:
        object_name: `contacts`, `companies` or `activities`; of activities only our own names are known.
        columns: The columns.
        name: Whose they are, for the message.
        id_column: The column with the record's own id, in whatever case.

    Raises:
        SourceRefused: They say nothing about the object.
    """
    schema = LANDED[object_name]
    present = {column.casefold(): column for column in columns}
    own = {field: (present[field],) for field in schema.names if field in present}
    if id_column and id_column.casefold() in present:
        own["source_id"] = (present[id_column.casefold()],)
    words = _words(object_name, columns, name, known=bool(own.keys() - {"source_id", "modified_at"}))
    taken = {column for found in own.values() for column in found}
    found = {
        field: own.get(field, ()) + tuple(column for column in words.get(field, ()) if column not in taken)
        if field not in own or schema.field(field).many
        else own[field]
        for field in {**own, **words}
    }
    return Layout("named", object_name, {field: given for field, given in found.items() if given}, SEPARATORS)


def _words(object_name: str, columns: Sequence[str], name: str, *, known: bool) -> Mapping[str, tuple[str, ...]]:
    if object_name in SCHEMAS:
        try:
            return find_layout(object_name, columns, name).columns
        except SourceRefused:
            if known:
                return {}
            raise
    if known:
        return {}
    raise SourceRefused(
        f"none of its {len(columns)} columns is called as a field of {object_name}.",
        name=name,
        guidance="Call columns as fields, such as `occurred_at`: docs/settings.md lists them.",
    )

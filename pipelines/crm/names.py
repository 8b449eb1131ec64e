"""A field's name in plans and the ledger ↔ its name in the bodies of the CRM's API; what a file is called."""

from __future__ import annotations

from typing import Final

from pydantic.alias_generators import to_camel, to_snake

from connectors.records import CONTACT

COLUMNS: Final = {name: str(field.column) for name, field in CONTACT.in_columns.items()}
"""The fields of a contact that have a column of their own in `current_contacts` → that column."""

NOT_EXPORTED: Final = "not_exported.parquet"
"""The file of `exports/` that says what the others lack."""

_NAMES: Final = {column: name for name, column in COLUMNS.items()}


def wire_name(field: str) -> str:
    """Return the API's name of a field: `firstName` for `first_name`, `companyId` for `company`."""
    return to_camel(COLUMNS.get(field, field))


def field_name(wire: str) -> str:
    """Return the field of an API's name: `company` for `companyId`."""
    column = to_snake(wire)
    return _NAMES.get(column, column)

"""A few rows of a table for Dagster's pages, with personal values masked."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from pipelines.lake.engine import Engine, quote_identifier
from pipelines.settings.sections import Privacy

ROWS: Final = 8
EMAIL: Final = re.compile(r"^[^@\s]+@[^@\s]+$")

COLUMNS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "landings": (("source", "object", "file", "rows", "rejected", "new"), ()),
    "records": (("source", "file", "row", "company_domain"), ("first_name", "last_name", "emails", "phones", "title")),
    "golden": (("person_id", "records"), ("first_name", "last_name", "email", "phone", "title")),
    "candidates": (("score", "evidence"), ("name_a", "name_b")),
    "current_contacts": (("crm_id", "status", "created_at"), ("first_name", "last_name", "email", "phone")),
    "plan": (("object", "op", "field", "decision", "rule", "file", "row"), ("current", "proposed")),
    "applied": (("object", "kind", "crm_id", "state", "attempts"), ("reason",)),
}
"""What a table's preview shows: columns as they are, and columns that are masked."""


def markdown(engine: Engine, table: str, privacy: Privacy) -> str:
    """The first rows of a table as a Markdown table.

    Args:
        engine: a step's database that has the table.
        table: one of `COLUMNS`.
        privacy: whether personal values are shown in full.
    """
    plain, personal = COLUMNS[table]
    wanted = ", ".join(quote_identifier(column) for column in (*plain, *personal))
    rows = engine.rows(f"SELECT {wanted} FROM {quote_identifier(table)} LIMIT {ROWS}")  # noqa: S608 - quoted
    frame = pd.DataFrame(rows, columns=[*plain, *personal], dtype=object)
    if not privacy.show_values:
        for column in personal:
            frame[column] = frame[column].map(_masked)
    return str(frame.fillna("").to_markdown(index=False))


def tally(engine: Engine, table: str, column: str) -> str:
    """How many rows of a table have each value of a column, the most frequent first, as a Markdown table."""
    rows = engine.rows(
        f"SELECT {quote_identifier(column)}, count(*) FROM {quote_identifier(table)} GROUP BY 1 ORDER BY 2 DESC, 1"  # noqa: S608 - quoted
    )
    return str(pd.DataFrame(rows, columns=[column, "rows"], dtype=object).to_markdown(index=False))


def _masked(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(masked(str(item)) for item in value)
    return "" if value is None else masked(str(value))


def masked(text: str) -> str:
    """Keep the first letter, and of an e-mail its domain: `j•••@acme.com`, `+•••`, `A•••`."""
    if EMAIL.match(text):
        return f"{text[0]}•••@{text.rpartition('@')[2]}"
    return f"{text[0]}•••" if text else ""

"""What holds of pages whoever gave them, a double or a real account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pyarrow as pa

from connectors.api import Page
from connectors.contract import REJECTED_SCHEMA
from connectors.testing.bench import rows_of

UNREADABLE: Final = ("garbage", "{}", "[]", "null", "4711", '"text"', '{"since": "yesterday"}')
"""Cursors that no source gives: a pull begins anew with each."""


def look_at_pages(pages: Sequence[Page]) -> None:
    """All pages of a pull have one schema, of text alone, and what is set aside has its own."""
    schema = pages[0].rows.schema
    assert len(schema.names) == len({name.casefold() for name in schema.names})
    assert set(schema.types) == {pa.string()}
    for page in pages:
        page.rows.validate(full=True)
        assert page.rows.schema.equals(schema)
        assert page.rejected is None or page.rejected.schema.equals(REJECTED_SCHEMA)


def sorted_rows(pages: Sequence[Page]) -> list[str]:
    """All rows as text, in an order of their own."""
    return sorted(map(str, rows_of(pages)))


def set_aside(pages: Sequence[Page]) -> list[Mapping[str, object]]:
    """The records that could not be landed."""
    return [row for page in pages if page.rejected is not None for row in page.rejected.to_pylist()]

"""Records of an API become text columns, as received."""

from __future__ import annotations

import pyarrow as pa

from connectors.rows import batch


def test_values_are_text_as_received() -> None:
    """A text stays as it is, nothing is null, and all else is its JSON."""
    found = batch(
        [{"a": " Zoë ", "b": 1, "c": True, "d": None, "e": ["x", {"y": 1.5}]}, {"a": ""}],
        ["a", "b", "c", "d", "e", "f"],
    )
    assert found.to_pylist() == [
        {"a": " Zoë ", "b": "1", "c": "true", "d": None, "e": '["x",{"y":1.5}]', "f": None},
        {"a": "", "b": None, "c": None, "d": None, "e": None, "f": None},
    ]
    assert set(found.schema.types) == {pa.string()}


def test_no_records_have_the_same_columns() -> None:
    """A page of no rows fits to the pages of the same pull."""
    assert batch([], ["a"]).schema == batch([{"a": "x"}], ["a"]).schema

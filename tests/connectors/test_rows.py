"""Records become rows of text: nothing is changed that was text, and all else is its JSON."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.rows import batch

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5) | st.sampled_from(["\x1e", ',"\\u001e",'])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b"]), VALUES)))
def test_each_value_is_its_text_or_its_json(records: list[dict[str, Any]]) -> None:
    """Whatever values stand together in a column, each becomes what it would become alone."""
    rows = batch(records, ["a", "b", "c"]).to_pylist()
    for record, row in zip(records, rows, strict=True):
        assert row["c"] is None
        for name in ("a", "b"):
            value = record.get(name)
            assert row[name] == (value if value is None or isinstance(value, str) else compact(value))


def compact(value: Any) -> str:
    """A value's JSON without blanks between."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def test_no_records_have_the_same_columns() -> None:
    """A page of no rows fits to the pages of the same pull."""
    assert batch([], ["a"]).schema == batch([{"a": "x"}], ["a"]).schema

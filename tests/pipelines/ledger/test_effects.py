"""The keys of operations."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.ledger.effects import op_key


@given(st.lists(st.text() | st.integers()), st.lists(st.text() | st.integers()))
def test_different_parts_never_share_a_key(one: list[str | int], other: list[str | int]) -> None:
    """No two lists of parts make the same key, however separators and digits are spread over them."""
    assert (op_key(*one) == op_key(*other)) == ([str(part) for part in one] == [str(part) for part in other])


def test_keys_stay_as_they_are() -> None:
    """A key is the same in every version: a changed one would send everything once more."""
    assert op_key("a", "update", "contacts", "1", 2) == (
        "9ff8229406dfde2f861edf056a8934e7d84fc7e8cf40adcde186ba0b236c7a9d"
    )

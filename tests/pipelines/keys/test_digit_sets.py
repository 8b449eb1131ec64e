"""Sets of digit strings answer as the expressions and the strings that they are made of."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.keys.phones.digit_sets import (
    EMPTY,
    NONE,
    DigitSet,
    after,
    before,
    beginning,
    count,
    matching,
    of_lengths,
    ranges,
    up_to,
    words,
)

PIECES = st.sampled_from(["1", "07", r"\d", "[0-3]", "[1457-9]", "(?:2|3[0-5])", "(4|5)", r"\d?", "[2-4]{2}", "0{1,3}"])
PATTERNS = st.lists(st.lists(PIECES, max_size=4).map("".join), min_size=1, max_size=3).map("|".join)
STRINGS = st.text("0123456789", max_size=7)


def held(digits: str, by: DigitSet) -> bool:
    """Whether a string is in a set."""
    return after(digits, by).has_empty


@settings(max_examples=150, deadline=None)
@given(PATTERNS, STRINGS)
def test_set_of_an_expression_is_what_the_expression_matches(pattern: str, digits: str) -> None:
    """A string is in the set exactly if the expression matches all of it, and `words` and `ranges` say the same."""
    made = matching(pattern)
    assert held(digits, made) == bool(re.fullmatch(pattern, digits))
    all_words = list(words(made))
    assert len(all_words) == len(set(all_words)) == count(made)
    by_range = {
        str(number).zfill(length) if length else ""
        for length, parts in ranges(made).items()
        for first, last in zip(*parts, strict=True)
        for number in range(first, last + 1)
    }
    assert by_range == set(all_words)


@settings(max_examples=150, deadline=None)
@given(PATTERNS, PATTERNS, STRINGS)
def test_sets_are_combined_as_sets_are(one: str, other: str, digits: str) -> None:
    """Union, intersection and difference hold what they should, and equal sets are one object."""
    a, b = matching(one), matching(other)
    in_a, in_b = held(digits, a), held(digits, b)
    assert held(digits, a | b) == (in_a or in_b)
    assert held(digits, a & b) == (in_a and in_b)
    assert held(digits, a - b) == (in_a and not in_b)
    assert (a - b) | (a & b) is a


def test_sets_are_cut_and_continued() -> None:
    """What follows, what goes before, what begins like a set, and what has a length."""
    made = matching("12|123|45")
    assert list(words(after("1", made))) == ["2", "23"]
    assert list(words(before("0", made))) == ["012", "0123", "045"]
    assert list(words(of_lengths(frozenset({3}), made))) == ["123"]
    assert after("9", made) is NONE
    assert list(words(beginning(matching("12"), 3))) == ["12", *(f"12{digit}" for digit in range(10))]
    assert count(up_to(3)) == 1111
    assert count(up_to(2, start="12")) == 1 + 2 + 20
    assert beginning(EMPTY, 2) is up_to(2)


@pytest.mark.parametrize("pattern", ["a", "1+", "1*", "^1", "1$", r"\w", "1??", ".", "[^1]", "1{2,}"])
def test_expression_beyond_digits_is_refused(pattern: str) -> None:
    """What the reader does not know is an error, never a guess."""
    with pytest.raises(ValueError, match="not an expression over digits"):
        matching(pattern)

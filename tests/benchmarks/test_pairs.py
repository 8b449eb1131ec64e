"""Pairs are counted from sizes as if they had been made."""

from __future__ import annotations

from itertools import combinations

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.pairs import Counted, count

LABELS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=25)


DATABASE = duckdb.connect(":memory:", config={"threads": 1})
some = settings(max_examples=40, deadline=None)


def judged(labels: list[tuple[int, int]]) -> tuple[Counted, Counted]:
    """Count a grouping of records, each given as (truth, found)."""
    columns = {name: [label[place] for label in labels] for place, name in enumerate(("truth", "found"))}
    DATABASE.register("given", pa.table({name: pa.array(values, pa.int64()) for name, values in columns.items()}))
    return count(DATABASE, "given")


@some
@given(LABELS)
def test_pairs_are_those_that_could_be_made(labels: list[tuple[int, int]]) -> None:
    """True, found and right pairs are as many as all pairs of records give one by one."""
    pairs = list(combinations(labels, 2))
    joined, _ = judged(labels)
    assert joined.true == sum(a[0] == b[0] for a, b in pairs)
    assert joined.found == sum(a[1] == b[1] for a, b in pairs)
    assert joined.right == sum(a == b for a, b in pairs)


@some
@given(LABELS)
def test_groups_are_met_when_they_are_the_same_sets(labels: list[tuple[int, int]]) -> None:
    """Groups of two and more are counted, and those that are the same set of records on both sides."""
    sets = [
        {
            frozenset(number for number, label in enumerate(labels) if label[side] == name)
            for name in {label[side] for label in labels}
        }
        for side in (0, 1)
    ]
    true, found = ({group for group in groups if len(group) > 1} for groups in sets)
    _, groups = judged(labels)
    assert groups == Counted(len(true), len(found), len(true & found))


def test_shares_are_of_what_was_found_and_of_what_is_true() -> None:
    """Precision is right of found, recall right of true, F1 their harmonic mean; nothing found is nothing wrong."""
    counted = Counted(true=8, found=4, right=2)
    assert (counted.precision, counted.recall) == (0.5, 0.25)
    assert abs(counted.f1 - 1 / 3) < 1e-12
    assert (Counted(8, 0, 0).precision, Counted(8, 0, 0).f1) == (1.0, 0.0)

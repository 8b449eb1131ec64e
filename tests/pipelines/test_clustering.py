"""Edges become connected components."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.clustering import components
from pipelines.engine import Engine, engine
from pipelines.lake import Lake
from pipelines.settings import Limits

Edges = list[tuple[str, str]]


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for all examples: the tables are replaced each time."""
    with engine(Lake(tmp_path_factory.mktemp("data")), "run", Limits()) as opened:
        yield opened


def found(step: Engine, edges: Edges) -> set[frozenset[str]]:
    """The components that the code under test finds."""
    step.put(
        "edges",
        pa.table(
            {"a": pa.array([a for a, _ in edges], pa.string()), "b": pa.array([b for _, b in edges], pa.string())}
        ),
    )
    components(step)
    groups: dict[int, set[str]] = {}
    for name, component in step.rows("SELECT name, component FROM components"):
        groups.setdefault(component, set()).add(name)
    return {frozenset(group) for group in groups.values()}


def expected(edges: Iterable[tuple[str, str]]) -> set[frozenset[str]]:
    """The components by the simplest union-find."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for a, b in edges:
        parent[root(a)] = root(b)
    groups: dict[str, set[str]] = {}
    for name in list(parent):
        groups.setdefault(root(name), set()).add(name)
    return {frozenset(group) for group in groups.values()}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 30).map(str)] * 2), max_size=40))
def test_components_are_those_of_union_find(step: Engine, edges: Edges) -> None:
    """For any graph, loops and repeated edges included."""
    assert found(step, edges) == expected(edges)


def test_long_path_is_one_component(step: Engine) -> None:
    """5,000 nodes in a row, in an order that helps nobody."""
    numbers = [str(number * 7919 % 5_000) for number in range(5_000)]
    assert found(step, list(pairwise(numbers))) == {frozenset(numbers)}


def test_name_is_only_a_name(step: Engine) -> None:
    """Quotes, blanks, an empty name and other scripts are names like any other."""
    assert found(step, [("", "a'b"), ('"; drop', "ä"), ("ä", "Ä")]) == {
        frozenset({"", "a'b"}),
        frozenset({'"; drop', "ä", "Ä"}),
    }

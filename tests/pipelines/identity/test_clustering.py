"""Edges become connected components."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import log2

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.identity.clustering import components
from pipelines.lake.engine import Engine, engine
from pipelines.lake.lake import Lake

Edges = list[tuple[int, int]]


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for all examples: the tables are replaced each time."""
    with engine(Lake(tmp_path_factory.mktemp("data")), "run", memory="2GB", threads=2) as opened:
        yield opened


def rounds_of(step: Engine, edges: Edges) -> int:
    """Let the code under test make the table `found`; return how many rounds it took."""
    step.put(
        "given_edges",
        pa.table({"a": pa.array([a for a, _ in edges], pa.int64()), "b": pa.array([b for _, b in edges], pa.int64())}),
    )
    return components(step, "given_edges", into="found")


def found(step: Engine, edges: Edges) -> set[frozenset[int]]:
    """The components that the code under test finds."""
    rounds_of(step, edges)
    groups: dict[int, set[int]] = {}
    for node, component in step.rows("SELECT node, component FROM found"):
        groups.setdefault(component, set()).add(node)
    return {frozenset(group) for group in groups.values()}


def expected(edges: Iterable[tuple[int, int]]) -> set[frozenset[int]]:
    """The components by the simplest union-find."""
    parent: dict[int, int] = {}

    def root(name: int) -> int:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for a, b in edges:
        parent[root(a)] = root(b)
    groups: dict[int, set[int]] = {}
    for name in list(parent):
        groups.setdefault(root(name), set()).add(name)
    return {frozenset(group) for group in groups.values()}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 30)] * 2), max_size=40))
def test_components_are_those_of_union_find(step: Engine, edges: Edges) -> None:
    """For any graph, loops and repeated edges included."""
    assert found(step, edges) == expected(edges)


def test_long_path_is_one_component(step: Engine) -> None:
    """5,000 nodes in a row, in an order that helps nobody."""
    numbers = [number * 7919 % 5_000 for number in range(5_000)]
    assert found(step, list(pairwise(numbers))) == {frozenset(numbers)}


def test_large_star_is_one_component(step: Engine) -> None:
    """A hub that nobody guarded: 5,000 nodes at one, which is not the least of them."""
    assert found(step, [(4_321, number) for number in range(5_000)]) == {frozenset(range(5_000))}


NODES = 8_000
COMB = [(spine, spine + 1) for spine in range(NODES // 2 - 1)] + [(at, at + NODES // 2) for at in range(NODES // 2)]
DRAWN = random.Random(1)  # noqa: S311 - no secret
SHAPES: dict[str, Edges] = {
    "path": list(pairwise(range(NODES))),
    "star": [(0, number) for number in range(1, NODES)],
    "comb": COMB,
    "random": [(DRAWN.randrange(NODES), DRAWN.randrange(NODES)) for _ in range(NODES)],
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("order", ["along", "against", "zigzag", "shuffled"])
def test_rounds_are_logarithmic_in_every_order_of_numbers(step: Engine, shape: str, order: str) -> None:
    """No numbering of the nodes of a path, a star, a comb or a random graph needs more than twice the logarithm."""
    numbers = {
        "along": list(range(NODES)),
        "against": list(reversed(range(NODES))),
        "zigzag": [number // 2 if number % 2 else NODES - 1 - number // 2 for number in range(NODES)],
        "shuffled": DRAWN.sample(range(NODES), NODES),
    }[order]
    assert rounds_of(step, [(numbers[a], numbers[b]) for a, b in SHAPES[shape]]) <= 2 * log2(NODES)

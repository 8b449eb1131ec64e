"""The throughput benchmark measures what it says."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from benchmarks import throughput
from benchmarks.throughput_server import Bucket, served


def test_the_limited_server_takes_in_its_rate() -> None:
    """As many at once as it takes in a second, then one for each gap."""
    now = 0.0
    bucket = Bucket(5, lambda: now)
    assert [bucket.take() for _ in range(6)] == [True] * 5 + [False]
    now = 0.2
    assert [bucket.take(), bucket.take()] == [True, False]


def test_both_sides_send_the_same() -> None:
    """The bare loops' creates and updates are those of our operations, to the contacts that are there."""
    ids = ["a", "b", "c"]
    (ours,), ((method, path, bare),) = throughput.operations("create", 1, ids), throughput.requests("create", 1, ids)
    assert (method, path.rpartition("/")[2]) == ("POST", "contacts")
    assert ours.body.keys() == bare.keys()
    changes = throughput.requests("update", 3, ids)
    assert [path.rpartition("/")[2] for _, path, _ in changes] == ids
    assert [operation.crm_id for operation in throughput.operations("update", 3, ids)] == ids


def test_ways_take_turns() -> None:
    """Each way is measured once a round, and stands as its median."""
    order: list[str] = []
    values = iter([5.0, 1.0, 3.0, 2.0, 4.0, 9.0])

    def way(name: str) -> throughput.Way:
        async def measured() -> float:
            order.append(name)
            return next(values)

        return measured

    assert asyncio.run(throughput.in_turns({"a": way("a"), "b": way("b")}, 3)) == {"a": 4.0, "b": 2.0}
    assert order == ["a", "b"] * 3


@pytest.mark.parametrize("kind", ["create", "update", "read"])
def test_every_way_carries_out_its_calls(tmp_path: Path, kind: str) -> None:
    """Against a real server, each way of each kind ends with every call answered."""

    async def run(base: str) -> dict[str, float]:
        token, ids = await throughput.prepare(base, 10)
        return await throughput.compare_one(base, kind, token, ids, 1)

    with served(tmp_path) as base:
        figures = asyncio.run(run(base))
    assert {"ours", "bare", "httpx", "aiohttp", "ours_to_bare"} <= figures.keys()
    assert all(value > 0 for value in figures.values())

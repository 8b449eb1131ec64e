"""Writes from event loops: together in a commit, each with an answer of its own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from connectors.giant_context.server.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with a table for these tests."""
    opened = Store(tmp_path)
    opened.write(lambda connection: connection.execute("CREATE TABLE noted (n INTEGER UNIQUE)") and None).result()
    yield opened
    opened.close()


def note(connection: sqlite3.Connection, number: int) -> int:
    """Keep a number that is not there yet."""
    connection.execute("INSERT INTO noted VALUES (?)", (number,))
    return number


def noted(store: Store) -> list[int]:
    """What was kept."""
    with store.snapshot() as connection:
        return [row[0] for row in connection.execute("SELECT n FROM noted ORDER BY n")]


def test_each_caller_hears_of_its_own_write(store: Store) -> None:
    """In one group some fail and some succeed, and each caller gets its own value or error."""

    async def run() -> list[object]:
        jobs = (partial(note, number=number // 2) for number in range(20))
        return list(await asyncio.gather(*(store.written(job) for job in jobs), return_exceptions=True))

    answers = asyncio.run(run())
    assert answers[::2] == noted(store) == list(range(10))
    assert all(isinstance(answer, sqlite3.IntegrityError) for answer in answers[1::2])


def test_a_caller_who_gives_up_in_time_leaves_no_effect(store: Store) -> None:
    """A write that is cancelled before its turn is not made; its neighbours are."""

    async def run() -> None:
        calls = [asyncio.create_task(store.written(partial(note, number=number))) for number in range(3)]
        await asyncio.sleep(0)
        calls[1].cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    asyncio.run(run())
    assert noted(store) == [0, 2]


def test_a_closed_store_says_so(store: Store) -> None:
    """Who writes after the end hears it at once instead of waiting for ever."""
    store.close()
    with pytest.raises(RuntimeError, match="closed"):
        asyncio.run(store.written(partial(note, number=1)))


def test_loops_one_after_another_are_served(store: Store) -> None:
    """A loop that ended while its writes were under way harms neither them nor the next loop."""

    async def leave() -> None:
        task = asyncio.create_task(store.written(partial(note, number=1)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task

    asyncio.run(leave())
    assert asyncio.run(store.written(partial(note, number=2))) == 2
    assert set(noted(store)) - {1} == {2}

"""Readers that wait, read from asynchronous code."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Generator
from typing import Any

import pytest

from connectors.threads import in_a_thread
from tests.connectors.pulled import source

ENDLESS = "SELECT count(*) AS id FROM range(10_000_000_000) a, range(10_000) b WHERE a.range * b.range = 7"


async def _listed(items: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in items]


def test_a_generator_lives_in_one_thread() -> None:
    """It is run and closed in a thread that is not the caller's, also where the caller has had enough."""
    seen: list[int] = []

    def counted() -> Generator[int, None, None]:
        try:
            for number in range(10):
                seen.append(threading.get_ident())
                yield number
        finally:
            seen.append(threading.get_ident())

    async def some() -> None:
        items: Any = in_a_thread(counted)
        assert [await anext(items), await anext(items)] == [0, 1]
        await items.aclose()

    asyncio.run(some())
    assert (len(seen), len(set(seen))) == (3, 1)
    assert threading.get_ident() not in seen
    assert asyncio.run(_listed(in_a_thread(counted))) == list(range(10))


def test_its_errors_are_the_callers() -> None:
    """What it raises comes out as it is."""

    def failing() -> Generator[int, None, None]:
        yield 1
        raise LookupError("two")

    with pytest.raises(LookupError, match="two"):
        asyncio.run(_listed(in_a_thread(failing)))


@pytest.mark.parametrize("attach", [None, "x.sqlite"])
def test_a_query_that_takes_long_can_be_stopped(attach: str | None, tmp_path: Any) -> None:
    """A run that is stopped does not wait for the database."""
    options: dict[str, Any] = {"query": ENDLESS, "folder": tmp_path}
    if attach is not None:
        (tmp_path / attach).touch()
        ones = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS id FROM n"
        options = {"query": ones, "attach": tmp_path / attach}
    of = source("sql", object="contacts", **options)

    async def stopped() -> None:
        async with of:
            await asyncio.wait_for(_listed(of.pull("contacts", None)), 0.5)

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        asyncio.run(stopped())
    assert time.monotonic() - began < 10

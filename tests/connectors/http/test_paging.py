"""Numbered pages: they end, notice loops, and believe the size that the server answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from connectors.errors import ProtocolError
from connectors.http.paging import NumberedPage, numbered_pages

Rule = Callable[[int, int], NumberedPage[int]]


def honest(total: int, largest: int = 100) -> Rule:
    """Return a list of 0 … total-1 that serves at most `largest` items a page."""

    def page(number: int, size: int) -> NumberedPage[int]:
        size = min(size, largest)
        return NumberedPage(list(range(total))[(number - 1) * size : number * size], number, size, total)

    return page


def walk(rule: Rule, size: int = 10, concurrency: int = 1) -> tuple[list[int], list[tuple[int, int]], int]:
    """Return the items, the calls made, and how many were under way at most."""
    calls: list[tuple[int, int]] = []
    under_way = most = 0

    async def fetch(number: int, size: int) -> NumberedPage[int]:
        nonlocal under_way, most
        calls.append((number, size))
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return rule(number, size)

    async def run() -> list[int]:
        pages = numbered_pages(fetch, size=size, route="…/things", concurrency=concurrency)
        return [item async for page in pages for item in page.items]

    return asyncio.run(run()), calls, most


@pytest.mark.parametrize("concurrency", [1, 3, 50])
@pytest.mark.parametrize("total", [0, 1, 9, 10, 11, 95])
def test_every_item_comes_once_in_order(total: int, concurrency: int) -> None:
    """A list at rest is yielded whole, whatever its length and the number of calls under way."""
    items, calls, most = walk(honest(total), concurrency=concurrency)
    assert items == list(range(total))
    assert len(calls) == max(1, -(-total // 10))
    assert most <= concurrency


def test_a_smaller_page_size_is_believed() -> None:
    """When page 1 answers with a smaller size, the following pages are asked for with that."""
    items, calls, _ = walk(honest(25, largest=10), size=200)
    assert items == list(range(25))
    assert calls == [(1, 200), (2, 10), (3, 10)]


@pytest.mark.parametrize("concurrency", [1, 4])
def test_another_page_than_asked_is_an_error(concurrency: int) -> None:
    """A server that answers page 1 to everything is found out at once."""
    with pytest.raises(ProtocolError, match="asked for page 2, got page 1"):
        walk(lambda _number, size: honest(50)(1, size), concurrency=concurrency)


def test_a_repeated_page_is_an_error() -> None:
    """A server that numbers its pages rightly but always serves the same items is found out, too."""
    with pytest.raises(ProtocolError, match="repeats"):
        walk(lambda number, size: NumberedPage(range(size), number, size, 50))


def test_a_repeated_page_in_a_growing_list_is_no_error() -> None:
    """A page's worth of new items pushes the old ones onto the next page."""
    pages = {1: NumberedPage([3, 4], 1, 2, 4), 2: NumberedPage([3, 4], 2, 2, 6), 3: NumberedPage([5, 6], 3, 2, 6)}
    assert walk(lambda number, _size: pages[number], size=2)[0] == [3, 4, 3, 4, 5, 6]


def test_a_list_that_shrinks_ends_early() -> None:
    """A page behind the new end stops the walk, even when the server answers its last page instead."""

    def shrinking(number: int, size: int) -> NumberedPage[int]:
        return honest(30)(1, size) if number == 1 else honest(8)(1, size)

    assert walk(shrinking)[0] == list(range(10))


@pytest.mark.parametrize(("size", "total"), [(0, 5), (-1, 5), (10, -1)])
def test_senseless_numbers_are_an_error(size: int, total: int) -> None:
    """A size below one or a negative total is refused, on the first page and later."""
    with pytest.raises(ProtocolError, match="size"):
        walk(lambda number, _size: NumberedPage([1], number, size, total))
    with pytest.raises(ProtocolError, match="size"):
        walk(lambda number, asked: NumberedPage([1], number, *((asked, 500) if number == 1 else (-1, 500))))


def test_empty_pages_end_a_list_with_a_huge_total() -> None:
    """A total that promises pages without end does not make the walk endless."""
    _, calls, _ = walk(lambda number, size: NumberedPage(range(size if number == 1 else 0), number, size, 10**12))
    assert len(calls) == 2


def test_calls_under_way_are_cancelled_when_one_fails() -> None:
    """Nothing goes on in the background after an error."""
    cancelled: list[int] = []

    async def fetch(number: int, size: int) -> NumberedPage[int]:
        if number == 2:
            raise ProtocolError("broken", method="GET", route="…/things")
        if number > 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.append(number)
                raise
        return honest(50)(number, size)

    async def run() -> None:
        async for _ in numbered_pages(fetch, size=10, route="…/things", concurrency=3):
            pass

    with pytest.raises(ProtocolError, match="broken"):
        asyncio.run(run())
    assert cancelled == [3, 4]

"""Walking a list that is served in numbered pages, counted from 1.

It ends whatever the server does: the number of pages follows from the answered total, an empty page ends the list,
and a page that is not the one asked for, or that repeats the one before, is an error.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from connectors.errors import ProtocolError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NumberedPage(Generic[T]):
    """One page as the server describes it; `size` is what it used, not what was asked."""

    items: Sequence[T]
    number: int
    size: int
    total: int

    @property
    def last_number(self) -> int:
        """The number of the last page, 1 for an empty list."""
        return max(1, -(-self.total // max(1, self.size)))


FetchPage = Callable[[int, int], Awaitable[NumberedPage[T]]]


async def numbered_pages(
    fetch: FetchPage[T], *, size: int, route: str, concurrency: int = 1, first: int = 1
) -> AsyncGenerator[NumberedPage[T]]:
    """Yield the pages in their order, page `first` first, with up to `concurrency` of the later ones under way.

    Args:
        fetch: Takes a page's number and size. A smaller size answered with the first page holds for all that follow.
        size: Items a page.
        route: Names the list in errors.
        concurrency: 1 sends each call after the page before was consumed; more reads ahead, and then rows that
            shift while it walks may be missed.
        first: The page to begin with.

    Raises:
        ProtocolError: Another page than asked was answered, a page repeats, or a size or total makes no sense.
    """
    before = await fetch(first, size)
    _check(before, first, None, route)
    yield before
    size, number = before.size, first
    under_way: deque[asyncio.Future[NumberedPage[T]]] = deque()
    try:
        while number < before.last_number or under_way:
            while len(under_way) < concurrency and number + len(under_way) < before.last_number:
                under_way.append(asyncio.ensure_future(fetch(number + len(under_way) + 1, size)))
            if not under_way:
                return
            page = await under_way[0]
            under_way.popleft()
            number += 1
            if number > page.last_number or not page.items:  # the list shrank meanwhile
                return
            _check(page, number, before, route)
            yield page
            before = page
    finally:
        for call in under_way:
            call.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


def _check(page: NumberedPage[T], asked: int, before: NumberedPage[T] | None, route: str) -> None:
    def refuse(reason: str) -> ProtocolError:
        return ProtocolError(reason, method="GET", route=route)

    if page.number != asked:
        raise refuse(f"asked for page {asked}, got page {page.number}")
    if page.size < 1 or page.total < 0:
        raise refuse(f"page {asked} has size {page.size} and total {page.total}")
    # In a growing list a repeat is honest: a page's worth of new items pushed the old ones along.
    if before is not None and page.items == before.items and page.total <= before.total:
        raise refuse(f"page {asked} repeats page {asked - 1}")

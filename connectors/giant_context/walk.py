"""Reading a whole list while others write to it.

The lists are paged by offset, so rows shift between pages. New rows at the head only repeat rows in a forward walk,
and reading the head again finds them. A row that moves or disappears may hide another one; that shows in the unique
count against the total, or in a total that drops, and then the list is walked again, strictly one page after another.
The order of a list is not relied upon. Known limit: a hidden row stays unnoticed when, between two neighbouring
calls, a removal, an addition and a move outweigh each other exactly.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from connectors.errors import ProtocolError
from connectors.giant_context.wire import Activity, Company, Contact, Page
from connectors.http.paging import NumberedPage, numbered_pages

T = TypeVar("T", Contact, Company, Activity)

MAX_HEAD_READS = 20

LONGEST_SEARCH = 100
"""Letters of a search: servers refuse long ones, and the start of a name finds the whole."""


@dataclass(frozen=True, slots=True)
class WalkReport:
    """How a walk ended.

    `total` is the server's last count, `unique` what the last pass saw, `seen` everything ever yielded (more than
    `unique` when rows vanished between passes). Not `complete` means: absence from this walk proves nothing.
    """

    total: int
    unique: int
    seen: int
    passes: int
    complete: bool


class Walk(Generic[T]):
    """One full walk: iterate it once for batches of items, then read `report`.

    A batch holds what was not yielded before, and again what was yielded with an older `updatedAt`: keep the last
    by id. Memory holds the ids, never the items.
    """

    def __init__(
        self,
        fetch: Callable[[int, int], Awaitable[Page[T]]],
        *,
        page_size: int = 200,
        concurrency: int = 4,
        passes: int = 3,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Prepare the walk.

        Args:
            fetch: Takes page and page size, such as `GiantContext.list_contacts`.
            page_size: Items a page; a smaller size answered by the server is believed.
            concurrency: Pages under way in the first pass. Later passes go one by one.
            passes: How often at most the list is walked.
            on_progress: Called after each page with (items seen in this pass, total).
        """
        self._fetch: Callable[[int, int], Awaitable[Page[T]]] = fetch
        self._size = page_size
        self._concurrency = concurrency
        self._passes = passes
        self._on_progress = on_progress
        self._known: dict[str, datetime | None] = {}
        self._report: WalkReport | None = None
        self._restart()

    @property
    def report(self) -> WalkReport:
        """How it ended; RuntimeError before the iteration has ended."""
        if self._report is None:
            raise RuntimeError("The walk has not ended yet.")
        return self._report

    def __aiter__(self) -> AsyncIterator[list[T]]:
        return self._walk()

    def _restart(self) -> None:
        self._ids: set[str] = set()  # seen in this pass
        self._total = self._highest = 0
        self._shaken = False

    async def _walk(self) -> AsyncGenerator[list[T]]:
        complete = False
        number = 0
        while number < self._passes and not complete:
            number += 1
            self._restart()
            async with aclosing(self._pass(self._concurrency if number == 1 else 1)) as batches:
                async for batch in batches:
                    if batch:
                        yield batch
            complete = not self._shaken and len(self._ids) == self._total
        self._report = WalkReport(self._total, len(self._ids), len(self._known), number, complete)

    async def _pass(self, concurrency: int) -> AsyncGenerator[list[T]]:
        pages = numbered_pages(self._read, size=self._size, route="the list's walk", concurrency=concurrency)
        count, size = 0, self._size
        async with aclosing(pages):
            async for page in pages:
                count += 1
                size = page.size if count == 1 else size
                self._shaken |= page.size != size
                yield self._take(page)[0]
        if count == 1 and page.last_number == 1:
            return  # one answer held it all: nothing could shift
        async with aclosing(self._head(size)) as batches:
            async for batch in batches:
                yield batch

    async def _head(self, size: int) -> AsyncGenerator[list[T]]:
        """Read from page 1 down to a page without news, until page 1 itself has none."""
        number = 1
        for _ in range(MAX_HEAD_READS):
            page = await self._read(number, size)
            if page.number != number:
                reason = f"asked for page {number}, got page {page.number}"
                raise ProtocolError(reason, method="GET", route="the list's head")
            batch, news = self._take(page)
            yield batch
            if not news and number == 1:
                return
            number = number + 1 if news and number < page.last_number else 1
        self._shaken = True

    async def _read(self, number: int, size: int) -> NumberedPage[T]:
        page = await self._fetch(number, size)
        self._shaken |= page.meta.total < self._highest  # in the order of arrival
        self._highest = max(self._highest, page.meta.total)
        return NumberedPage(page.data, page.meta.page, page.meta.page_size, page.meta.total)

    def _take(self, page: NumberedPage[T]) -> tuple[list[T], bool]:
        """Return what is to be yielded of a page, and whether the pass learned anything from it."""
        batch: list[T] = []
        news = False
        for item in page.items:
            changed = None if isinstance(item, Activity) else item.updated_at
            unknown = item.id not in self._known
            known = self._known.get(item.id)
            # Pages read ahead may arrive out of time: an older state never replaces a newer one.
            if unknown or (changed is not None and known is not None and changed > known):
                self._known[item.id] = changed
                batch.append(item)
                news = True
            if item.id not in self._ids:
                self._ids.add(item.id)
                news = True
        self._total = page.total
        if self._on_progress:
            self._on_progress(len(self._ids), page.total)
        return batch, news


def searched(list_page: Callable[..., Awaitable[Page[T]]], term: str) -> Walk[T]:
    """A walk over what the search of a list finds, such as `GiantContext.list_contacts`."""

    async def page(number: int, size: int) -> Page[T]:
        return await list_page(page=number, page_size=size, search=term[:LONGEST_SEARCH])

    return Walk(page)

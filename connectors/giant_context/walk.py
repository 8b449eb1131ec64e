"""Reading a whole list while others write to it.

The lists are paged by offset, so rows shift between pages. New rows at the head only repeat rows in a forward walk,
and reading the head again finds them. A row that moves or disappears may hide another one; that shows in the unique
count against the total, or in a total that drops, and then the list is walked again, strictly one page after another.
The order of a list is not relied upon. Known limit: a hidden row stays unnoticed when, between two neighbouring
calls, a removal, an addition and a move outweigh each other exactly.

A page that the server cannot give is asked for again in smaller pages, down to the one row that spoils it: the walk
goes on with the others and reports its place. Many such rows are taken for what they are, a server in trouble.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, Generic, TypeVar

from connectors.errors import CallError, NotApplied, ProtocolError
from connectors.giant_context.wire import Activity, Company, Contact, Page
from connectors.http.paging import NumberedPage, numbered_pages

T = TypeVar("T", Contact, Company, Activity)

MAX_HEAD_READS = 20

LONGEST_SEARCH = 100
"""Letters of a search: servers refuse long ones, and the start of a name finds the whole."""


MAX_UNREAD = 20
"""So many rows may be unreadable; with more the list is."""

ATTEMPTS_AT_PARTS: Final = 2
"""How often a part of a page is asked for that failed whole, however patiently it was asked for."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that could not be read: its place in the list, counted from 1, and what the server answered."""

    place: int
    reason: str


@dataclass(frozen=True, slots=True)
class WalkReport:
    """How a walk ended.

    `total` is the server's last count, `unique` what the last pass saw, `seen` everything ever yielded (more than
    `unique` when rows vanished between passes). Not `complete` means: absence from this walk proves nothing. `settled`
    means that all was met but for the rows of `unread`, which are there, whatever they are.
    """

    total: int
    unique: int
    seen: int
    passes: int
    complete: bool
    settled: bool
    unread: tuple[Unread, ...] = ()


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
        fetch_part: Callable[[int, int], Awaitable[Page[T]]] | None = None,
    ) -> None:
        """Prepare the walk.

        Args:
            fetch: Takes page and page size, such as `GiantContext.list_contacts`.
            page_size: Items a page; a smaller size answered by the server is believed.
            concurrency: Pages under way in the first pass. Later passes go one by one.
            passes: How often at most the list is walked.
            on_progress: Called after each page with (items seen in this pass, total).
            fetch_part: Fetches the parts of a page that failed: it need not be as patient as `fetch`.
        """
        self._fetch: Callable[[int, int], Awaitable[Page[T]]] = fetch
        self._fetch_part: Callable[[int, int], Awaitable[Page[T]]] = fetch_part or fetch
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

    async def page(self, number: int, size: int | None = None) -> NumberedPage[T]:
        """One page alone, of this size or of the walk's, without the rows of it that the server cannot show.

        Raises:
            CallError: nothing of it can be read.
        """
        return await self._read(number, size or self._size)

    def _restart(self) -> None:
        self._ids: set[str] = set()  # seen in this pass
        self._total = self._highest = 0
        self._shaken = False
        self._unread: dict[int, Unread] = {}  # by place
        self._spoilt: dict[tuple[int, int], CallError] = {}  # by a page's number and size
        self._totals: set[int] = set()

    async def _walk(self) -> AsyncGenerator[list[T]]:
        settled = False
        number = 0
        while number < self._passes and not settled:
            number += 1
            self._restart()
            async with aclosing(self._pass(self._concurrency if number == 1 else 1)) as batches:
                async for batch in batches:
                    if batch:
                        yield batch
            # A place means a row only as long as no row moves.
            shaken = self._shaken or (self._unread and len(self._totals) > 1)
            settled = not shaken and len(self._ids) + len(self._unread) == self._total
        unread = tuple(self._unread[place] for place in sorted(self._unread))
        complete = settled and not unread
        self._report = WalkReport(
            self._total, len(self._ids), len(self._known), number, complete=complete, settled=settled, unread=unread
        )

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

    async def _read(self, number: int, size: int, *, part: bool = False) -> NumberedPage[T]:
        """A page; of one that the server cannot give, what can be read of it."""
        failure = self._spoilt.get((number, size))
        if failure is None:
            try:
                page = await (self._fetch_part if part else self._fetch)(number, size)
            except CallError as error:
                if not tells_of_content(error):
                    raise
                self._spoilt[number, size] = failure = error
            else:
                self._totals.add(page.meta.total)
                self._shaken |= page.meta.total < self._highest  # in the order of arrival
                self._highest = max(self._highest, page.meta.total)
                return NumberedPage(page.data, page.meta.page, page.meta.page_size, page.meta.total)
        return await self._parts(number, size, failure)

    async def _parts(self, number: int, size: int, failure: CallError) -> NumberedPage[T]:
        """Read a spoilt page in the fewest equal parts, and a part that is spoilt in parts again."""
        if size == 1:
            self._unread[number] = Unread(number, str(failure))
            if len(self._unread) > MAX_UNREAD:
                raise failure
            return NumberedPage([], number, 1, 0)
        parts = next(count for count in range(2, size + 1) if size % count == 0)
        items: list[T] = []
        total = 0
        for part in range((number - 1) * parts + 1, number * parts + 1):
            page = await self._read(part, size // parts, part=True)
            if page.size != size // parts:  # pages of another size than asked for are no parts of this one
                raise failure
            items += page.items
            total = max(total, page.total)
            if 0 < total <= part * page.size:
                break
        if not total:  # not one part could be read: that is no matter of single rows
            raise failure
        return NumberedPage(items, number, size, total)

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


def tells_of_content(error: CallError) -> bool:
    """Whether an error is about what was to be read, and not about the server or the way to it.

    It stumbled over a row (500), or the row that it gave cannot be used.
    """
    return isinstance(error, ProtocolError) or (isinstance(error, NotApplied) and error.status == 500)


def over(list_page: Callable[..., Awaitable[Page[T]]], **options: Any) -> Walk[T]:
    """A walk over a list, such as `GiantContext.list_contacts`; `options` are those of `Walk`."""
    return Walk(list_page, fetch_part=partial(list_page, attempts=ATTEMPTS_AT_PARTS), **options)


def searched(list_page: Callable[..., Awaitable[Page[T]]], term: str) -> Walk[T]:
    """A walk over what the search of a list finds, such as `GiantContext.list_contacts`."""
    return over(partial(list_page, search=term[:LONGEST_SEARCH]))

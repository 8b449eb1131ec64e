"""Reading a whole list page after page, so that it can be left at any page and taken up in a later process.

`walk` may walk a list several times, and remembers all ids: both die with the process. A sweep goes through it once,
and each page leaves a `Place`. That is sound because of what its reader does: whatever changed since the sweep began is
read again by the next pull. So a sweep owes only the rows that nobody touched since then, and those keep their order:
rows that were added push them along, and some come twice; rows that were removed, or moved, let some slip by.
The rows are counted, over all processes, against what the list had at first. Where one may have slipped by, because
fewer were seen or a total dropped, the list is walked as `walk` does, until that settles.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from connectors.errors import NotApplied
from connectors.giant_context.walk import Unread, over
from connectors.giant_context.wire import Activity, Company, Contact, Page
from connectors.http.paging import NumberedPage, numbered_pages

T = TypeVar("T", Contact, Company, Activity)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sweep can be taken up: at this page of pages of this size."""

    page: int
    size: int
    seen: int
    """How many rows were seen on the pages before."""
    owed: int
    """How many rows the list had when the sweep began."""


@dataclass(slots=True)
class Swept(Generic[T]):
    """Rows that were not given before, or are newer than when they were given."""

    items: list[T]
    place: Place | None = None
    """Where to take up the sweep once these rows are kept; None: not here."""


@dataclass(slots=True)
class Sweep(Generic[T]):
    """One sweep: iterate `swept` once; then `unread` lists the rows that the server could not show."""

    fetch: Callable[..., Awaitable[Page[T]]]
    """A list of the client, such as `GiantContext.list_contacts`."""
    name: str
    """Names the list in errors."""
    size: int
    """Rows a page."""
    now: Callable[[], datetime]
    """The server's time, once it answered."""
    began: datetime | None = None
    """When the sweep began, by the server's clock; None before its first answer."""
    place: Place | None = None
    """Where a former sweep that began then was left."""
    until: datetime | None = None
    """Of a list that is documented as newest first: older rows than this are not needed."""
    unread: list[Unread] = field(default_factory=list)
    _given: dict[str, datetime] = field(default_factory=dict)

    async def swept(self) -> AsyncGenerator[Swept[T]]:
        """Yield the rows of each page, from `place` on where there is one.

        Raises:
            NotApplied: the list kept changing; what was given is right, and something may be missing.
            CallError: a page cannot be read.
        """
        walk, place = over(self.fetch, page_size=self.size), self.place
        first, size = (place.page, place.size) if place else (1, self.size)
        seen, owed, highest = (place.seen, place.owed, 0) if place else (0, 0, 0)
        shaken = enough = False
        async with aclosing(numbered_pages(walk.page, size=size, route=f"…/{self.name}", first=first)) as pages:
            async for page in pages:
                self.began = began = self.began or self.now()
                owed = owed or page.total
                shaken |= page.total < highest
                highest = max(highest, page.total)
                # What was touched since may have been counted before the sweep was left.
                fresh = (one for one in page.items if one.id not in self._given)
                seen += sum(place is None or changed(one) < began for one in fresh)
                enough = self._is_enough(page)
                leads_on = page.number < page.last_number and not shaken
                here = Place(page.number + 1, page.size, seen, owed) if leads_on else None
                yield Swept(self._take(page.items), here)
                if enough:
                    break
        if shaken or (seen < owed and not enough):
            async for items in self._anew():
                yield Swept(items)

    async def _anew(self) -> AsyncGenerator[list[T]]:
        """Walk the list until that settles, and yield what was not given."""
        walk = over(self.fetch, page_size=self.size)
        async for items in walk:
            yield self._take(items)
        report = walk.report
        self.unread = list(report.unread)
        if not report.settled:
            raise NotApplied(
                f"the list kept changing: {report.unique} of {report.total} met in {report.passes} walks",
                method="GET",
                route=f"…/{self.name}",
                guidance="Run again when fewer people write to it.",
            )

    def _take(self, items: Any) -> list[T]:
        fresh = [one for one in items if (before := self._given.get(one.id)) is None or changed(one) > before]
        self._given.update((one.id, changed(one)) for one in fresh)
        return fresh

    def _is_enough(self, page: NumberedPage[T]) -> bool:
        """Whether all further rows are older than needed, on a page that is in the order that is documented."""
        times = [changed(one) for one in page.items]
        return self.until is not None and bool(times) and times[-1] < self.until and times == sorted(times)[::-1]


def changed(item: Contact | Company | Activity) -> datetime:
    """When a row changed last; an activity never changes."""
    return item.created_at if isinstance(item, Activity) else item.updated_at

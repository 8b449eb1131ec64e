"""Walking a list in the order of its records' ids: by v2's cursors, or by v1's numbers of records.

Ids are unique and never change, so there are no ties to part and no record changes its place while the list is walked.
What the server wants to hear to go on (its cursor, how many records lie before) is a hint: where it is refused or has
become wrong, the list is walked again, and records up to the last id that was given are passed over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.errors import ProtocolError, Rejected

LIMIT: Final = 500
"""Records a page: the most that the API gives."""

REFUSED: Final = (400, 410, 422)
"""How a cursor is refused that is wrong or has expired."""

RESTARTS: Final = 3
"""How often a walk begins anew without having come further."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A page as the server gave it."""

    records: list[Any]
    more: str | None
    """The cursor of what follows, or any text where v1 says that there is more; None at the end."""
    headers: Mapping[str, str]


@dataclass(slots=True)
class Walked:
    """A page without what was given before."""

    headers: Mapping[str, str]
    records: list[dict[str, Any]] = field(default_factory=list)
    unusable: list[tuple[Any, str]] = field(default_factory=list)
    """Records that have no id, each with the reason."""
    after: int | None = None
    hint: str | None = None
    last: bool = False


async def by_cursor(
    fetch: Callable[[str | None], Awaitable[Answered]], route: str, after: int | None = None, cursor: str | None = None
) -> AsyncIterator[Walked]:
    """Walk a list of v2 behind `after`; `fetch` takes a cursor. The next page is asked for while one is worked on.

    Raises:
        ProtocolError: the records are not in the order of their ids, or the cursors lead round in a circle.
    """
    used: set[str] = {cursor} if cursor is not None else set()
    restarts = 0
    under_way = asyncio.ensure_future(fetch(cursor))
    try:
        while True:
            try:
                page = await under_way
            except Rejected as error:
                if cursor is None or error.status not in REFUSED or restarts == RESTARTS:
                    raise
                cursor, restarts = None, restarts + 1
                used.clear()
                under_way = asyncio.ensure_future(fetch(cursor))
                continue
            if page.more is not None:
                if page.more in used:
                    raise ProtocolError("the cursors lead round in a circle", method="GET", route=route)
                cursor = page.more
                used.add(cursor)
                under_way = asyncio.ensure_future(fetch(cursor))  # while this page is worked on
            found = _behind(page, after, route)
            if found.after != after:
                after, restarts = found.after, 0
            found.hint, found.last = page.more, page.more is None
            yield found
            if page.more is None:
                return
    finally:
        under_way.cancel()
        await asyncio.gather(under_way, return_exceptions=True)


async def by_number(
    fetch: Callable[[int], Awaitable[Answered]], route: str, after: int | None = None, hint: str | None = None
) -> AsyncIterator[Walked]:
    """Walk a list of v1 behind `after`; `fetch` takes how many records are left out.

    Each page begins with the last record of the one before: where it does not, records have left the list meanwhile,
    the others have moved up, and the walk steps back.

    Raises:
        ProtocolError: the records are not in the order of their ids, or a page holds nothing where more is promised.
    """
    start = int(hint) if hint is not None and hint.isdecimal() else 0
    while True:
        asked = max(0, start - 1)
        page = await fetch(asked)
        found = _behind(page, after, route)
        first = _id(page.records[0]) if page.records else None
        if asked and after is not None and (not page.records or (first is not None and first > after)):
            start = max(0, asked - LIMIT)
            continue
        end = asked + len(page.records)
        if page.more is not None and end <= start:
            raise ProtocolError("a page holds nothing new, and more is promised", method="GET", route=route)
        start, after = end, found.after
        found.hint, found.last = str(start), page.more is None
        yield found
        if page.more is None:
            return


def _behind(page: Answered, after: int | None, route: str) -> Walked:
    """A page's records behind `after`."""
    found = Walked(page.headers, after=after)
    before = -1
    for record in page.records:
        number = _id(record)
        if number is None:
            found.unusable.append((record, "it has no id"))
            continue
        if number <= before:
            raise ProtocolError("the records are not in the order of their ids", method="GET", route=route)
        before = number
        if after is None or number > after:
            found.records.append(record)
    found.after = max(before, after or 0) if before >= 0 else after
    return found


def _id(record: Any) -> int | None:
    number = record.get("id") if isinstance(record, dict) else None
    return number if type(number) is int and number >= 0 else None

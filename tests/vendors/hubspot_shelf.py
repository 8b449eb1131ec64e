"""The records of one object in the HubSpot double, and the search index over them, which may lag.

What a record says is made when it is asked for; only what was changed is kept. A search costs the same whatever page
it is of, so that a world of 250,000 contacts serves.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heappop, heappush
from itertools import count as counting
from math import gcd
from typing import Final

from tests.vendors.hubspot_people import Values

STEP: Final = 7
"""Ids have gaps, as those of an account from which records were deleted."""

EVER: Final = (-(1 << 62), 1 << 62)
"""Bounds that bound nothing."""


def millis(moment: datetime) -> int:
    """A moment as HubSpot filters by it."""
    return int(moment.timestamp() * 1000)


def written(moment: int) -> str:
    """A moment as HubSpot writes it."""
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class State:
    """What became of a record since the world was made."""

    changed: int
    values: Values = field(default_factory=dict)


class Shelf:
    """All records of one object. Ids are numbers; the order of change times is another one than that of ids."""

    def __init__(
        self, count: int, first: int, moment_of: Callable[[int, int], datetime], make: Callable[[int], Values]
    ) -> None:
        self.count, self.first, self.make = count, first, make
        self._moment_of = moment_of
        self._stride = next(one for one in range(max(1, count * 5 // 8), 2 * count + 2) if gcd(one, max(1, count)) == 1)
        self.ids = [first + STEP * number for number in range(count)]  # those that stand
        self.archived: dict[int, int] = {}
        """When each archived record was archived."""
        self.gone: set[int] = set()
        """Those that were merged into another one."""
        self._now: dict[int, State] = {}
        self._indexed: dict[int, State] = {}
        self._late: list[tuple[int, int, int, State]] = []
        self._turn = counting()
        self._by_change = sorted((self.changed(one), one) for one in self.ids)
        self._version = 0
        self._found: tuple[tuple[int, ...], list[int]] = ((), [])

    def number(self, record: int) -> int:
        """The number that a record was made of."""
        return (record - self.first) // STEP

    def has(self, record: int) -> bool:
        """Whether a record stands."""
        place = bisect_left(self.ids, record)
        return place < len(self.ids) and self.ids[place] == record

    def state(self, record: int, *, indexed: bool = False) -> State:
        """What became of a record; as the index knows it, where that is asked."""
        found = (self._indexed if indexed else self._now).get(record)
        return found or State(self._first_change(record))

    def changed(self, record: int) -> int:
        """When a record last changed."""
        return self.state(record).changed

    def _first_change(self, record: int) -> int:
        rank = self.number(record) * self._stride % max(1, self.count)
        return millis(self._moment_of(rank, self.count))

    def touch(self, record: int, values: Values, now: int, lag: int) -> None:
        """Change a record; the index knows `lag` milliseconds later."""
        state = State(now, {**self.state(record).values, **values})
        self._now[record] = state
        heappush(self._late, (now + lag, next(self._turn), record, state))

    def remove(self, record: int) -> None:
        """Take a record out of everything that is listed."""
        self.ids.pop(bisect_left(self.ids, record))
        self._unindex(record)

    def settle(self, now: int) -> None:
        """Let the index know what it should know by now."""
        while self._late and self._late[0][0] <= now:
            _, _, record, state = heappop(self._late)
            if self.has(record):
                self._unindex(record)
                self._indexed[record] = state
                insort(self._by_change, (state.changed, record))

    def _unindex(self, record: int) -> None:
        place = bisect_left(self._by_change, (self.state(record, indexed=True).changed, record))
        if place < len(self._by_change) and self._by_change[place][1] == record:
            self._by_change.pop(place)
        self._version += 1

    def search(
        self, changed: tuple[int, int], ids: tuple[int, int], *, by_change: bool
    ) -> tuple[Sequence[int], int, int]:
        """Find the records whose indexed change time and whose id lie within bounds, both included.

        Returns a list of ids in order, and from where to where in it they stand.
        """
        if changed == EVER and not by_change:
            return self.ids, bisect_left(self.ids, ids[0]), bisect_right(self.ids, ids[1])
        low, high = bisect_left(self._by_change, (changed[0], -1)), bisect_right(self._by_change, (changed[1], 1 << 62))
        if by_change:
            found = [one for _, one in self._by_change[low:high] if ids[0] <= one <= ids[1]]
            return found, 0, len(found)
        if self._found[0] != (key := (self._version, low, high)):
            self._found = (key, sorted(one for _, one in self._by_change[low:high]))
        found = self._found[1]
        return found, bisect_left(found, ids[0]), bisect_right(found, ids[1])

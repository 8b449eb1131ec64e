"""How many calls a server is given at once: as many as it works on, and a few that wait there.

The update is that of FAST TCP (C. Jin, D. Wei, S. Low: "FAST TCP: Motivation, Architecture, Algorithms, Performance",
INFOCOM 2004), known for calls as the gradient limit of Netflix's concurrency-limits:

    limit ← limit · (latency with little in flight ÷ latency now) + headroom

Latency that grows as fast as the limit means that more calls bring no more answers: the limit shrinks to what the
server works on, plus the headroom that keeps it busy. Until latency first grows the limit doubles, as TCP's does in
slow start (RFC 5681). Latency is the mean of a window of answers, so that a server whose answers merely vary is not
taken for a busy one. Each kind of call has its own latency with little in flight.
"""

from __future__ import annotations

import math
from typing import Final

START: Final = 4
"""Calls in flight before anything is known."""

WINDOW: Final = 12
"""Answers of one window, at least."""

LOOK_AGAIN: Final = 100
"""Windows after which the latency with little in flight is measured anew: it may be another by now."""

UNHURRIED: Final = 0.9
"""Latency with little in flight ÷ latency now, down to which a server is not busy."""

REFUSED: Final = 0.7
"""What is left of the limit when the server has too much."""


class Gradient:
    """The limit, learned from answers. It has no clock and no chance of its own."""

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.limit = min(START, ceiling)
        self._least: dict[str, float] = {}
        self._met: set[str] = set()
        self._doubling = True
        self._since = -math.inf
        self._windows = 0
        self._window: dict[str, tuple[int, float]] = {}  # by kind: how many answers, their latencies together
        self._answers = self._most = 0

    def answered(self, kind: str, left: float, now: float, in_flight: int) -> None:
        """Learn from a call that left at `left` and was answered just now, one of so many in flight."""
        if left < self._since:  # it met the crowd of an earlier limit
            return
        count, total = self._window.get(kind, (0, 0.0))
        self._window[kind] = count + 1, total + now - left
        self._most = max(self._most, in_flight)
        self._answers += 1
        if self._answers >= max(WINDOW, 2 * self.limit):
            self._close(now)
            self._fresh()

    def refused(self, left: float, now: float) -> None:
        """Give way: the server said that it has too much, or did not answer in time. Once for each crowd of calls."""
        if left >= self._since:
            self._shrink(max(1, int(self.limit * REFUSED)), now)
            self._fresh()

    def _fresh(self) -> None:
        self._window = {}
        self._answers = self._most = 0

    def _shrink(self, limit: int, now: float) -> None:
        self._since = now
        self._doubling = False
        self.limit = limit

    def _close(self, now: float) -> None:
        new = [kind for kind, (count, _) in self._window.items() if 2 * count > self._answers and kind not in self._met]
        self._met.update(self._window)
        if new and self.limit > START:  # another kind of call: what it takes with little in flight is not known
            self._shrink(START, now)
            return
        self._windows += 1
        if self._windows % LOOK_AGAIN == 0:
            self._least.clear()
            self._shrink(min(self.limit, START), now)
            return
        unhurried = spent = 0.0
        for kind, (count, total) in self._window.items():
            self._least[kind] = min(self._least.get(kind, math.inf), total / count)
            unhurried += self._least[kind] * count
            spent += total
        gradient = unhurried / spent if spent > 0 else 1.0
        self._doubling = self._doubling and gradient >= UNHURRIED
        wanted = self.limit * gradient + 1 + 2 * math.sqrt(self.limit)
        wanted = max(2 * self.limit, wanted) if self._doubling else max(self.limit / 2, wanted)
        if wanted > self.limit:
            # What was not used up tells nothing of a higher limit.
            self.limit = min(round(wanted), 2 * self.limit, self.ceiling) if self._most >= self.limit else self.limit
        elif (lower := max(1, math.floor(wanted))) < self.limit:
            self._shrink(lower, now)

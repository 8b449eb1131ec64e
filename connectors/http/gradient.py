"""How many calls a server is given at once: as many as it works on, and a few that wait there.

The update is that of FAST TCP (C. Jin, D. Wei, S. Low: "FAST TCP: Motivation, Architecture, Algorithms, Performance",
INFOCOM 2004), known for calls as the gradient limit of Netflix's concurrency-limits:

    limit ← limit · (latency with little in flight ÷ latency now) + headroom

Latency that grows as fast as the limit means that more calls bring no more answers: the limit shrinks to what the
server works on, plus the headroom that keeps it busy. Until latency first grows the limit doubles, as TCP's does in
slow start (RFC 5681). Latency is the mean of a window of answers, so that a server whose answers merely vary is not
taken for a busy one. Each kind of call has its own latency with little in flight.

Latency that grows more slowly than the limit still brings more answers: a server that commits its writes in groups is
like that. So a limit that has settled is tried with more in flight now and then, and the headroom grows where that
brings clearly more answers a second, and shrinks where it does not.
"""

from __future__ import annotations

import math
from typing import Final

START: Final = 4
"""Calls in flight before anything is known."""

FIRST_WINDOW: Final = 6
WINDOW: Final = 12
"""Answers of one window, at least: while the limit doubles, and afterwards."""

LOOK_AGAIN: Final = 100
"""Windows after which the latency with little in flight is measured anew: it may be another by now."""

UNHURRIED: Final = 0.9
"""Latency with little in flight ÷ latency now, down to which a server is not busy."""

REFUSED: Final = 0.7
"""What is left of the limit when the server has too much."""

SETTLED: Final = 5
AT_LEAST: Final = 0.1
"""Windows, and seconds, that are taken together to count answers a second, before a trial and in it."""

UNSETTLED: Final = 0.34
"""How far, in parts of it, a limit moves that has not settled yet: one that has settled wavers, too."""

TRIAL: Final = 1.5
WORTH: Final = 1.15
"""How much more is in flight in a trial, and the least that is worth one: too little shows nothing."""

PAYS: Final = 0.2
"""What part of what is more in flight must come back as more answers a second for a trial to pay."""

REST: Final = 8
"""How many times `SETTLED` windows lie between two trials at most; after each that did not pay twice as many."""

ROOM: Final = 1.6
MOST_ROOM: Final = 4.0
"""What a trial that pays makes of the headroom, and the most that trials make of it, in parts of the usual one."""


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
        self._room = 1.0
        self._tried: float | None = None  # while a trial goes on: the answers a second before it
        self._before = 0  # and the limit
        self._too_many = math.inf  # no trial gets there, since one was refused
        self._rest = self._rested = 1
        self._fresh()
        self._forget()

    def _fresh(self) -> None:
        """Begin a window."""
        self._window: dict[str, tuple[int, float]] = {}  # by kind: how many answers, their latencies together
        self._answers: int = 0
        self._most: int = 0
        self._begun: float = 0.0

    def _forget(self) -> None:
        """Begin to count answers a second anew."""
        self._counted: int = 0
        self._seconds: float = 0.0
        self._closed: int = 0

    def answered(self, kind: str, left: float, now: float, in_flight: int) -> None:
        """Learn from a call that left at `left` and was answered just now, one of so many in flight."""
        if left < self._since:  # it met the crowd of an earlier limit
            return
        if not self._answers:
            self._begun = now
        count, total = self._window.get(kind, (0, 0.0))
        self._window[kind] = count + 1, total + now - left
        self._most = max(self._most, in_flight)
        self._answers += 1
        # One answer to each call that may be in flight is enough to see that nothing waits yet.
        if self._answers >= (max(FIRST_WINDOW, self.limit) if self._doubling else max(WINDOW, 2 * self.limit)):
            self._close(now)
            self._fresh()

    def refused(self, left: float, now: float) -> None:
        """Give way: the server said that it has too much, or did not answer in time. Once for each crowd of calls."""
        if left >= self._since:
            if self._tried is not None:
                self._too_many = self._before + 1
                self._rest, self._rested = REST, 0
            self._room, self._tried = 1.0, None
            self._set(max(1, int(self.limit * REFUSED)), now)
            self._doubling = False
            self._fresh()

    def _set(self, limit: int, now: float) -> None:
        """Change the limit; what has left under the one before tells nothing of it."""
        self._since = now
        self.limit = limit
        self._forget()

    def _close(self, now: float) -> None:
        new = [kind for kind, (count, _) in self._window.items() if 2 * count > self._answers and kind not in self._met]
        self._met.update(self._window)
        if new and self.limit > START:  # another kind of call: what it takes with little in flight is not known
            self._room, self._tried, self._doubling = 1.0, None, False
            self._set(min(self.limit, START), now)
            return
        self._windows += 1
        if self._windows % LOOK_AGAIN == 0:
            self._least.clear()
            self._tried, self._too_many = None, math.inf
            self._set(min(self.limit, START), now)
            return
        unhurried = spent = 0.0
        for kind, (count, total) in self._window.items():
            self._least[kind] = min(self._least.get(kind, math.inf), total / count)
            unhurried += self._least[kind] * count
            spent += total
        if self._is_trying(now):
            return
        self._follow(unhurried / spent if spent > 0 else 1.0, now)

    def _is_trying(self, now: float) -> bool:
        """Count answers a second of a limit that has settled, and of the trial after it; whether the limit is held."""
        if self._doubling or self._most < self.limit:  # what was not used up tells nothing
            if self._tried is not None:
                self._judge(pays=False, now=now)
            self._forget()
            return False
        self._counted += self._answers - 1
        self._seconds += now - self._begun
        self._closed += 1
        if self._closed < SETTLED or self._seconds < AT_LEAST:
            return self._tried is not None
        pace = self._counted / self._seconds
        if self._tried is not None:
            self._judge(pays=pace / self._tried - 1 >= PAYS * (self.limit / self._before - 1), now=now)
            return True
        self._rested += 1
        more = min(math.ceil(self.limit * TRIAL), self.ceiling, self._too_many - 1)
        if more <= self.limit * WORTH:
            if self._rested >= REST:
                self._room, self._rested = max(self._room / ROOM, 1.0), 0  # does it still pay? A trial will show
        elif self._rested >= self._rest:
            self._tried, self._before = pace, self.limit
            self._set(int(more), now)
            return True
        self._forget()
        return False

    def _judge(self, *, pays: bool, now: float) -> None:
        """End a trial."""
        self._tried, self._rested = None, 0
        if pays:
            self._room = min(self._room * ROOM, MOST_ROOM)
            self._rest = 1
            self._forget()
        else:
            self._room = max(self._room / ROOM, 1.0)
            self._rest = min(2 * self._rest, REST)
            self._set(self._before, now)

    def _follow(self, gradient: float, now: float) -> None:
        """Move the limit towards what the server works on, and the headroom."""
        before = self.limit
        self._doubling = self._doubling and gradient >= UNHURRIED
        wanted = self.limit * gradient + self._room * (1 + 2 * math.sqrt(self.limit))
        wanted = max(2 * self.limit, wanted) if self._doubling else max(self.limit / 2, wanted)
        if wanted > self.limit:
            # What was not used up tells nothing of a higher limit.
            self.limit = min(round(wanted), 2 * self.limit, self.ceiling) if self._most >= self.limit else self.limit
        elif (lower := max(1, math.floor(wanted))) < self.limit:
            self._since, self.limit, self._doubling = now, lower, False
        if abs(self.limit - before) > UNSETTLED * before:
            self._forget()

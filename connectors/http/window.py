"""How many calls may be in flight at once: more while the server takes them, fewer when it has too much.

This is TCP's window: it doubles until the server first refuses, as in slow start (RFC 5681), and from then on grows by
additions and shrinks by a factor, by which several clients come to equal shares (D.-M. Chiu, R. Jain: "Analysis of the
Increase and Decrease Algorithms for Congestion Avoidance in Computer Networks", 1989).
"""

from __future__ import annotations

import math
from typing import Final

START: Final = 4
"""Calls in flight before anything is known."""

REFUSED: Final = 0.7
"""What is left of the limit when the server has too much."""

ROUNDS: Final = 8
"""How many answers for each call in flight come, after the first refusal, before one more call may be in flight."""


class Window:
    """The limit, learned from answers. It has no clock of its own."""

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.limit = min(START, ceiling)
        self._doubling = True
        self._answers = 0
        self._since = -math.inf  # what left earlier met the crowd of a limit that was refused

    def answered(self, left: float, in_flight: int) -> None:
        """Learn from a call that left at `left` and was answered, one of so many in flight."""
        if left < self._since or in_flight < self.limit:  # unused, a limit proves nothing
            return
        self._answers += 1
        if self._answers >= self.limit * (1 if self._doubling else ROUNDS):
            self.limit = min(self.ceiling, 2 * self.limit if self._doubling else self.limit + 1)
            self._answers = 0

    def refused(self, left: float, now: float) -> None:
        """Give way: the server said that it has too much, or did not answer in time. Once for each crowd of calls."""
        if left >= self._since:
            self.limit = max(1, int(self.limit * REFUSED))
            self._doubling, self._answers, self._since = False, 0, now

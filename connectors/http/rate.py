"""When the next call may leave: a pace that is given, one that refusals teach, and pauses that a server asks for.

A server that counts calls by time answers 429 however few are in flight, so after a 429 the pace is what it took in
before. From there the pace goes back up as CUBIC's window does (RFC 9438): soon near the pace that was refused, long
about there, and then slowly on, to find out whether the server takes more by now.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

BACK: Final = 0.98
MUCH: Final = 0.8
"""What a refusal leaves of a pace that was nearly right, or too fast."""

SURE_AFTER: Final = 2.0
"""Seconds that a pace must hold to be nearly right."""

HORIZON: Final = 10.0
"""Seconds that are looked back on for what the server takes in."""

LONG: Final = 45.0
SHORT: Final = 10.0
"""Seconds in which the pace is back at what was refused: where that was nearly right, and where not."""

GROWTH: Final = 1.2
"""By this factor the first pace grows each second until a call is refused: it may be far too slow for the server."""

SLOWEST: Final = 0.2
"""Calls a second: no refusals make the pace slower."""

FIRST: Final = 5.0
"""Calls a second after a refusal before which no call was answered: nothing is known yet of what the server takes."""


class Rate:
    """The pace of one client's calls; moments are those of its monotonic clock."""

    def __init__(self, fixed: float | None) -> None:
        self._fixed = fixed
        self._base: float | None = None  # what was learned, None while no 429 came
        self._aim: float | None = None  # the pace that was refused
        self._reach = 0.0
        self._rested = 0.0  # how long nothing left before the pace was set
        self._since: float | None = None  # when the pace was last set
        self._next = -math.inf
        self._paused_to = -math.inf
        self._tired = 0  # refusals in a row that came soon after the pace was set
        self._taken: deque[float] = deque()  # when the latest calls were answered

    def earliest(self, now: float) -> float:
        """When the next call may leave."""
        interval = self._interval(now)
        late = now - self._next
        # A call that left a little late does not delay those after it.
        start = self._next if 0 <= late < interval else max(self._next, now)
        return max(start, self._paused_to)

    def take(self, now: float) -> float:
        """The same, and the place is taken."""
        start = self.earliest(now)
        if self._since is None:
            self._since = now
        elif start <= now and self._base is not None and self._next > -math.inf:
            self._since += max(0.0, now - max(self._next, self._since))  # unused, the pace proves nothing
        self._next = start + self._interval(now)
        return start

    def pace(self, now: float) -> float | None:
        """Calls a second at the moment, None for as many as go."""
        if self._base is None or self._since is None:
            return self._fixed
        held = max(0.0, now - self._since)
        if self._aim is None:
            learned = self._base * math.pow(GROWTH, min(held, 60.0))
        else:
            gone = held / self._reach
            learned = self._aim + (self._aim - self._base) * (min(gone, 2.0) - 1) ** 3
            learned *= 2.0 ** min(max(0.0, gone - 2.0), 20.0)
        return learned if self._fixed is None else min(learned, self._fixed)

    def answered(self, now: float) -> None:
        """Note a call that the server took in."""
        self._taken.append(now)
        while self._taken[0] < now - HORIZON:
            self._taken.popleft()

    def paused(self, now: float) -> bool:
        """Whether nothing may leave yet."""
        return now < self._paused_to

    def pause(self, until: float) -> None:
        """Let nothing leave before that moment."""
        self._paused_to = max(self._paused_to, until)

    def refused(self, left: float, now: float, wish: float | None) -> None:
        """Learn from a 429 to a call that left at `left`; `wish` are the seconds that the server asks for."""
        if wish is not None:
            self.pause(now + wish)
        if self._since is not None and left < self._since:  # it had left before the pace was set
            return
        pace = self.pace(now)
        resumes = max(now, self._paused_to)
        held = 0.0 if self._since is None else now - self._since
        if self._base is None or pace is None:
            resumes = resumes if wish is not None else now + 1.0
            # What came in at once counts for a second, and for the pause after it.
            took = self._seen(now, min(held, HORIZON)) / max(1.0, min(held, HORIZON) + resumes - now)
            self._set(max(took, SLOWEST) if self._taken else FIRST, None, 0.0, resumes)
        elif held >= SURE_AFTER:
            base = pace * BACK
            self._tired = self._tired + 1 if held < HORIZON else 0
            if self._tired > 1:  # again so soon: what had gathered in the pause before has hidden that it is too fast
                base = (base + self._seen(now, held) / max(0.1, held + self._rested)) / 2
            self._set(max(base, SLOWEST), pace, LONG, resumes)
        else:
            self._tired += 1
            if wish is None:
                resumes = now + min(2.0 ** (self._tired - 3), 4.0)
            self._set(max(pace * MUCH, SLOWEST), pace, SHORT, resumes)
        self._rested = resumes - now
        self.pause(resumes)

    def _seen(self, now: float, span: float) -> int:
        return sum(moment >= now - span for moment in self._taken)

    def _set(self, base: float, aim: float | None, reach: float, since: float) -> None:
        self._base, self._aim, self._reach, self._since = base, aim, reach, since

    def _interval(self, now: float) -> float:
        pace = self.pace(now)
        return 1 / pace if pace else 0.0

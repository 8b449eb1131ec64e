"""What happens when: which fault befalls which call, and which ones did."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple

from connectors.giant_context.server.faults.kinds import Fault
from connectors.giant_context.server.faults.routes import covers


class Happened(NamedTuple):
    """A fault that befell a call: the call's route, its number among the calls that the fault's route means, the kind.

    Equal to the plain tuple, such as `("POST contacts", 1, "reset_after")`.
    """

    route: str
    n: int
    kind: str


class Met(NamedTuple):
    """What a call has run into."""

    fault: Fault
    happening: Happened


class FaultPlan:
    """Decides by route, number of the call and seed alone: the same calls meet the same faults again.

    `calls` counts the calls by route, `log` lists the faults that befell them.
    """

    def __init__(self, faults: Iterable[Fault], *, seed: int = 0) -> None:
        """Take the faults; where several befall one call, the first of them counts."""
        self.faults = tuple(faults)
        self.seed = seed
        self.calls: Counter[str] = Counter()
        self.log: list[Happened] = []
        self._lock = Lock()  # an app in process may be called from several event loops

    def meet(self, route: str) -> Met | None:
        """Count a call, and return what befalls it."""
        with self._lock:
            self.calls[route] += 1
            for place, fault in enumerate(self.faults):
                if not covers(fault.route, route):
                    continue
                n = sum(count for called, count in self.calls.items() if covers(fault.route, called))
                if fault.befalls(n, self._chance(place, fault.route, n)):
                    return Met(fault, Happened(route, n, fault.kind))
        return None

    def note(self, happening: Happened) -> None:
        """Keep that a fault did happen."""
        self.log.append(happening)

    def _chance(self, place: int, route: str, n: int) -> float:
        # The place, too: two faults of one route would else befall the same calls, and the second never count.
        drawn = hashlib.sha256(f"{self.seed}:{place}:{route}:{n}".encode()).digest()
        return int.from_bytes(drawn[:6]) / 2**48

"""What a client says while a call waits to be made again, or rests because its server asks for that."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LONG: Final = 5.0
"""Seconds: a rest that a server asks for is told where it is longer."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call that waits: for whom, why, how long. Never what is called: a path or a query may hold personal values."""

    host: str
    """The server's name, with its port where that is not the usual one."""
    reason: str
    """`503`, or why no answer came."""
    seconds: float
    """Until the next attempt leaves."""
    left: float
    """Until the call's deadline, when it is given up."""
    attempt: int = 0
    """How many attempts have failed; 0 where the server asked for a rest, and nothing failed."""

    def __str__(self) -> str:
        """The line for people."""
        return (
            f"waiting for {self.host}: {self.reason}; next attempt in {self.seconds:.0f} s, "
            f"gives up in {self.left:.0f} s"
        )


Told = Callable[[Waiting], None]
"""Is told of each call that waits."""


def seldom(say: Callable[[str], None], *, every: float = LONG, monotonic: Callable[[], float] = time.monotonic) -> Told:
    """Say lines of calls that wait, of one server one in so many seconds: many calls may wait at once."""
    said: dict[str, float] = {}

    def told(waiting: Waiting) -> None:
        now = monotonic()
        if now - said.get(waiting.host, -every) >= every:
            said[waiting.host] = now
            say(str(waiting))

    return told

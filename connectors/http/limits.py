"""What bounds a client's calls, and the time and chance that they run by."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self

from connectors.http.waiting import Told


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one client; times are seconds.

    `deadline` bounds a call with its retries, once it has one of the `concurrency` places; `attempt` bounds one
    attempt, dripping servers included. A retry takes 1 from `retry_budget`, a success gives `retry_refill` back.
    `waiting` is told when a call waits to be made again, or because its server asks for a long pause.
    """

    deadline: float = 90.0
    attempt: float = 30.0
    connect: float = 10.0
    attempts: int = 6
    max_backoff: float = 20.0
    max_retry_after: float = 300.0
    retry_budget: float = 50.0
    retry_refill: float = 0.2
    concurrency: int = 8
    requests_per_second: float | None = None
    max_answer_bytes: int = 64 * 1024 * 1024
    waiting: Told | None = None

    def hurried(self, seconds: float) -> Self:
        """The same for calls that must end within so many seconds: attempts as many as fit, close to each other."""
        bound = min(seconds, self.deadline)
        return replace(self, deadline=bound, attempt=bound, connect=bound, attempts=sys.maxsize, max_backoff=1.0)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, to be replaced in tests."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    uniform: Callable[[float, float], float] = random.uniform

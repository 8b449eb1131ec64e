"""Sending a call again: when, how often, and who is told that it waits."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from connectors.errors import CallError
from connectors.http.call import Call
from connectors.http.limits import Clock, Limits
from connectors.http.rate import Rate
from connectors.http.waiting import LONG, Waiting

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Repeating:
    """The retries of one client: they share a budget, which successes fill up again."""

    def __init__(self, host: str, limits: Limits, clock: Clock, rate: Rate) -> None:
        """`host` names the server for people; `rate` knows how long it wants to be left alone."""
        self._host = host
        self._limits = limits
        self._clock = clock
        self._rate = rate
        self._budget = limits.retry_budget

    def succeeded(self) -> None:
        """Give back a part of the budget."""
        self._budget = min(self._limits.retry_budget, self._budget + self._limits.retry_refill)

    async def after(self, failure: CallError, call: Call[Any], latest: float, send: Callable[[], Awaitable[T]]) -> T:
        """Send a call again whose first attempt failed, where that is safe, until `latest`.

        Raises:
            CallError: what the last attempt failed with.
        """
        if call.anonymous or call.attempts == 1 or not call.may_repeat(failure):
            raise failure
        known: list[CallError] = [failure]  # for the machinery it is the first attempt

        async def attempt() -> T:
            if known:
                raise known.pop()
            return await send()

        retrying = AsyncRetrying(
            sleep=self._clock.sleep,
            retry=retry_if_exception(call.may_repeat),
            wait=self._wait,
            stop=lambda state: state.attempt_number >= call.attempts or self._stop(state, latest),
            before_sleep=lambda state: self._tell(state, latest),
            reraise=True,
        )
        answer: T = await retrying(attempt)
        return answer

    def rests(self, seconds: float, left: float) -> None:
        """Tell that a call waits because its server asked for that, where it is long."""
        if self._limits.waiting is not None and seconds > LONG:
            self._limits.waiting(Waiting(self._host, "it asks for a pause", seconds, left))

    def _wait(self, state: RetryCallState) -> float:
        now = self._clock.monotonic()
        asked = self._rate.earliest(now) - now
        return asked + self._clock.uniform(0.0, min(2.0**state.attempt_number, self._limits.max_backoff))

    def _stop(self, state: RetryCallState, latest: float) -> bool:
        too_late = self._clock.monotonic() + state.upcoming_sleep >= latest
        if too_late or state.attempt_number >= self._limits.attempts or self._budget < 1:
            return True
        self._budget -= 1
        return False

    def _tell(self, state: RetryCallState, latest: float) -> None:
        error = state.outcome.exception() if state.outcome else None
        logger.info("Attempt %d failed, next in %.1f s: %s", state.attempt_number, state.upcoming_sleep, error)
        if self._limits.waiting is None or not isinstance(error, CallError):
            return
        refused = error.status is not None and error.status >= 400
        # A server's own words are for errors: here its status says enough.
        reason = str(error.status) if refused else error.reason.replace(f" to {self._host}", "")
        left = latest - self._clock.monotonic()
        self._limits.waiting(Waiting(self._host, reason, state.upcoming_sleep, left, state.attempt_number))

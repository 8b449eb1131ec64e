"""The bearer token: exchanged once, shared by all calls, renewed before it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC

from connectors.errors import AccessError, Ambiguous, CallError, NotApplied, Rejected
from connectors.giant_context.wire import INSTANCE_HEADER, Token
from connectors.http import Answer, Clock
from connectors.http.retry_after import http_date

_RETRY_RENEWAL = 30.0  # seconds between attempts to renew a token that still works


class TokenKeeper:
    """Implements `connectors.http.Auth` by exchanging an API key for a token, one exchange at a time."""

    def __init__(self, exchange: Callable[[], Awaitable[Answer[Token]]], clock: Clock) -> None:
        self._exchange = exchange
        self._clock = clock
        self._token: str | None = None
        self._renew_at = self._ends_at = 0.0  # on the monotonic clock
        self._under_way: asyncio.Task[None] | None = None
        self.instance: str | None = None
        """Which CRM has given the token, where it says so."""

    def at_hand(self) -> Mapping[str, str] | None:
        """Return the bearer header while the token is neither missing nor due."""
        if self._token is None or self._clock.monotonic() >= self._renew_at:
            return None
        return self._bearer()

    async def headers(self) -> Mapping[str, str]:
        """Return the bearer header, after an exchange where the token is missing or due.

        Raises:
            AccessError: The key was refused.
            NotApplied: The exchange failed and no working token is left; RateLimited when it was a 429.
        """
        if self._token is None:
            await self._renew()
        elif self._clock.monotonic() >= self._renew_at:
            try:
                await self._renew()
            except NotApplied:
                if self._clock.monotonic() >= self._ends_at:
                    raise
                self._renew_at = self._clock.monotonic() + _RETRY_RENEWAL
        return self._bearer()

    async def refresh(self, rejected: Mapping[str, str]) -> None:
        """Exchange again, unless the rejected token was replaced meanwhile."""
        if rejected == self._bearer():
            await self._renew()

    async def aclose(self) -> None:
        """Stop an exchange that nobody waits for any more."""
        if self._under_way:
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

    async def _renew(self) -> None:
        """Join the exchange under way or start one. A caller that gives up does not end it for the others."""
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._run())
            self._under_way.add_done_callback(lambda task: task.cancelled() or task.exception())  # never "unretrieved"
        await asyncio.shield(self._under_way)

    async def _run(self) -> None:
        asked_at = self._clock.monotonic()
        kind: type[CallError]
        failure: CallError
        try:
            answer = await self._exchange()
        except Rejected as refused:
            kind, failure = AccessError, refused
        except Ambiguous as error:  # it gave us no token, and the call that needs one was not sent
            kind, failure = NotApplied, error
        else:
            self._keep(answer, asked_at)
            self.instance = answer.headers.get(INSTANCE_HEADER)
            return
        raise kind(
            f"no token: {failure.reason}",
            method=failure.method,
            route=failure.route,
            status=failure.status,
            request_id=failure.request_id,
        )

    def _keep(self, answer: Answer[Token], asked_at: float) -> None:
        """Time the token by the server's own clock: ours may be a day off."""
        ends = answer.value.expires_at
        ends = ends if ends.tzinfo else ends.replace(tzinfo=UTC)
        life = (ends - (http_date(answer.headers.get("date", "")) or self._clock.wall())).total_seconds()
        self._token = answer.value.token
        if life <= 0:  # clocks that disagree: use it until a 401 says otherwise
            self._renew_at = self._ends_at = float("inf")
            return
        # At 80 % or 60 s before the end, whichever is earlier; a token of less than two minutes serves half its life.
        self._renew_at = asked_at + max(min(0.8 * life, life - 60), life / 2)
        self._ends_at = asked_at + life

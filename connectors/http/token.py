"""Who we are: a token that is given, or one that is exchanged, shared by all calls and renewed before it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from connectors.errors import AccessError, Ambiguous, CallError, NotApplied, Rejected
from connectors.http.limits import Clock

_RETRY_RENEWAL = 30.0  # seconds between attempts to renew a token that still works


class Auth(Protocol):
    """Who we are. Only NotApplied, RateLimited or AccessError may be raised: the call itself was not sent."""

    def at_hand(self) -> Mapping[str, str] | None:
        """Return the headers that identify us where that takes no call; most calls are identified so."""
        ...

    async def headers(self) -> Mapping[str, str]:
        """Return the headers that identify us."""
        ...

    async def refresh(self, rejected: Mapping[str, str]) -> None:
        """Renew what was answered with 401; do nothing where `rejected` was renewed already."""
        ...


@dataclass(frozen=True, slots=True)
class Grant:
    """A token that a server gave. `life`: for so many seconds it counts; None: until a 401 says otherwise."""

    token: str
    life: float | None = None


class FixedToken:
    """Implements `connectors.http.Auth` by a token that is given and cannot be renewed."""

    def __init__(self, token: str, *, header: str = "Authorization", scheme: str = "Bearer ") -> None:
        self._headers = {header: f"{scheme}{token}"}

    def at_hand(self) -> Mapping[str, str]:
        """Return the header."""
        return self._headers

    async def headers(self) -> Mapping[str, str]:
        """Return the header."""
        return self._headers

    async def refresh(self, rejected: Mapping[str, str]) -> None:
        """Do nothing: the second 401 is then told as what it is."""


class TokenKeeper:
    """Implements `connectors.http.Auth` by exchanging a secret for a token, one exchange at a time."""

    def __init__(self, exchange: Callable[[], Awaitable[Grant]], clock: Clock) -> None:
        self._exchange = exchange
        self._clock = clock
        self._token: str | None = None
        self._renew_at = self._ends_at = 0.0  # on the monotonic clock
        self._under_way: asyncio.Task[None] | None = None

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
            grant = await self._exchange()
        except Rejected as refused:
            kind, failure = AccessError, refused
        except Ambiguous as error:  # it gave us no token, and the call that needs one was not sent
            kind, failure = NotApplied, error
        else:
            self._keep(grant, asked_at)
            return
        raise kind(
            f"no token: {failure.reason}",
            method=failure.method,
            route=failure.route,
            status=failure.status,
            request_id=failure.request_id,
        )

    def _keep(self, grant: Grant, asked_at: float) -> None:
        self._token = grant.token
        if grant.life is None or grant.life <= 0:  # clocks that disagree: use it until a 401 says otherwise
            self._renew_at = self._ends_at = float("inf")
            return
        # At 80 % or 60 s before the end, whichever is earlier; a token of less than two minutes serves half its life.
        self._renew_at = asked_at + max(min(0.8 * grant.life, grant.life - 60), grant.life / 2)
        self._ends_at = asked_at + grant.life

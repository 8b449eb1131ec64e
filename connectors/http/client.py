"""The one HTTP client of all connectors: auth, deadline, retry, rate limit, strict reading, redaction.

    what happened (reads are GET and HEAD)               write        read
    cannot connect, no free connection, a pause asked    NotApplied   NotApplied
    429                                                  RateLimited  RateLimited
    401 again after a renewal                            AccessError  AccessError
    403 · 404 · 409 · any other 4xx but 408              Forbidden · NotFound · Conflict · Rejected
    timeout, deadline, reset, 408, 5xx                   Ambiguous    NotApplied
    2xx cut, unreadable or unexpected; 3xx               Ambiguous    ProtocolError

Reads and repeatable writes are sent again on whatever may pass, other writes only when surely not applied.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, Self, TypeVar

import httpx

from connectors import errors
from connectors.errors import CallError
from connectors.http.base_url import checked_base_url
from connectors.http.call import AS_LIMITED, Answer, Call
from connectors.http.dialect import PLAIN, Dialect
from connectors.http.limits import Clock, Limits
from connectors.http.places import Places
from connectors.http.rate import Rate
from connectors.http.repeating import Repeating
from connectors.http.request import request_of
from connectors.http.retry_after import retry_after
from connectors.http.token import Auth
from connectors.http.transport import SocketTransport

T = TypeVar("T")

_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

# httpx logs each URL at INFO, and a URL may hold `?search=<e-mail>`. Unlike a level, a filter survives setLevel.
logging.getLogger("httpx").addFilter(lambda record: record.levelno >= logging.WARNING)


class Http:
    """Calls to one server; close it with `async with` or `aclose`.

    Requests go straight to httpx's transport: what httpx's client would add, redirects, cookies, proxies and logins
    from the environment, is what must not happen here, and costs half a call's time.
    """

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        auth: Auth | None = None,
        limits: Limits | None = None,
        clock: Clock | None = None,
        dialect: Dialect = PLAIN,
        quick: bool = False,
    ) -> None:
        """Raise ConfigurationError unless `base_url` is plain https, or http to this machine. Nothing is sent yet.

        `quick` is for pages of records: JSON is read in a quarter of the time, and the last of two equal keys counts.
        """
        self._base_url = checked_base_url(base_url)
        self._auth = auth
        self._dialect = dialect
        self._quick = quick
        self._limits = limits or Limits()
        self._clock = clock or Clock()
        self._places = Places(self._limits.concurrency)
        self._rate = Rate(self._limits.requests_per_second)
        self._repeating = Repeating(httpx.URL(self._base_url).netloc.decode(), self._limits, self._clock, self._rate)
        # Servers close idle connections after 5 s and up; a POST must not run into that. One more is for tokens.
        self._transport = transport or SocketTransport(connections=self._limits.concurrency + 1, keepalive=3.0)
        silence, connecting = self._limits.attempt, self._limits.connect
        self._timeouts = {"timeout": {"connect": connecting, "read": silence, "write": silence, "pool": silence}}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    async def call(
        self,
        method: str,
        path: str,
        *,
        route: str,
        read: Callable[[Any], T],
        json: Any = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
        reads_only: bool = False,
        raw: bool = False,
        expect: tuple[int, ...] = (200, 201),
        anonymous: bool = False,
        attempts: int = AS_LIMITED,
    ) -> Answer[T]:
        """Send one call, again where that is safe, and return its usable answer.

        Args:
            method: GET, POST …
            path: What follows the base URL: percent-encoded, no query.
            route: The path's template; names the call in errors and logs.
            read: Makes the value of the JSON (of None for a 204); a ValueError means that it is unusable.
            json: The body, if any.
            form: The body where it is a form.
            params: The query.
            headers: Headers of this call alone, beside those that identify us.
            repeatable: A write whose repetition changes nothing more, such as PUT.
            reads_only: A POST that changes nothing, such as a search: a read, as GET is.
            raw: `read` takes the answer's bytes instead of its JSON.
            expect: The statuses of success.
            anonymous: A call that `auth` itself makes: no headers of its own, no place taken, attempted once.
            attempts: How often at most it is sent, where that is less often than the limits say.

        Raises:
            CallError: Its kinds as the module's table says. Once an attempt of a write may have been applied,
                any later failure of the call is Ambiguous too.
        """
        call = Call(
            *(method, path, route, read, json, params or {}, repeatable, expect, anonymous, attempts),
            *(form, headers, reads_only, raw, self._quick),
        )
        if not anonymous:
            await self._places.take()
        try:
            latest = self._clock.monotonic() + self._limits.deadline
            try:
                answer: Answer[T] = await self._first(call, latest)
            except CallError as error:
                if not call.doubt or isinstance(error, errors.Ambiguous):
                    raise
                raise call.error(errors.Ambiguous, f"{call.doubt}; then {error.reason}") from None
        finally:
            if not anonymous:
                self._places.free()
        self._repeating.succeeded()
        return answer

    @property
    def places(self) -> int:
        """How many calls may be in flight at once, as far as the server is known by now."""
        return self._places.window.limit

    async def _first(self, call: Call[T], latest: float) -> Answer[T]:
        """Make the first attempt, and more only where it failed: most calls never meet the machinery of retries."""
        try:
            return await self._attempt(call, latest)
        except CallError as error:
            failure = error
        return await self._repeating.after(failure, call, latest, lambda: self._attempt(call, latest))

    async def _attempt(self, call: Call[T], latest: float) -> Answer[T]:
        auth = None if call.anonymous else self._auth
        renewed: Mapping[str, str] | None = None
        while True:
            call.sent = False
            headers = auth.at_hand() if auth and renewed is None else None
            if auth and headers is None:
                headers = await self._identify(call, auth, renewed, latest)
            headers = headers or {}
            await self._turn(call, latest)
            response, body = await self._exchange(
                call, request_of(call, self._base_url, headers, self._timeouts), latest
            )
            if call.sent or renewed is not None or not auth:
                too_many = response.status_code >= 400 and self._dialect.too_many(
                    response.status_code, response.headers, body
                )
                return call.judged(response, body, self._learn(call, response, too_many), too_many=too_many)
            renewed = headers

    async def _identify(
        self, call: Call[T], auth: Auth, rejected: Mapping[str, str] | None, latest: float
    ) -> Mapping[str, str]:
        """The headers that identify us, anew where these were rejected."""
        try:
            async with asyncio.timeout(min(self._limits.attempt, latest - self._clock.monotonic())):
                if rejected is not None:
                    await auth.refresh(rejected)
                return await auth.headers()
        except TimeoutError:
            failure = call.lost("no answer in time")
        raise failure  # out here it has no context

    async def _exchange(
        self, call: Call[T], request: httpx.Request, latest: float
    ) -> tuple[httpx.Response, bytes | None]:
        """Send a request and read the answer, within the time of one attempt: waiting for its turn is no part of it."""
        call.left = self._clock.monotonic()
        try:
            # httpx's own limits count silence, not time, and in-process transports ignore them.
            async with asyncio.timeout(min(self._limits.attempt, latest - call.left)):
                call.sent = True
                response = await self._transport.handle_async_request(request)
                response.request = request
                call.sent = response.status_code != 401
                try:
                    return response, await self._body(response)
                finally:
                    await response.aclose()
        except TimeoutError:
            if call.sent:
                self._places.window.refused(call.left, self._clock.monotonic())
            failure = call.lost("no answer in time")
        except httpx.HTTPError as error:
            call.sent = call.sent and not isinstance(error, _NOT_SENT)
            failure = call.lost(f"the connection to {request.url.netloc.decode()} failed ({type(error).__name__})")
            if not call.sent:
                failure.guidance = "Check the address and the network."
        raise failure  # out here it has no context, which could show what was sent

    async def _turn(self, call: Call[T], latest: float) -> None:
        """Wait for the pace and for pauses that the server asked for."""
        while True:
            now = self._clock.monotonic()
            start = self._rate.earliest(now)
            if start >= latest:
                raise call.limited("the pause asked for outlasts the deadline", start - now)
            self._rate.take(now)
            if start <= now:
                return
            if self._rate.paused(now):
                self._repeating.rests(start - now, latest - now)
            await self._clock.sleep(start - now)
            if not self._rate.paused(self._clock.monotonic()):
                return

    async def _body(self, response: httpx.Response) -> bytes | None:
        """Return the body, None when it is longer than allowed; of a refusal just what its message needs."""
        body = bytearray()
        longest = self._limits.max_answer_bytes if response.is_success else 4096
        as_it_is = "content-encoding" not in response.headers and not response.is_stream_consumed
        async for chunk in response.aiter_raw() if as_it_is else response.aiter_bytes():
            body += chunk
            if len(body) > longest:
                return None
        return bytes(body)

    def _learn(self, call: Call[T], response: httpx.Response, too_many: bool) -> float | None:
        """Learn the server's pace from an answer; returns how long it wants to be left alone."""
        now, status = self._clock.monotonic(), response.status_code
        pause = None
        if status >= 400:
            pause = retry_after(response.headers, self._clock.wall(), self._limits.max_retry_after)
            pause = self._dialect.retry_after(response) if pause is None else pause
        if (rest := self._dialect.rest(response.headers)) is not None:
            self._rate.pause(now + min(rest, self._limits.max_retry_after))
        if too_many or status == 503:
            self._places.window.refused(call.left, now)
            if too_many:
                self._rate.refused(call.left, now, pause)
            else:
                self._rate.pause(now + (pause or 0.0))
        elif not call.anonymous:
            self._rate.answered(now)
            if status < 500:
                self._places.window.answered(call.left, self._places.taken)
        return pause

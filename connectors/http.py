"""The one HTTP client of all connectors: auth, deadline, retry, rate limit, strict reading, redaction.

    what happened (reads are GET and HEAD)               write        read
    cannot connect, no free connection, a pause asked    NotApplied   NotApplied
    429                                                  RateLimited  RateLimited
    401 again after a renewal, 403                       AccessError  AccessError
    404 · 409 · any other 4xx but 408                    NotFound · Conflict · Rejected
    timeout, deadline, reset, 408, 5xx                   Ambiguous    NotApplied
    2xx cut, unreadable or unexpected; 3xx               Ambiguous    ProtocolError

Reads and repeatable writes are sent again on whatever may pass, other writes only when surely not applied.
"""

from __future__ import annotations

import asyncio
import json as json_format
import logging
import math
import random
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any, Final, Generic, Protocol, Self, TypeVar

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from connectors import errors
from connectors.errors import CallError

T = TypeVar("T")

_MAX_DEPTH: Final = 64
_CONTAINERS: Final = (dict, list)
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_ADDRESS: Final = re.compile(r"\S+(?:@|%40)\S+")
_NUMBER: Final = re.compile(r"(?<![\w-])[+(]*\d[\d\s()./-]{4,}\d(?![\w-])")  # the look-arounds spare UUIDs
_REFUSALS: Final = {401: errors.AccessError, 403: errors.AccessError, 404: errors.NotFound, 409: errors.Conflict}
_NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

logger = logging.getLogger(__name__)
# httpx logs each URL at INFO, and a URL may hold `?search=<e-mail>`. Unlike a level, a filter survives setLevel.
logging.getLogger("httpx").addFilter(lambda record: record.levelno >= logging.WARNING)


class Auth(Protocol):
    """Who we are. Only NotApplied, RateLimited or AccessError may be raised: the call itself was not sent."""

    async def headers(self) -> Mapping[str, str]:
        """Return the headers that identify us."""
        ...

    async def refresh(self, rejected: Mapping[str, str]) -> None:
        """Renew what was answered with 401; do nothing where `rejected` was renewed already."""
        ...


class Unreadable(ValueError):
    """What `read` raises on JSON that it cannot use. Its text goes into errors: places and types, never values."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one client; times are seconds.

    `deadline` bounds a call with its retries, once it has one of the `concurrency` places; `attempt` bounds one
    attempt, dripping servers included. A retry takes 1 from `retry_budget`, a success gives `retry_refill` back.
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


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, to be replaced in tests."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    uniform: Callable[[float, float], float] = random.uniform


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A usable answer: `value` is what `read` made of its JSON."""

    status: int
    value: T
    headers: httpx.Headers
    request_id: str | None


@dataclass(slots=True)
class _Call(Generic[T]):
    """One call and how its failures are named."""

    method: str
    path: str
    route: str
    read: Callable[[Any], T]
    json: Any
    params: Mapping[str, str | int]
    repeatable: bool
    expect: tuple[int, ...]
    anonymous: bool
    sent: bool = False  # bytes may be on their way, unanswered
    doubt: str = ""  # why an earlier attempt may have been applied

    @property
    def reads(self) -> bool:
        return self.method in {"GET", "HEAD"}

    def error(self, kind: type[CallError], reason: str, response: httpx.Response | None = None) -> CallError:
        status = request_id = None
        if response is not None:
            status = response.status_code
            request_id = re.sub(r"[^A-Za-z0-9._:/+=-]", "", response.headers.get("x-request-id", ""))[:64] or None
        return kind(reason, method=self.method, route=self.route, status=status, request_id=request_id)

    def lost(self, reason: str, response: httpx.Response | None = None) -> CallError:
        maybe_applied = self.sent and not self.reads
        self.doubt = reason if maybe_applied else self.doubt
        return self.error(errors.Ambiguous if maybe_applied else errors.NotApplied, reason, response)

    def unusable(self, reason: str, response: httpx.Response) -> CallError:
        self.doubt = reason if not self.reads else ""
        return self.error(errors.ProtocolError if self.reads else errors.Ambiguous, reason, response)

    def may_repeat(self, error: BaseException) -> bool:
        if isinstance(error, errors.NotApplied):
            return True
        redirected = isinstance(error, CallError) and error.status in range(300, 400)
        passing = isinstance(error, errors.Ambiguous | errors.ProtocolError) and not redirected
        return passing and (self.reads or self.repeatable)


class Http:
    """Calls to one server; close it with `async with` or `aclose`."""

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        auth: Auth | None = None,
        limits: Limits | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Raise ConfigurationError unless `base_url` is plain https, or http to this machine. Nothing is sent yet."""
        self._base_url = checked_base_url(base_url)
        self._auth = auth
        self._limits = limits or Limits()
        self._clock = clock or Clock()
        self._places = asyncio.Semaphore(self._limits.concurrency)
        self._budget = self._limits.retry_budget
        self._next_send = 0.0
        self._client = httpx.AsyncClient(
            transport=transport,
            trust_env=False,
            follow_redirects=False,  # a 307 would carry the key to another host
            timeout=httpx.Timeout(self._limits.attempt, connect=self._limits.connect),
            # Servers close idle connections after 5 s and up; a POST must not run into that.
            limits=httpx.Limits(max_connections=self._limits.concurrency + 1, keepalive_expiry=3.0),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def call(
        self,
        method: str,
        path: str,
        *,
        route: str,
        read: Callable[[Any], T],
        json: Any = None,
        params: Mapping[str, str | int] | None = None,
        repeatable: bool = False,
        expect: tuple[int, ...] = (200, 201),
        anonymous: bool = False,
    ) -> Answer[T]:
        """Send one call, again where that is safe, and return its usable answer.

        Args:
            method: GET, POST …
            path: What follows the base URL: percent-encoded, no query.
            route: The path's template; names the call in errors and logs.
            read: Makes the value of the JSON (of None for a 204); a ValueError means that it is unusable.
            json: The body, if any.
            params: The query.
            repeatable: A write whose repetition changes nothing more, such as PUT.
            expect: The statuses of success.
            anonymous: A call that `auth` itself makes: no headers of its own, no place taken, attempted once.

        Raises:
            CallError: Its kinds as the module's table says. Once an attempt of a write may have been applied,
                any later failure of the call is Ambiguous too.
        """
        call = _Call(method, path, route, read, json, params or {}, repeatable, expect, anonymous)
        async with nullcontext() if anonymous else self._places:
            latest = self._clock.monotonic() + self._limits.deadline
            retrying = AsyncRetrying(
                sleep=self._clock.sleep,
                retry=retry_if_exception(call.may_repeat),
                wait=self._wait,
                stop=lambda state: anonymous or self._stop(state, latest),
                before_sleep=_log_retry,
                reraise=True,
            )
            try:
                answer: Answer[T] = await retrying(self._attempt, call, latest)
            except CallError as error:
                if not call.doubt or isinstance(error, errors.Ambiguous):
                    raise
                raise call.error(errors.Ambiguous, f"{call.doubt}; then {error.reason}") from None
        self._budget = min(self._limits.retry_budget, self._budget + self._limits.retry_refill)
        return answer

    def _wait(self, state: RetryCallState) -> float:
        asked = max(0.0, self._next_send - self._clock.monotonic())
        return asked + self._clock.uniform(0.0, min(2.0**state.attempt_number, self._limits.max_backoff))

    def _stop(self, state: RetryCallState, latest: float) -> bool:
        too_late = self._clock.monotonic() + state.upcoming_sleep >= latest
        if too_late or state.attempt_number >= self._limits.attempts or self._budget < 1:
            return True
        self._budget -= 1
        return False

    async def _attempt(self, call: _Call[T], latest: float) -> Answer[T]:
        call.sent = False
        try:
            # httpx's own limits count silence, not time, and in-process transports ignore them.
            async with asyncio.timeout(min(self._limits.attempt, latest - self._clock.monotonic())):
                response, body = await self._send(call, latest)
        except TimeoutError:
            failure = call.lost("no answer in time")
        except httpx.HTTPError as error:
            call.sent = call.sent and not isinstance(error, _NOT_SENT)
            failure = call.lost(f"the connection failed ({type(error).__name__})")
        else:
            return self._judge(call, response, body)
        raise failure  # out here it has no context, which could show what was sent

    async def _send(self, call: _Call[T], latest: float) -> tuple[httpx.Response, bytes | None]:
        auth = None if call.anonymous else self._auth
        renewed = False
        while True:
            headers = await auth.headers() if auth else {}
            await self._turn(call, latest)
            request = self._request(call, headers)
            call.sent = True
            response = await self._client.send(request, stream=True)
            call.sent = response.status_code != 401
            try:
                body = await self._body(response)
            finally:
                await response.aclose()
            if call.sent or renewed or not auth:
                return response, body
            await auth.refresh(headers)
            renewed = True

    async def _turn(self, call: _Call[T], latest: float) -> None:
        """Wait for the pace and for pauses that the server asked for."""
        now = self._clock.monotonic()
        start = max(self._next_send, now)
        if start >= latest:
            raise _limited(call, "the pause asked for outlasts the deadline", start - now)
        rate = self._limits.requests_per_second
        self._next_send = start + (1 / rate if rate else 0.0)
        if start > now:
            await self._clock.sleep(start - now)

    def _request(self, call: _Call[T], headers: Mapping[str, str]) -> httpx.Request:
        try:
            return self._client.build_request(
                call.method, self._base_url + call.path, json=call.json, params=call.params or None, headers=headers
            )
        except (ValueError, TypeError, RecursionError, httpx.InvalidURL) as error:
            name = type(error).__name__
        raise call.error(errors.Rejected, f"what was to be sent cannot be written as JSON or URL ({name})")

    async def _body(self, response: httpx.Response) -> bytes | None:
        """Return the body, None when it is longer than allowed; of a refusal just what its message needs."""
        body = bytearray()
        longest = self._limits.max_answer_bytes if response.is_success else 4096
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > longest:
                return None
        return bytes(body)

    def _judge(self, call: _Call[T], response: httpx.Response, body: bytes | None) -> Answer[T]:
        status = response.status_code
        if status in call.expect:
            try:
                value = call.read(None if status == 204 else parse_json(body))
            except Unreadable as error:
                reason = f"the answer cannot be used: {error}"
            except (ValueError, TypeError, LookupError, AttributeError) as error:
                reason = f"the answer cannot be used ({type(error).__name__})"
            else:
                return Answer(status, value, response.headers, call.error(CallError, "", response).request_id)
            raise call.unusable(reason, response)
        if status < 400:
            raise call.unusable(f"unexpected status {status}; redirects are not followed", response)
        reason = f"{status} {_message(call, response, body)}"
        after = retry_after(response.headers, self._clock.wall(), self._limits.max_retry_after)
        if status in {429, 503}:
            self._next_send = max(self._next_send, self._clock.monotonic() + (after or 0.0))
        if status == 429:
            raise _limited(call, reason, after, response)
        if status == 408 or status >= 500:
            raise call.lost(reason, response)
        raise call.error(_REFUSALS.get(status, errors.Rejected), reason, response)


def checked_base_url(text: str) -> str:
    """Return `text` without a trailing slash.

    Raises:
        ConfigurationError: It is no https address, or http beyond this machine, or holds a password or a query.
    """
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL:
        raise errors.ConfigurationError("The base URL is no URL.", guidance="Give https://host[/path].") from None
    shown = f"{url.scheme}://{url.host}{url.path}"  # never the user name, password or query
    if not url.host or url.userinfo or url.query or url.fragment:
        raise errors.ConfigurationError(f"The base URL {shown} is not usable.", guidance="Give https://host[/path].")
    if url.scheme != "https" and not (url.scheme == "http" and _is_this_machine(url.host)):
        raise errors.ConfigurationError(f"The base URL {shown} would send secrets in clear.", guidance="Use https.")
    return str(url).rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def retry_after(headers: Mapping[str, str], now: datetime, longest: float) -> float | None:
    """Return the wait in seconds that `Retry-After` asks for, at most `longest`; None if malformed or past."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(float(text), longest)
    moment = http_date(text)
    if moment is None:
        return None
    seconds = (moment - (http_date(headers.get("date", "")) or now)).total_seconds()
    return min(seconds, longest) if seconds > 0 else None


def http_date(text: str) -> datetime | None:
    """Return the moment that an HTTP date names, None if it names none."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_json(body: bytes | None) -> Any:
    """Read JSON strictly; a lone surrogate becomes U+FFFD, so that one broken name does not hide a whole page.

    Raises:
        Unreadable: Too long (None), not UTF-8, no JSON, a key given twice, NaN or infinite, nested too deeply.
    """
    if body is None:
        raise Unreadable("it is longer than allowed")
    try:
        text = body.decode("utf-8-sig")
        value = json_format.loads(
            text, object_pairs_hook=_unique_keys, parse_constant=_finite_number, parse_float=_finite_number
        )
        if type(value) in _CONTAINERS:
            _check_depth(value)
        return _mended(value) if _SURROGATE.search(text) else value
    except RecursionError:
        reason = "nested too deeply"
    except ValueError as error:
        reason = str(error)  # says what and where, not the text
    raise Unreadable(reason)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _finite_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is not finite")
    return number


def _check_depth(value: Any, left: int = _MAX_DEPTH) -> None:
    if not left:
        raise ValueError("nested too deeply")
    for item in value.values() if isinstance(value, dict) else value:
        if type(item) in _CONTAINERS:  # every item of every page passes here: no slower test
            _check_depth(item, left - 1)


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return [_mended(item) for item in value] if isinstance(value, list) else value


def redacted(text: str, sent: Iterable[str] = ()) -> str:
    """Return a server's words for errors: one line, at most 200 characters, no e-mail, no number, nothing we sent."""
    whole = len(text) <= 1000  # a cut could leave half an address, so the last word goes too
    words = "".join(letter if letter.isprintable() else " " for letter in text[:1000]).split()
    line = " ".join(words if whole else words[:-1])
    for part in sorted({part for part in sent if len(part) > 2}, key=len, reverse=True):
        line = re.sub(re.escape(part), "[…]", line, flags=re.IGNORECASE)
    return _NUMBER.sub("[…]", _ADDRESS.sub("[…]", line))[:200]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = value.values()
    if isinstance(value, str):
        yield value
    elif isinstance(value, Iterable):
        for item in value:
            yield from _texts(item)


def _message(call: _Call[Any], response: httpx.Response, body: bytes | None) -> str:
    try:
        said = parse_json(body)["message"]
    except (Unreadable, TypeError, LookupError):
        return response.reason_phrase
    keys = [word for value in response.request.headers.values() for word in value.split()]
    return redacted(said, [*_texts(call.json), *_texts(call.params), *keys]) if isinstance(said, str) else ""


def _limited(call: _Call[Any], reason: str, after: float | None, response: httpx.Response | None = None) -> CallError:
    error = call.error(errors.RateLimited, reason, response)
    if isinstance(error, errors.RateLimited):
        error.retry_after = after
    return error


def _log_retry(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    logger.info("Attempt %d failed, next in %.1f s: %s", state.attempt_number, state.upcoming_sleep, error)

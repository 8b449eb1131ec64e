"""One HTTP call: what an answer, or the lack of one, means for it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import httpx
import orjson

from connectors import errors
from connectors.errors import CallError
from connectors.http.redaction import keys, redacted, texts
from connectors.strict_json import Unreadable, decoded, mended, parse

T = TypeVar("T")

AS_LIMITED: Final = sys.maxsize
"""So many attempts as the limits allow, and no fewer."""

_MAX_DEPTH: Final = 64
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_REFUSALS: Final = {401: errors.AccessError, 403: errors.Forbidden, 404: errors.NotFound, 409: errors.Conflict}


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A usable answer: `value` is what `read` made of its JSON."""

    status: int
    value: T
    headers: httpx.Headers
    request_id: str | None


@dataclass(slots=True)
class Call(Generic[T]):
    """One call. `sent` and `doubt` say what is known of its attempts."""

    method: str
    path: str
    route: str
    read: Callable[[Any], T]
    json: Any
    params: Mapping[str, str | int]
    repeatable: bool
    expect: tuple[int, ...]
    anonymous: bool
    attempts: int = AS_LIMITED
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    reads_only: bool = False
    raw: bool = False
    quick: bool = False
    sent: bool = False  # bytes may be on their way, unanswered
    left: float = 0.0  # when the latest attempt left, on the monotonic clock
    doubt: str = ""  # why an earlier attempt may have been applied

    @property
    def reads(self) -> bool:
        """Whether it changes nothing on the server."""
        return self.reads_only or self.method in {"GET", "HEAD"}

    def error(self, kind: type[CallError], reason: str, response: httpx.Response | None = None) -> CallError:
        """Return an error that names this call."""
        status = None if response is None else response.status_code
        request_id = None if response is None else _request_id(response)
        return kind(reason, method=self.method, route=self.route, status=status, request_id=request_id)

    def lost(self, reason: str, response: httpx.Response | None = None) -> CallError:
        """Return the error for an answer that did not come: was the call applied?"""
        maybe_applied = self.sent and not self.reads
        self.doubt = reason if maybe_applied else self.doubt
        return self.error(errors.Ambiguous if maybe_applied else errors.NotApplied, reason, response)

    def unusable(self, reason: str, response: httpx.Response) -> CallError:
        """Return the error for an answer that came and cannot be used."""
        self.doubt = reason if not self.reads else ""
        return self.error(errors.ProtocolError if self.reads else errors.Ambiguous, reason, response)

    def may_repeat(self, error: BaseException) -> bool:
        """Whether the call may be sent again after this error."""
        if isinstance(error, errors.NotApplied):
            return True
        redirected = isinstance(error, CallError) and error.status in range(300, 400)
        passing = isinstance(error, errors.Ambiguous | errors.ProtocolError) and not redirected
        return passing and (self.reads or self.repeatable)

    def judged(
        self, response: httpx.Response, body: bytes | None, pause: float | None, *, too_many: bool = False
    ) -> Answer[T]:
        """Return the usable answer, or raise what the response means.

        Args:
            response: Its status and headers.
            body: What was read of it; None when it is longer than allowed.
            pause: The seconds that the server wants to be left alone.
            too_many: Whether it says that there were too many calls.
        """
        status = response.status_code
        if status in self.expect:
            try:
                value = self.read(None if status == 204 else self._content(body))
            except Unreadable as error:
                reason = f"the answer cannot be used: {error}"
            except (ValueError, TypeError, LookupError, AttributeError) as error:
                reason = f"the answer cannot be used ({type(error).__name__})"
            else:
                return Answer(status, value, response.headers, _request_id(response))
            raise self.unusable(reason, response)
        if status < 400:
            raise self.unusable(f"unexpected status {status}; redirects are not followed", response)
        reason = f"{status} {self._message(response, body)}"
        if too_many:
            raise self.limited(reason, pause, response)
        if status == 408 or status >= 500:
            raise self.lost(reason, response)
        raise self.error(_REFUSALS.get(status, errors.Rejected), reason, response)

    def _content(self, body: bytes | None) -> Any:
        """What `read` takes: the body's bytes, or its JSON."""
        if self.raw:
            return _whole(body)
        if self.quick and body is not None:
            with suppress(orjson.JSONDecodeError):  # the strict reader mends it, or says what is wrong
                return orjson.loads(body)
        return parse_json(body)

    def limited(self, reason: str, pause: float | None, response: httpx.Response | None = None) -> CallError:
        """Return the error for a call that the server, or its wish for a pause, turned away."""
        error = self.error(errors.RateLimited, reason, response)
        if isinstance(error, errors.RateLimited):
            error.retry_after = pause
        return error

    def _message(self, response: httpx.Response, body: bytes | None) -> str:
        try:
            said = _said(parse_json(body))
        except Unreadable:
            said = None
        if said is None:
            return response.reason_phrase
        sent = [*texts(self.json), *texts(self.params), *texts(self.form), *keys(response.request.headers.values())]
        return redacted(said, sent)


def _said(body: Any) -> str | None:
    """The words of a refusal: vendors keep them in one of these places, some in a list of errors."""
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return None
    found = (body.get(name) for name in ("message", "error_description", "error"))
    return next((said for said in found if isinstance(said, str)), None)


def _whole(body: bytes | None) -> bytes:
    if body is None:
        raise Unreadable("it is longer than allowed")
    return body


def parse_json(body: bytes | None) -> Any:
    """Read an answer strictly; a lone surrogate becomes U+FFFD, so that one broken name does not hide a whole page.

    Raises:
        Unreadable: Too long (None), not UTF-8, no JSON, a key given twice, NaN or infinite, nested too deeply.
    """
    if body is None:
        raise Unreadable("it is longer than allowed")
    text = decoded(body, bom=True)
    value = parse(text, _MAX_DEPTH)
    return mended(value) if _SURROGATE.search(text) else value


def _request_id(response: httpx.Response) -> str | None:
    return re.sub(r"[^A-Za-z0-9._:/+=-]", "", response.headers.get("x-request-id", ""))[:64] or None

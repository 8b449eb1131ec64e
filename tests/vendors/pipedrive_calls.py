"""How the double of Pipedrive takes calls: parameters that it knows, cursors that it gave, and how many calls go."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from tests.vendors.pipedrive_world import Record, Table, zulu

_RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

Rank = tuple[float, int]
"""Where a record stands in a list: by what it is sorted, and its id."""


class Refused(Exception):
    """A call that is turned away, with the API's words."""

    def __init__(self, status: int, error: str, info: str = "") -> None:
        self.status, self.body = status, {"success": False, "error": error, "error_info": info}


class Cursors:
    """Cursors, which nobody else can make and which may expire."""

    def __init__(self) -> None:
        self.life: timedelta | None = None
        """How long one counts; None: for ever."""
        self._salt = 0

    def expire(self) -> None:
        """Let none count that was given so far."""
        self._salt += 1

    def give(self, stream: str, by: str, last: Rank, now: int) -> str:
        """A cursor for what follows the record that stands there."""
        said = {"of": stream, "by": by, "last": last, "given": now, "seal": self._seal(stream, by, last)}
        return urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")

    def take(self, cursor: str, stream: str, by: str, now: int) -> Rank:
        """Where the list goes on; Refused where the cursor was never given, is another list's, or has expired."""
        try:
            said = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            last = (said["last"][0], said["last"][1])
            right = said["seal"] == self._seal(stream, by, last)
            right = right and (self.life is None or now - said["given"] <= self.life.total_seconds())
        except (ValueError, TypeError, LookupError):
            right = False
        if not right:
            raise Refused(400, "Validation failed", "The cursor is invalid or has expired.")
        return last

    def _seal(self, stream: str, by: str, last: Rank) -> str:
        return hashlib.sha256(f"{self._salt} {stream} {by} {last[0]} {last[1]}".encode()).hexdigest()[:8]


class Meter:
    """How many calls go: in two seconds of the double's clock, and in a day."""

    def __init__(self) -> None:
        self.burst: int | None = None
        """Calls in two seconds; None: any number."""
        self.patience = 3
        """So many calls over the burst get a 429; then comes the page."""
        self.daily = 100_000
        self._calls: list[datetime] = []
        self._over = 0

    def too_many(self, now: datetime) -> Response | None:
        """The refusal of a call that is one too many; None: it is counted."""
        self.daily -= 1
        self._calls = [moment for moment in self._calls if now - moment < timedelta(seconds=2)]
        if self.burst is None or len(self._calls) < self.burst:
            self._calls.append(now)
            self._over = 0
            return None
        self._over += 1
        if self._over > self.patience:
            return HTMLResponse("<!DOCTYPE html><html><body>Access denied | error 1015</body></html>", 403)
        return JSONResponse({"success": False, "error": "request over limit"}, 429, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        """What each answer says of it."""
        left = 80 if self.burst is None else max(0, self.burst - len(self._calls))
        return {
            "x-ratelimit-limit": str(self.burst or 80),
            "x-ratelimit-remaining": str(left),
            "x-ratelimit-reset": "2",
            "x-daily-requests-left": str(self.daily),
        }


def query_of(request: Request, known: set[str]) -> dict[str, str]:
    """The parameters; Refused where one is not known."""
    query = dict(request.query_params)
    if unknown := sorted(query.keys() - known):
        raise Refused(400, "Validation failed", f"unknown parameter: {unknown[0]}")
    return query


def number_of(query: dict[str, str], name: str, default: int) -> int:
    """A whole number among the parameters."""
    if name in query and not re.fullmatch(r"[0-9]{1,9}", query[name]):
        raise Refused(400, "Validation failed", name)
    return int(query.get(name, default))


def limit_of(query: dict[str, str]) -> int:
    """How many records a page may hold."""
    limit = number_of(query, "limit", 100)
    if not 1 <= limit <= 500:
        raise Refused(400, "Validation failed", "limit must be from 1 to 500")
    return limit


def moment_of(query: dict[str, str], name: str) -> float | None:
    """A time among the parameters, in seconds since 1970."""
    if name not in query:
        return None
    if not _RFC3339.fullmatch(query[name]):
        raise Refused(400, "Validation failed", name)
    return datetime.fromisoformat(query[name]).timestamp()


def named(query: dict[str, str], table: Table) -> list[int]:
    """The records that are asked for by their ids, those that are there."""
    given = query["ids"].split(",")
    if len(given) > 100 or not all(one.isdecimal() for one in given):
        raise Refused(400, "Validation failed", "ids")
    return sorted(number for number in {int(one) for one in given} if number in table.ids)


def times(moment: int) -> Record:
    """When a record was added and changed, as v2 says it."""
    return {"add_time": "2025-12-31T23:00:00Z", "update_time": zulu(moment)}


def granted(body: bytes, authorization: str, client: tuple[str, str, str], token: str) -> Response:
    """What the token server answers: the access token for the app's own login and refresh token."""
    form = dict(parse_qsl(body.decode()))
    name, client_secret, refresh_token = client
    try:
        known = b64decode(authorization.removeprefix("Basic ")).decode() == f"{name}:{client_secret}"
    except ValueError:
        known = False
    if not known:
        return JSONResponse({"success": False, "error": "invalid_client"}, 401)
    if form.get("grant_type") != "refresh_token" or form.get("refresh_token") != refresh_token:
        return JSONResponse({"success": False, "error": "invalid_grant"}, 400)
    said = {"access_token": token, "token_type": "bearer", "refresh_token": refresh_token}
    return JSONResponse({**said, "expires_in": 3599, "scope": "base,contacts:read"})


def guarded(
    answer: Callable[[Request], Any],
    who: Callable[[Request], None],
    metered: Callable[[], Meter],
    now: Callable[[], datetime],
) -> Callable[[Request], Any]:
    """The endpoint of an answer: too many calls, strangers and wrong requests are turned away before it."""

    async def endpoint(request: Request) -> Response:
        meter = metered()
        if (response := meter.too_many(now())) is not None:
            return response
        try:
            who(request)
            body = answer(request)
        except Refused as refusal:
            return JSONResponse(refusal.body, refusal.status, headers=meter.headers)
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return Response(text, media_type="application/json", headers=meter.headers)

    return endpoint

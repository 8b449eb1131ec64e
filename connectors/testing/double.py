"""What the doubles of all vendors share: a clock, a log of what was asked, and faults on demand.

A vendor's module has `class Vendor(Double)`. A test reaches it in process (`httpx.ASGITransport(double.asgi)`); in this
repository `python -m tests.vendors NAME` serves it.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, ClassVar, Final, Literal
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""The moment at which a double's world begins."""

FaultKind = Literal["status", "html", "cut", "not_json", "other", "echo"]

Flaw = Literal["nameless", "odd"]
"""What is wrong with a record: it has no id, or its values are of other kinds than documented."""


class Unsupported(Exception):
    """A control that a double does not have; the suite skips the case with these words."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came, and how it was answered."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    """Its JSON, its form as a mapping, or None."""
    status: int


@dataclass(slots=True)
class Fault:
    """What happens to the next request whose path contains `path`, instead of its answer."""

    status: int = 500
    kind: FaultKind = "status"
    """`status`: the vendor's own error of that status. `html`: a page instead. `cut`: the true answer, cut in the
    middle. `not_json`: 200 with words. `other`: 200 with JSON that is no answer to this request.
    `echo`: words that repeat how the request said who it is."""
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Double(ABC):
    """A vendor's account with a made-up world in it, the same for the same numbers."""

    kind: ClassVar[str]
    """The connector that reads it."""
    streams: ClassVar[Mapping[str, str]]
    """What it holds by the connector's names of streams, with the object of each."""
    secret: ClassVar[str]
    """The secret that it takes, in the form of the source's environment variable."""
    unchanging: ClassVar[frozenset[str]] = frozenset()
    """Streams whose records never change once they are there: they are not touched."""
    undeletable: ClassVar[frozenset[str]] = frozenset()
    """Streams of which the API does not tell what was deleted: nothing is deleted in them."""
    untold_in_windows: ClassVar[frozenset[str]] = frozenset()
    """Streams of which it tells what was deleted since a time, and not what was deleted within a window."""
    requests_for_changes: ClassVar[Mapping[str, int]] = {}
    """How many requests ten changes may cost a source that was just opened, by stream, where that is not three."""
    requests_more_after_a_day: ClassVar[Mapping[str, int]] = {}
    """How many more they may cost, by stream, where the last pull is a day ago and not an hour."""
    one_view: ClassVar[str] = ""
    """Why another secret shows the same records, where it does: else it is of a user who may see others."""

    def __init__(self, *, contacts: int = 50, companies: int = 10, activities: int = 20, same_moment: int = 0) -> None:
        """Make the world.

        Args:
            contacts: how many contacts.
            companies: how many companies.
            activities: how many activities, of all kinds together.
            same_moment: so many of the contacts, in the middle, have one change time.
        """
        self.counts = {"contacts": contacts, "companies": companies, "activities": activities}
        self.same_moment = same_moment
        self.now = BEGINNING + timedelta(days=200)
        """The double's clock: its `Date` header, and the change time of what is changed. It moves only by hand."""
        self.log: list[Seen] = []
        self.faults: deque[Fault] = deque()
        self._inner = Starlette(routes=list(self.routes()))

    # What a vendor's module says

    @abstractmethod
    def routes(self) -> Sequence[BaseRoute]:
        """The API's routes."""

    @abstractmethod
    def options(self, base_url: str) -> dict[str, Any]:
        """The connector's options that lead to this double at `base_url`."""

    @abstractmethod
    def ids(self, stream: str) -> list[str]:
        """The ids of all records of a stream that stand (neither deleted nor archived)."""

    @abstractmethod
    def touch(self, stream: str, ids: Sequence[str], **values: str) -> None:
        """Change records now, as a person would in the vendor's UI; `values` by the vendor's own names."""

    @abstractmethod
    def delete(self, stream: str, record: str) -> None:
        """Delete or archive a record now."""

    @abstractmethod
    def error(self, status: int) -> tuple[Any, dict[str, str]]:
        """The vendor's own body and headers of an error with this status."""

    # What a vendor's module says where its API has such a thing

    def secrets(self) -> Mapping[str, Mapping[str, Any]]:
        """Each form of a secret that it takes, with the options that go with it."""
        return {self.secret: {}}

    @property
    def access_tokens(self) -> Collection[str]:
        """What it gave out so far in exchange for a secret."""
        return ()

    def spoil(self, stream: str, record: str, flaw: Flaw) -> None:  # noqa: ARG002 - for those that have it
        """Show a record with a flaw from now on (`flawed`)."""
        raise Unsupported(f"the double of {self.kind} spoils no record of {stream}")

    def restore(self, stream: str, record: str) -> None:  # noqa: ARG002 - for those that have it
        """Bring back a record now that was deleted."""
        raise Unsupported(f"the double of {self.kind} restores no record of {stream}")

    def merge(self, stream: str, loser: str, winner: str) -> None:  # noqa: ARG002 - for those that have it
        """Merge a record into another one now."""
        raise Unsupported(f"the double of {self.kind} merges no records of {stream}")

    def convert(self, lead: str) -> str:  # noqa: ARG002 - for those that have it
        """Convert a record of the stream `leads` now; returns the id of the contact that it became."""
        raise Unsupported(f"the double of {self.kind} converts no lead")

    def associate(self, contact: str, company: str) -> None:  # noqa: ARG002 - for those that have it
        """Let a contact belong to a company now."""
        raise Unsupported(f"the double of {self.kind} changes no contact's company")

    # What a test does besides

    def touch_late(self, stream: str, ids: Sequence[str], **ago: float) -> None:
        """Show only now what people changed a `timedelta` of these arguments ago."""
        now = self.now
        self.now = now - timedelta(**ago)
        self.touch(stream, ids)
        self.now = now

    def moment_of(self, number: int, count: int) -> datetime:
        """When record `number` (from 0) of `count` last changed: spread over 180 days, the middle ones at one time."""
        first = (count - self.same_moment) // 2
        if first <= number < first + self.same_moment:
            number = first
        return BEGINNING + timedelta(days=180) * (number / max(1, count))

    def advance(self, **span: float) -> None:
        """Move the clock on by a `timedelta` of these arguments."""
        self.now += timedelta(**span)

    def asked(self, path: str = "") -> list[Seen]:
        """The requests whose path contains `path`."""
        return [one for one in self.log if path in one.path]

    # The server

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as an ASGI application: faults first, then the vendor's routes; every answer has the double's date."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        request = Request(scope, receive)
        raw = await request.body()
        fault = self._due(request.url.path)
        status, headers, body = await self._answer(scope, raw, fault)
        self.log.append(Seen(request.method, request.url.path, dict(request.query_params), _read(request, raw), status))
        headers = {**headers, "date": format_datetime(self.now, usegmt=True), "content-length": str(len(body))}
        lines = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, raw: bytes, fault: Fault | None) -> tuple[int, dict[str, str], bytes]:
        if fault is not None and fault.kind == "status":
            said, headers = self.error(fault.status)
            headers = {"content-type": "application/json", **headers, **fault.headers}
            return fault.status, headers, json.dumps(said).encode()
        if fault is not None and fault.kind == "other":
            return 200, {"content-type": "application/json", **fault.headers}, b'{"message": "back in an hour"}'
        if fault is not None and fault.kind in ("html", "not_json"):
            page = b"<html><body>Access denied</body></html>" if fault.kind == "html" else b"all is well"
            return fault.status if fault.kind == "html" else 200, {"content-type": "text/html", **fault.headers}, page
        if fault is not None and fault.kind == "echo":
            said = {"message": f"not to be read: {dict(Request(scope).headers)} {raw.decode(errors='replace')}"}
            return fault.status, {"content-type": "application/json", **fault.headers}, json.dumps(said).encode()
        status, headers, body = await self._routed(scope, raw)
        return status, headers, body[: len(body) // 2] if fault is not None else body

    async def _routed(self, scope: Scope, raw: bytes) -> tuple[int, dict[str, str], bytes]:
        status, headers, parts = 500, dict[str, str](), list[bytes]()

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                parts.append(message.get("body", b""))

        await self._inner(scope, receive, send)
        return status, headers, b"".join(parts)

    def _due(self, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.path in path:
                self.faults.remove(fault)
                return fault
        return None


def flawed(record: dict[str, Any], flaw: Flaw | None) -> dict[str, Any]:
    """A record as it is shown with a flaw, its id in `id` or `Id`; as it is without one."""
    if flaw is None:
        return record
    if flaw == "nameless":
        return {name: value for name, value in record.items() if name.lower() != "id"}
    return {name: value if name.lower() == "id" else _odd(value) for name, value in record.items()}


def _odd(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _odd(inner) for name, inner in value.items()}
    if isinstance(value, str):
        return {"odd": value}
    return None if value is None else "odd"


def _read(request: Request, raw: bytes) -> Any:
    kind = request.headers.get("content-type", "")
    if "form-urlencoded" in kind:
        return dict(parse_qsl(raw.decode()))
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None

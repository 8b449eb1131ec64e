"""HubSpot as a source: what changed by a search in the order of ids, what was archived by a list.

A first pull is the same search without a change time. A list would serve, too, 100 records a call and not 200, with
the properties in a URL of 2,000 characters, which those of a real account exceed, so that each page would cost a second
call. What the search does not know yet is as young as its lag, and asked for again by the next pull's overlap.

What changed costs three calls a stream: a search, the list of archived records, and associations. A fourth one waits
for a pull that finds nothing changed, and so needs no associations, or for `WAITS`: of contacts the look for companies
that moved, which the stream of companies saves them where it is pulled just before; of activities, whose associations
are two calls, the list of archived ones.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Self

from pydantic import BaseModel

from connectors.api import Access, ApiSource, Means, Page, Stream
from connectors.contract import Layout
from connectors.errors import CallError, Forbidden, NotFound
from connectors.http import Clock
from connectors.hubspot.client import ASSOCIATIONS, BATCH, SEARCH_PAGE, Filter, HubSpot, Listed
from connectors.hubspot.cursor import Position, millis, moment_of
from connectors.hubspot.kinds import COMPANIES, CONTACTS, KINDS, Kind
from connectors.hubspot.layouts import ID, layout_of
from connectors.hubspot.options import Options
from connectors.hubspot.shapes import Associations, Pages, Shape
from connectors.hubspot.walk import archived, found, id_of
from connectors.marks import next_mark, server_time

WAITS: Final = 6 * 60 * 60 * 1000
"""So many milliseconds the fourth call of a pull may wait."""


@dataclass(frozen=True, slots=True)
class _Moved:
    """Companies that changed since `since`, as far as is known up to `to`."""

    since: int
    to: int
    ids: frozenset[str]


class Source(ApiSource):
    """An account of HubSpot's."""

    kind = "hubspot"

    def __init__(self, options: BaseModel, means: Means) -> None:
        """Take the options; the secret is not looked at yet."""
        assert isinstance(options, Options)  # noqa: S101 - the contract's
        self._options = options
        self._means = means
        self._shapes: dict[str, Shape] = {}
        self._moved: _Moved | None = None
        self._portal = options.portal_id
        self._client: HubSpot | None = None

    async def __aenter__(self) -> Self:
        """Open the clients; nothing is sent. Raises ConfigurationError where the secret is missing or wrong."""
        self._client = HubSpot(self._options, self._means)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        await self._hubspot.aclose()

    @property
    def _hubspot(self) -> HubSpot:
        assert self._client is not None, "open it with `async with`"  # noqa: S101 - a mistake in code, not in data
        return self._client

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Those that the options name, companies first."""
        return tuple(Stream(kind.name, kind.object) for kind in KINDS.values() if kind.name in self._options.streams)

    @property
    def origin(self) -> str:
        """The server and the account: by its number, else by a digest of the secret, which no call is needed for."""
        account = f"portal {self._portal}"
        if self._options.portal_id is None:
            secret = self._means.secret.get_secret_value() if self._means.secret else ""
            account = f"token {sha256(secret.encode()).hexdigest()[:12]}"
        return f"{self._options.base_url} {account}"

    @property
    def facts(self) -> Mapping[str, str]:
        """The account's number, where it is known."""
        return {} if self._portal is None else {"portal": str(self._portal)}

    def labels(self, stream: str) -> Mapping[str, str]:
        """The properties' labels, as HubSpot shows them to people."""
        shape = self._shapes.get(stream)
        return shape.labels if shape else {}

    def layout(self, object_name: str, columns: Sequence[str]) -> Layout:
        """Say what `columns` mean."""
        return layout_of(object_name, columns)

    def places(self, name: str, rows: Mapping[int, str], facts: Mapping[str, str]) -> Mapping[int, str]:
        """The address of a contact or company, where the account's number is known; else `contact 4711`."""
        kind, portal = KINDS[name], facts.get("portal") or self._portal
        if portal is None or kind.type_id is None:
            return {row: f"{kind.word} {record}" for row, record in rows.items()}
        base = f"https://app.hubspot.com/contacts/{portal}/record/{kind.type_id}"
        return {row: f"{base}/{record}" for row, record in rows.items()}

    async def pull(self, stream: str, cursor: str | None) -> AsyncIterator[Page]:
        """Yield what changed since `cursor`: records, contacts of companies that changed, what was archived."""
        kind, at = KINDS[stream], Position.read(cursor)
        shape = await self._shape(kind)
        pages, given, whole = Pages(shape), set[str](), at == at.at("records")
        if at.part == "records":
            filters: list[Filter] = [] if at.since is None else [(kind.change, "GTE", at.since)]
            async with aclosing(self._found(kind, filters, at.after, shape)) as lists:
                async for listed, last, associations in lists:
                    if at.to is None:  # by HubSpot's clock, at the first answer
                        at = replace(at, to=_mark(listed.moment, at.since))
                    at = replace(at, after=last)
                    records = pages.usable(listed.results)
                    if at.since is not None:
                        given.update(record["id"] for record in records)
                    yield pages.page(records, at, associations)
            at = at.at("moved")
        to = at.to or 0
        waiting = to if at.waiting is None else at.waiting
        later = bool(given) and to - waiting < WAITS
        if kind is COMPANIES and whole and at.since is not None:
            self._moved = _Moved(at.since, to, frozenset(given))
        if kind is CONTACTS and at.part == "moved" and at.since is not None:
            if (moved := await self._moved_companies(waiting, None if later else to)) is not None:
                async for records in self._contacts_of(moved.ids, given, shape):
                    usable = pages.usable(records)
                    ids = [record["id"] for record in usable]
                    yield pages.page(usable, at, await self._associations(kind, ids))
                waiting = moved.to
            at = replace(at, waiting=waiting)
        at = at.at("archived")
        activity = kind.object == "activities"
        if not (activity and later):
            since = waiting if activity and at.since is not None else at.since
            async for records in archived(self._hubspot, kind, since, None):
                yield pages.page(pages.usable(records), at, {})
            waiting = to if activity else waiting
        yield pages.page([], Position(since=to, waiting=None if kind is COMPANIES else waiting), {})

    async def window(self, stream: str, start: datetime, end: datetime) -> AsyncIterator[Page]:
        """Yield the records whose change time, or whose time of being archived, lies in [start, end)."""
        kind, low, high = KINDS[stream], millis(start), millis(end)
        shape = await self._shape(kind)
        pages = Pages(shape)
        filters: list[Filter] = [(kind.change, "GTE", low), (kind.change, "LT", high)]
        async with aclosing(self._found(kind, filters, 0, shape)) as lists:
            async for listed, _, associations in lists:
                yield pages.page(pages.usable(listed.results), None, associations)
        async for records in archived(self._hubspot, kind, low, high):
            yield pages.page(pages.usable(records), None, {})

    async def check(self) -> Access:
        """Ask for the account, and for one record of each stream."""
        account, wrong, notes = "account", list[str](), list[str]()
        try:
            details = await self._hubspot.details()
            number = details.value.get("portalId")
            if self._options.portal_id not in (None, number):
                wrong.append(f"the token is one of portal {number}: mend options.portal_id, or the token.")
            self._portal = number if isinstance(number, int) else self._portal
            account = f"portal {number}"
        except (Forbidden, NotFound):
            notes.append("which account it is cannot be asked with this token")
        kinds = [KINDS[stream.name] for stream in self.streams]
        answers = await asyncio.gather(*(self._hubspot.any(kind) for kind in kinds), return_exceptions=True)
        server, left = None, None
        for kind, answer in zip(kinds, answers, strict=True):
            if isinstance(answer, Forbidden):
                wrong.append(f"{kind.name} may not be read: give the app the scope {kind.scope}.")
            elif isinstance(answer, CallError):
                wrong.append(f"{kind.name} cannot be read: {answer}")
            elif isinstance(answer, BaseException):
                raise answer
            else:
                left = answer.headers.get("x-hubspot-ratelimit-daily-remaining", left)
                server = server_time(answer.headers, self._means.clock or Clock())
        if left is not None:
            notes.append(f"{left} calls left today")
        return Access(f"{account} on {self._options.base_url}", tuple(notes), tuple(wrong), server)

    async def _shape(self, kind: Kind) -> Shape:
        """The stream's columns: the account's properties are asked for once while the source is open."""
        if kind.name not in self._shapes:
            self._shapes[kind.name] = Shape(kind, await self._hubspot.properties(kind))
        return self._shapes[kind.name]

    async def _found(
        self, kind: Kind, filters: Sequence[Filter], after: int, shape: Shape
    ) -> AsyncGenerator[tuple[Listed, int, Associations]]:
        """As `found`, with what records are associated with: of several pages by one call, which takes so many ids."""
        most = ASSOCIATIONS // SEARCH_PAGE if kind.associated else 1
        async with aclosing(found(self._hubspot, kind, filters, after, shape.properties)) as lists:
            some: list[tuple[Listed, int]] = []
            async for one in lists:
                some.append(one)
                if len(some) == most or not one[0].goes_on:
                    ids = [text for listed, _ in some for record in listed.results if (text := id_of(record))]
                    associations = await self._associations(kind, ids)
                    for listed, last in some:
                        yield listed, last, associations
                    some = []

    async def _associations(self, kind: Kind, ids: Sequence[str]) -> Associations:
        if not ids:
            return {}
        asked = [self._hubspot.associated(kind, to, ids) for to in kind.associated]
        return dict(zip(kind.associated, await asyncio.gather(*asked), strict=True))

    async def _moved_companies(self, since: int, to: int | None) -> _Moved | None:
        """The companies that changed since then: as the stream of companies has just found them, else by a search.

        Without `to`, up to which the search counts, none is made.

        A contact's change time moves with its primary company alone. Any contact that comes or leaves moves its
        company's, by the property `num_associated_contacts`: so a change of associations alone shows there. Who left a
        company that was not their primary one is not among its contacts any more: such a row stays until it changes.
        """
        known, self._moved = self._moved, None
        if known is not None and known.since <= since:
            return known
        if to is None:
            return None
        ids = set[str]()
        filters: list[Filter] = [(COMPANIES.change, "GTE", since)]
        async with aclosing(found(self._hubspot, COMPANIES, filters, 0, (ID,))) as lists:
            async for listed, _ in lists:
                ids.update(record["id"] for record in Pages(Shape(COMPANIES, {})).usable(listed.results))
        return _Moved(since, to, frozenset(ids))

    async def _contacts_of(self, companies: frozenset[str], given: set[str], shape: Shape) -> AsyncIterator[list[Any]]:
        """The contacts of companies as they are now, without those that this pull has given."""
        if not companies:
            return
        theirs = await self._hubspot.associated(COMPANIES, CONTACTS.name, sorted(companies, key=int))
        wanted = sorted({one for ids in theirs.values() for one in ids} - given, key=int)
        for first in range(0, len(wanted), BATCH):
            yield await self._hubspot.read(CONTACTS, wanted[first : first + BATCH], shape.properties)


def _mark(began: datetime, since: int | None) -> int:
    return millis(next_mark(began, None if since is None else moment_of(since)))

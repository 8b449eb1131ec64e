"""Pipedrive as a source: what changed since a cursor, or within a window of time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import ClassVar, Self

from pydantic import BaseModel

from connectors.api import Access, ApiSource, Means, Page, Stream
from connectors.contract import Layout
from connectors.errors import AccessError, CallError, Rejected, SourceRefused
from connectors.http.base_url import checked_base_url
from connectors.marks import next_mark, server_time
from connectors.pipedrive import checking
from connectors.pipedrive.account import RECENTS, Account
from connectors.pipedrive.answers import answer_of, page_of
from connectors.pipedrive.fields import SEPARATOR
from connectors.pipedrive.options import Options
from connectors.pipedrive.position import Position
from connectors.pipedrive.shape import Shape
from connectors.pipedrive.streams import CONTACTS, KINDS


class Source(ApiSource):
    """A Pipedrive account."""

    kind: ClassVar[str] = "pipedrive"

    def __init__(self, options: BaseModel, means: Means) -> None:
        """Take the options; nothing is sent yet.

        Raises:
            ConfigurationError: the address is none that secrets may be sent to.
        """
        assert isinstance(options, Options)  # noqa: S101 - the connector's own
        self._options = options
        self._means = means
        self._address = checked_base_url(options.address)
        self._account: Account | None = None

    async def __aenter__(self) -> Self:
        self._account = Account(self._address, self._options, self._means)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Organizations, persons, activities, notes."""
        return tuple(kind.stream for kind in KINDS.values())

    @property
    def origin(self) -> str:
        """The account's address and who asks, by the app's id or a digest of the token: another user may see more."""
        if self._options.client_id is not None:
            return f"{self._address} app {self._options.client_id}"
        secret = self._means.secret.get_secret_value().strip() if self._means.secret else ""
        return f"{self._address} token {sha256(secret.encode()).hexdigest()[:12]}"

    @property
    def facts(self) -> Mapping[str, str]:
        """Where records are to be seen, and which deletions were not told."""
        unseen = self._account.unseen if self._account is not None else {}
        said = "; ".join(f"{stream}: {why}" for stream, why in unseen.items())
        return {"address": self._address, **({"deletions": said} if said else {})}

    def labels(self, stream: str) -> Mapping[str, str]:
        """The names of custom fields, by their columns."""
        found = self._account.fields.get(stream) if self._account is not None else None
        return found.labels if found is not None else {}

    async def pull(self, stream: str, cursor: str | None) -> AsyncIterator[Page]:
        """Yield what changed since `cursor`, then what was deleted since; all there is where it is None.

        All begins anew, too, where an optional field may be asked for that was not when the cursor was made.
        """
        account, kind, at = self._open, KINDS[stream], Position.read(cursor)
        shape = Shape(kind, await account.fields_of(kind))
        asked, landed = account.optional(kind), at.since or at.began
        if not set(asked) <= set(at.asked):
            at = Position()
        began, now = at.began, None
        async for found in account.walk(kind, at.since, None, at.after, at.hint):
            if now is None:
                now = server_time(found.headers, account.clock)
                account.told_since(kind, landed, now)
            began = began or now
            if found.records or found.unusable:
                here = None if found.last else Position(at.since, began, found.after, found.hint, asked).text
                yield await asyncio.to_thread(shape.page, found.records, found.unusable, here)
        assert began is not None  # noqa: S101 - a walk has a page
        assert now is not None  # noqa: S101 - it has
        # Without a `since`, too: another token may have landed what was deleted meanwhile.
        async for gone in account.deleted(kind, at.since, now):
            yield shape.page(gone)
        yield shape.page([], cursor=Position(next_mark(began, at.since), asked=asked).text)

    async def window(self, stream: str, start: datetime, end: datetime) -> AsyncIterator[Page]:
        """Yield the records whose change time lies in [start, end), as they are now; times have whole seconds there."""
        account, kind = self._open, KINDS[stream]
        first, until = _whole(start), _whole(end)
        shape = Shape(kind, await account.fields_of(kind))
        if first >= until:
            return
        async for found in account.walk(kind, first, until, None, None):
            yield shape.page(found.records, found.unusable)

    async def check(self) -> Access:
        """Ask who we are and for one record of each stream.

        Raises:
            BridgeError: nothing can be read.
        """
        account = self._open
        user = await account.call("/v1/users/me", {}, answer_of)
        asked: list[tuple[str, str, dict[str, str | int]]] = [
            (kind.stream.name, kind.path, {"limit": 1}) for kind in KINDS.values()
        ]
        since = (server_time(user.headers, account.clock) - timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M:%S")
        asked.append((checking.DELETIONS, RECENTS, {"since_timestamp": since, "items": "person", "limit": 1}))
        calls = [account.call(path, params, page_of) for _, path, params in asked]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        refused: dict[str, CallError] = {}
        for (name, _, _), answer in zip(asked, answers, strict=True):
            if isinstance(answer, AccessError | Rejected):  # the right to read it; other troubles are of all calls
                refused[name] = answer
            elif isinstance(answer, BaseException):
                raise answer
        unasked: Sequence[str] = ()
        if CONTACTS.stream.name not in refused:
            unasked = [name for name in CONTACTS.optional if name not in (await account.fields_of(CONTACTS)).known]
        return checking.access(self._address, user.value, user.headers, refused, unasked, account.clock)

    def layout(self, object_name: str, columns: Sequence[str]) -> Layout:
        """Say what `columns` mean; a landing of activities is one of notes where it has their columns."""
        present = set(columns)
        for kind in KINDS.values():
            if kind.stream.object == object_name and present >= {*kind.received, *kind.own}:
                return Layout(
                    f"pipedrive_{kind.stream.name}",
                    object_name,
                    kind.layout,
                    separators=(SEPARATOR,),
                    date_format=kind.date_format,
                )
        raise SourceRefused(f"the columns are none of Pipedrive's {object_name}.", name="pipedrive")

    def places(self, name: str, rows: Mapping[int, str], facts: Mapping[str, str]) -> Mapping[int, str]:
        """The address of a person or an organization; `activity 4711` of what has no page of its own."""
        kind = KINDS.get(name)
        if kind is None:
            return super().places(name, rows, facts)
        if kind.page is None:
            return {row: f"{kind.item} {record}" for row, record in rows.items()}
        address = facts.get("address", self._address)
        return {row: f"{address}/{kind.page}/{record}" for row, record in rows.items()}

    @property
    def _open(self) -> Account:
        assert self._account is not None  # noqa: S101 - it is opened with `async with`
        return self._account


def _whole(moment: datetime) -> datetime:
    """The first whole second that is not before a moment: Pipedrive's change times have no parts of a second."""
    moment = moment.astimezone(UTC)
    return moment if moment.microsecond == 0 else moment.replace(microsecond=0) + timedelta(seconds=1)

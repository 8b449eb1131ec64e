"""Salesforce as a source: what changed since a cursor, or within a window of time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import ClassVar, Self

from pydantic import BaseModel

from connectors.api import Access, ApiSource, Means, Page, Stream
from connectors.contract import Layout
from connectors.errors import CallError, Rejected, SourceRefused
from connectors.http.base_url import checked_base_url
from connectors.marks import next_mark, server_time
from connectors.salesforce import checking
from connectors.salesforce.account import Account
from connectors.salesforce.fields import Fields
from connectors.salesforce.jobs import Jobs
from connectors.salesforce.objects import KINDS, SEPARATOR, Kind, kind_of
from connectors.salesforce.options import Options
from connectors.salesforce.position import Position
from connectors.salesforce.shape import Shape
from connectors.salesforce.soql import select
from connectors.salesforce.walking import walk

logger = logging.getLogger(__name__)


class Source(ApiSource):
    """A Salesforce organisation, as one user of it sees it."""

    kind: ClassVar[str] = "salesforce"

    def __init__(self, options: BaseModel, means: Means) -> None:
        """Take the options; nothing is sent yet.

        Raises:
            ConfigurationError: the address is none that secrets may be sent to.
        """
        assert isinstance(options, Options)  # noqa: S101 - the connector's own
        self._options = options
        self._means = means
        self._address = checked_base_url(options.login_url)
        self._account: Account | None = None
        self._labels: dict[str, Mapping[str, str]] = {}
        self._unseen = ""
        """What the pull that is under way cannot tell of deletions."""

    async def __aenter__(self) -> Self:
        self._account = Account(self._options, self._means)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Accounts, contacts, leads, tasks, events, or those of them that the options name."""
        return tuple(kind.stream for name, kind in KINDS.items() if name in self._options.streams)

    @property
    def origin(self) -> str:
        """The organisation's own address, and whose eyes it is seen with: another user may see other records."""
        options, secret = self._options, self._means.secret.get_secret_value().strip() if self._means.secret else ""
        asks = f"{options.client_id} {options.username or sha256(secret.encode()).hexdigest()[:12]}"
        return f"{self._address} {asks}"

    @property
    def facts(self) -> Mapping[str, str]:
        """Where records are to be seen, and whether deletions may have been missed."""
        address = (self._account.address if self._account is not None else "") or self._address
        return {"instance_url": address, **({"deletions": self._unseen} if self._unseen else {})}

    def labels(self, stream: str) -> Mapping[str, str]:
        """The names by which people know an object's fields."""
        return self._labels.get(stream, {})

    async def pull(self, stream: str, cursor: str | None) -> AsyncGenerator[Page]:
        """Yield what changed since `cursor`, what was deleted included; all there is where it is None."""
        account, kind, at = self._open, KINDS[stream], Position.read(cursor)
        if at.job is not None and at.began is None:  # all that it gave is landed
            await Jobs(account).delete(at.job)
            at = Position(at.since, fields=at.fields)
        shape, now = await self._shape(kind)
        self._tell_unseen(stream, at.since, now)
        meant = kind.meant & {*shape.fields.names}
        if at.fields is not None and not meant <= {*at.fields.split(",")}:
            if at.job is not None:
                await Jobs(account).delete(at.job)
            at = Position()  # what could not be read before stands in records that did not change since
        at = replace(at, began=at.began or now, fields=",".join(sorted(meant)))
        end = Position(next_mark(at.began or now, at.since), fields=at.fields)
        async with aclosing(walk(account, shape, partial(_asked, shape, end=None), at)) as walked:
            async for found in walked:
                here = replace(end, job=found.at.job) if found.last else found.at
                yield shape.page(found.rows, found.unusable, here.text)

    async def window(self, stream: str, start: datetime, end: datetime) -> AsyncGenerator[Page]:
        """Yield the records whose change time lies in [start, end), as they are now, deleted ones included."""
        if start >= end:
            return
        account, job = self._open, None
        self._unseen = ""
        shape, _ = await self._shape(KINDS[stream])
        try:
            async with aclosing(walk(account, shape, partial(_asked, shape, end=end), Position(start))) as walked:
                async for found in walked:
                    job = found.at.job
                    yield shape.page(found.rows, found.unusable)
        finally:
            if job is not None:  # a window is never gone on with
                await Jobs(account).delete(job)

    async def check(self) -> Access:
        """Ask which organisation it is, and for the fields of each stream's object.

        Raises:
            BridgeError: nothing can be read.
        """
        account, names = self._open, [stream.name for stream in self.streams]
        asking = account.query(checking.ORGANISATION, deleted=False, sparing=False)
        describing = [account.describe(KINDS[name].sobject, sparing=False) for name in names]
        (organisation,), answers = await asyncio.gather(
            asyncio.gather(asking, return_exceptions=True), asyncio.gather(*describing, return_exceptions=True)
        )
        described: dict[str, Fields | CallError] = {}
        for name, answer in zip(names, answers, strict=True):
            if isinstance(answer, Rejected):  # the right to read it; other troubles are of all calls
                described[name] = answer
            elif isinstance(answer, BaseException):
                raise answer
            else:
                described[name] = answer.value
        if isinstance(organisation, BaseException) and not isinstance(organisation, Rejected):
            raise organisation
        headers = [one.headers for one in (organisation, *answers) if not isinstance(one, BaseException)]
        if not headers:
            raise next(one for one in described.values() if isinstance(one, CallError))
        records = organisation.value.records if not isinstance(organisation, BaseException) else []
        return checking.access(
            account.address,
            records[0] if records else None,
            described,
            account.used,
            self._options.daily_share,
            server_time(headers[0], account.clock),
        )

    def layout(self, object_name: str, columns: Sequence[str]) -> Layout:
        """Say what `columns` mean: fields that the app's user may not read are not among them."""
        kind = kind_of(object_name, columns)
        if kind is None:
            raise SourceRefused(f"the columns are none of Salesforce's {object_name}.", name="salesforce")
        present = set(columns)
        mapped = {field: tuple(name for name in names if name in present) for field, names in kind.fields.items()}
        return Layout(
            "salesforce",  # one space of ids: leads become contacts
            object_name,
            {field: names for field, names in mapped.items() if names},
            separators=(SEPARATOR,),
        )

    def places(self, name: str, rows: Mapping[int, str], facts: Mapping[str, str]) -> Mapping[int, str]:  # noqa: ARG002 - the contract's
        """The address of a record."""
        address = facts.get("instance_url", self._address)
        return {row: f"{address}/{record}" for row, record in rows.items()}

    @property
    def _open(self) -> Account:
        assert self._account is not None  # noqa: S101 - it is opened with `async with`
        return self._account

    async def _shape(self, kind: Kind) -> tuple[Shape, datetime]:
        """The columns of a pull, from the object's fields as they are now, and the server's time."""
        answer = await self._open.describe(kind.sobject)
        self._labels[kind.stream.name] = answer.value.labels
        return Shape(kind, answer.value), server_time(answer.headers, self._open.clock)

    def _tell_unseen(self, stream: str, since: datetime | None, now: datetime) -> None:
        """Say where records may have been deleted and have left the recycle bin since the last pull."""
        days = self._options.deleted_days
        self._unseen = ""
        if since is None or now - since <= timedelta(days=days):
            return
        self._unseen = f"not pulled since {since.date()}: what was deleted more than {days} days ago may not be told"
        logger.warning("%s/%s: %s", self._means.name, stream, self._unseen)


def _asked(shape: Shape, at: Position, *, end: datetime | None) -> str:
    behind = (at.stamp, at.id) if at.stamp is not None and at.id is not None else None
    # A person account is one person, who stands among the contacts, too.
    persons = shape.kind.stream.object == "companies" and "IsPersonAccount" in shape.fields.labels
    only = "IsPersonAccount = false" if persons else ""
    return select(shape.fields.names, shape.kind.sobject, since=at.since, until=end, behind=behind, only=only)

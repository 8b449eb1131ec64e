"""The contract of a source of an API: what it gives since a cursor (`pull`), and within a window of time (`window`).

A connector is one module in this package (or an entry point in the group `crm_bridge.sources`) with two names:
`Options`, a pydantic model that forbids extra keys, and `Source`, an `ApiSource`. Rows travel as Arrow batches of text
columns, as received (`connectors.rows`); what they mean is said by `layout` and worked out by clean. What the source
itself reports as gone is a row, too: a tombstone, whose `tombstone` says `deleted`, `archived`, `merged` or
`converted`, and whose `merged_into` names the record that stands for it now, where there is one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

import httpx
import pyarrow as pa
from pydantic import BaseModel, SecretStr

from connectors.contract import Layout
from connectors.errors import AccessError
from connectors.http import Clock, Limits


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of record that a source of an API gives, such as `leads`: it is pulled, landed and shown by itself."""

    name: str
    """Letters, digits and `_`: the stream's name in landings, cursors and Dagster."""
    object: str
    """The name of its schema in `connectors.records`: `contacts`, `companies` or `activities`."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some records of a stream as they came: a batch of text columns, null where a record says nothing.

    All pages of one pull of one stream have the same columns, and later ones further columns where nobody can know them
    before. Records in = rows + rejected rows.
    """

    rows: pa.RecordBatch
    cursor: str | None = None
    """From here the pull goes on once these rows are landed; None: not from here. A window's pages have none."""
    rejected: pa.Table | None = None
    """Records that cannot be landed (`REJECTED_SCHEMA`): `line` counts the pull's records from 1, `text` is JSON."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a source of an API is given besides its options."""

    name: str
    """The source's name in the settings, for messages."""
    variable: str
    """The environment variable that its secret comes from, for messages."""
    secret: SecretStr | None
    """The variable's value: one secret as it is, or several as a JSON object. None: it is not set."""
    transport: httpx.AsyncBaseTransport | None = None
    """Replaces the network in tests."""
    clock: Clock | None = None
    """Replaces time and chance in tests."""
    limits: Limits | None = None
    """Times, retries, concurrency."""

    @contextmanager
    def named(self) -> Iterator[None]:
        """Let an AccessError out of this block say in which environment variable the secret is to be mended."""
        try:
            yield
        except AccessError as error:
            error.guidance = f"Check the secret in {self.variable} and what it may do."
            raise


@dataclass(frozen=True, slots=True)
class Access:
    """What a source says of itself when it is asked whether it can be read; for people."""

    account: str
    """Which account, in words without secrets: `portal 4711 on api.hubapi.com`."""
    notes: tuple[str, ...] = ()
    """What somebody should know: calls left, missing rights, a wrong clock."""
    wrong: tuple[str, ...] = ()
    """What keeps some stream from being read, each with its mend."""
    server_time: datetime | None = None
    """The server's clock, where it says so."""


class ApiSource(ABC):
    """A source whose records are pulled from a server: what changed since a cursor, or within a window of time.

    It is opened with `async with`. Its methods raise the errors of `connectors.errors`: a CallError of the call that
    failed, a ConfigurationError where options or secret are wrong. What is wrong with one record is no error: the
    record is set aside in the page's `rejected`.
    """

    kind: ClassVar[str]
    """The vendor in one word, for icons: `hubspot`."""

    @abstractmethod
    def __init__(self, options: BaseModel, means: Means) -> None:
        """Take the connector's own `Options` and its means; the secret is not looked at yet."""

    @abstractmethod
    async def __aenter__(self) -> Self:
        """Open what is needed for calls; nothing is sent yet.

        Raises:
            ConfigurationError: the secret is missing or of the wrong form; the message names `means.variable`.
        """

    @abstractmethod
    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""

    @property
    @abstractmethod
    def streams(self) -> tuple[Stream, ...]:
        """What it gives, companies before contacts before activities. Needs no call, and no secret."""

    @property
    @abstractmethod
    def origin(self) -> str:
        """Which account is asked for what, without secrets: a cursor counts for the origin that it was made for.

        It changes with everything that makes records appear that no change time tells of: another account, a filter.
        """

    def labels(self, stream: str) -> Mapping[str, str]:  # noqa: ARG002 - for those that have some
        """The names by which people know columns, by column: settings may use either. Known once a page came."""
        return {}

    @property
    def windows(self) -> bool:
        """Whether `window` can be asked for. Without it a source is only pulled."""
        return True

    def whole(self, stream: str) -> bool:  # noqa: ARG002 - for those that have some
        """Whether each pull of a stream gives everything there is, not what changed; known once the source is open.

        What such a pull gives is landed once all of it is there, and takes the place of what landed before. It has no
        cursors.
        """
        return False

    def ids_by_stream(self, object_name: str) -> bool:  # noqa: ARG002 - for those that have some
        """Whether each stream of an object numbers its records by itself: then the stream is part of a record's key.

        Without it all streams of an object share one space of ids, as leads and contacts do that become each other.
        """
        return False

    @abstractmethod
    def pull(self, stream: str, cursor: str | None) -> AsyncIterator[Page]:
        """Yield what changed since `cursor`, tombstones included; all there is where it is None.

        Each cursor that a page bears may be given back, in this process or in a later one, as often as needed: the
        pull then gives everything that the pages after it gave, and what changed meanwhile. The last page's cursor
        covers the pull; it is yielded even where nothing changed, with a batch of no rows. A cursor never lies later
        than the server's clock when the pull began, less an overlap: what a server shows late is given again.
        """

    @abstractmethod
    def window(self, stream: str, start: datetime, end: datetime) -> AsyncIterator[Page]:
        """Yield the records whose change time lies in [start, end), as they are now."""

    @abstractmethod
    async def check(self) -> Access:
        """Ask the server, in a few calls, whether everything can be read.

        Raises:
            BridgeError: nothing can.
        """

    @abstractmethod
    def layout(self, object_name: str, columns: Sequence[str]) -> Layout:
        """Say what `columns` mean: as `Source.layout`."""

    def places(self, name: str, rows: Mapping[int, str], facts: Mapping[str, str]) -> Mapping[int, str]:  # noqa: ARG002 - for those that override it
        """Say where records of a landing are to be seen: a URL, else `contact 4711`.

        Args:
            name: the stream's name.
            rows: the records' own ids, by their rows in the landing.
            facts: the landing's facts, among them those of `facts`.
        """
        one = f"{name.removesuffix('ies')}y" if name.endswith("ies") else name.removesuffix("s")
        return {row: f"{one} {record}" for row, record in rows.items()}

    @property
    def facts(self) -> Mapping[str, str]:
        """What to keep with each landing: whatever `places` needs later, and what people may want to know."""
        return {}

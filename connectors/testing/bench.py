"""A connector beside its double: what the suite's cases do with the two."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, Final, TypeVar

import httpx
from pydantic import BaseModel, SecretStr

from connectors.api import ApiSource, Means, Page
from connectors.http import Clock, Limits
from connectors.testing.double import Double, Fault

T = TypeVar("T")

BASE_URL: Final = "https://double.test"
NAME: Final = "tested"
VARIABLE: Final = "CRM_BRIDGE_SECRET_TESTED"


class Bench:
    """A fresh double, and the connector's sources that read it. No wait takes time, and no network is used."""

    def __init__(self, connector: ModuleType, vendor: type[Double], **world: int) -> None:
        """Make the double's world; `world` are the arguments of `Double`."""
        self.connector = connector
        self.double = vendor(**world)
        self.requests = 0
        """How many requests were sent."""
        self._waited = 0.0
        self._at: tuple[int, Fault] | None = None

    # Sources

    def options(self, base_url: str = BASE_URL, **more: Any) -> BaseModel:
        """The connector's options that lead to the double, and maybe others."""
        made: BaseModel = self.connector.Options.model_validate({**self.double.options(base_url), **more})
        return made

    def source(self, secret: str | None = "", base_url: str = BASE_URL, **more: Any) -> ApiSource:
        """A fresh source, not opened; with the double's own secret, another one, or none; maybe with more options."""
        given = self.double.secret if secret == "" else secret
        means = Means(
            NAME,
            VARIABLE,
            None if given is None else SecretStr(given),
            transport=_Way(self),
            clock=Clock(lambda: 1000.0 + self._waited, lambda: self.double.now, self._sleep, lambda _low, high: high),
            limits=Limits(),
        )
        made: ApiSource = self.connector.Source(self.options(base_url, **more), means)
        return made

    def opened(self, use: Callable[[ApiSource], Awaitable[T]], source: ApiSource | None = None) -> T:
        """Open a source, and use it."""

        async def run() -> T:
            async with source or self.source() as opened:
                return await use(opened)

        return asyncio.run(run())

    # What they give

    def pull(self, stream: str, cursor: str | None = None, pages: int | None = None) -> list[Page]:
        """What a pull gives, in a process of its own; cut after so many pages."""
        return self.opened(lambda source: taken(source.pull(stream, cursor), pages))

    def window(self, stream: str, start: datetime, end: datetime) -> list[Page]:
        """What a window gives."""
        return self.opened(lambda source: taken(source.window(stream, start, end)))

    def cell(self, stream: str, pages: Sequence[Page], field: str) -> list[str | None]:
        """What each row says of a field, by the first column that the layout maps to it; None where it maps none."""
        object_name = self.double.streams[stream]
        source = self.source()
        found: list[str | None] = []
        for page in pages:
            layout = source.layout(object_name, page.rows.schema.names)
            columns = layout.columns.get(field)
            found += page.rows.column(columns[0]).to_pylist() if columns else [None] * page.rows.num_rows
        return found

    def ids(self, stream: str, pages: Sequence[Page]) -> list[str]:
        """The records' own ids, row by row."""
        return [str(one) for one in self.cell(stream, pages, "source_id")]

    def values(self, stream: str, pages: Sequence[Page], field: str) -> dict[str, str]:
        """What the last row of each record says of a field, by its id, where it says something."""
        said = dict(zip(self.ids(stream, pages), self.cell(stream, pages, field), strict=True))
        return {record: text for record, text in said.items() if text}

    def times(self, stream: str, pages: Sequence[Page]) -> dict[str, datetime]:
        """When each record changed, by its id."""
        object_name = self.double.streams[stream]
        form = self.source().layout(object_name, pages[0].rows.schema.names).date_format
        texts = zip(self.ids(stream, pages), self.cell(stream, pages, "modified_at"), strict=True)
        return {record: moment_of(text or "", form) for record, text in texts}

    # Trouble

    def fail(self, fault: Fault, times: int = 200) -> None:
        """Let this happen to the next requests: to all that a call may be repeated for, as it stands."""
        self.double.faults.extend([fault] * times)

    def fail_at(self, request: int, fault: Fault) -> None:
        """Let this happen to the request of this number, counted from now on, 0 = the next one."""
        self._at = (self.requests + request, fault)

    async def _sleep(self, seconds: float) -> None:
        self._waited += seconds
        await asyncio.sleep(0)

    def sent(self) -> None:
        """One request leaves."""
        if self._at is not None and self._at[0] == self.requests:
            self.double.faults.append(self._at[1])
        self.requests += 1


class _Way(httpx.AsyncBaseTransport):
    """The way to the double."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._inner = httpx.ASGITransport(bench.double.asgi)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._bench.sent()
        return await self._inner.handle_async_request(request)


async def taken(pages: AsyncIterator[Page], count: int | None = None) -> list[Page]:
    """The pages, or the first ones."""
    found: list[Page] = []
    try:
        async for page in pages:
            found.append(page)
            if len(found) == count:
                break
    finally:
        if isinstance(pages, AsyncGenerator):
            await pages.aclose()
    return found


def moment_of(text: str, form: str | None) -> datetime:
    """A change time as a record says it, with a time zone."""
    moment = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007 - on the next line
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def secrets_in(secret: str) -> list[str]:
    """The parts of a secret that nobody may see: of a JSON object all texts but names and addresses."""
    try:
        parts = json.loads(secret)
    except ValueError:
        return [secret]
    if not isinstance(parts, dict):
        return [secret]
    shown = ("id", "user", "username", "url", "email")
    return [text for key, text in parts.items() if isinstance(text, str) and not key.lower().endswith(shown)]


def wrong(secret: str) -> str:
    """A secret of the same form that nobody gave out."""
    try:
        parts = json.loads(secret)
    except ValueError:
        parts = None
    if not isinstance(parts, dict):
        return secret[::-1]
    hidden = set(secrets_in(secret))
    return json.dumps({key: text[::-1] if text in hidden else text for key, text in parts.items()})


def rows_of(pages: Iterable[Page]) -> list[dict[str, str | None]]:
    """All rows, in their order."""
    return [row for page in pages for row in page.rows.to_pylist()]

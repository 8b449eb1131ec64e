"""Another app of the CRM's own API as a source: its companies, contacts and activities.

The API has no list of what changed: each pull reads the whole lists of contacts and companies and gives what is as new
as the cursor's mark. The list of activities is documented as newest first, and is read down to the mark. Nothing there
tells of what was deleted: absence from a list proves nothing, so only archived contacts get a tombstone.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from connectors.api import Access, ApiSource, Means, Page, Stream
from connectors.contract import REJECTED_SCHEMA, Layout
from connectors.errors import AccessError, ConfigurationError
from connectors.giant_context.client import GiantContext
from connectors.giant_context.rows import LIST_SEPARATOR, columns_of, meaning_of, row_of
from connectors.giant_context.sweep import Place, Sweep, changed
from connectors.giant_context.wire import MAX_PAGE_SIZE
from connectors.http import Clock
from connectors.marks import next_mark
from connectors.records import LANDED
from connectors.rows import batch

STREAMS: Final = tuple(Stream(name, name) for name in ("companies", "contacts", "activities"))


class Options(BaseModel):
    """Which app, and what of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field("https://api.giantcontext.com", description="Where the API is")
    organization_id: str = Field(min_length=1, description="The organization's id")
    project_id: str = Field(min_length=1, description="The project's id")
    app_id: str = Field(min_length=1, description="The CRM app's id")
    page_size: int = Field(MAX_PAGE_SIZE, ge=1, le=MAX_PAGE_SIZE, description="Records a page")
    properties: tuple[str, ...] = Field(
        (), description="Keys of `properties` that become columns (`properties.KEY`), beside those that are fields"
    )


@dataclass(frozen=True, slots=True)
class _Position:
    """What a cursor says: from which change time, and how far a pull came that is under way."""

    since: datetime | None = None
    began: datetime | None = None
    place: Place | None = None

    def text(self) -> str:
        """As a cursor."""
        told: dict[str, Any] = {
            name: moment.isoformat()
            for name, moment in (("since", self.since), ("began", self.began))
            if moment is not None
        }
        return json.dumps(told | ({"place": asdict(self.place)} if self.place else {}))

    @classmethod
    def read(cls, cursor: str | None) -> _Position:
        """Read a cursor. One that makes no sense says nothing: then everything is read."""
        try:
            told = json.loads(cursor or "{}")
            since, began = (datetime.fromisoformat(told[name]) if name in told else None for name in ("since", "began"))
            return cls(since, began, Place(**told["place"]) if "place" in told else None)
        except (ValueError, TypeError, LookupError):
            return cls()


class Source(ApiSource):
    """A CRM app that is read."""

    kind = "giant_context"

    def __init__(self, options: BaseModel, means: Means) -> None:
        assert isinstance(options, Options)  # noqa: S101 - they are ours
        self._options = options
        self._means = means
        self._clock = means.clock or Clock()
        self._opened: GiantContext | None = None

    async def __aenter__(self) -> Self:
        secret = self._means.secret
        if secret is None or not secret.get_secret_value().strip():
            raise ConfigurationError(
                f"{self._means.variable} is not set.", guidance="Set it to an API key of the app that is read."
            )
        options = self._options
        self._opened = GiantContext(
            base_url=options.base_url,
            organization_id=options.organization_id,
            project_id=options.project_id,
            app_id=options.app_id,
            api_key=secret,
            transport=self._means.transport,
            limits=self._means.limits,
            clock=self._clock,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._opened is not None:
            await self._opened.aclose()
            self._opened = None

    @property
    def _crm(self) -> GiantContext:
        if self._opened is None:
            raise RuntimeError("The source is not open.")
        return self._opened

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Companies, contacts, activities."""
        return STREAMS

    @property
    def origin(self) -> str:
        """The app's address, and the keys of `properties` that are columns."""
        options = self._options
        app = f"{options.base_url.rstrip('/')}/{options.organization_id}/{options.project_id}/{options.app_id}"
        return " ".join((app, *sorted(options.properties)))

    async def pull(self, stream: str, cursor: str | None) -> AsyncIterator[Page]:
        """The whole list, but for activities; a cut pull goes on at its page where the list still leads there."""
        position = _Position.read(cursor)
        since = position.since
        sweep = self._sweep(stream, since, position)
        with self._means.named():
            async with aclosing(sweep.swept()) as pages:
                async for page in pages:
                    items = [one for one in page.items if since is None or changed(one) >= since]
                    here = _Position(since, sweep.began, page.place) if page.place else None
                    yield self._page(stream, items, here)
        began = sweep.began or self._now()
        # What cannot be shown now may have any change time: nothing is passed before it was read.
        mark = since if sweep.unread else next_mark(began, since)
        yield self._last(stream, sweep, _Position(mark))

    async def window(self, stream: str, start: datetime, end: datetime) -> AsyncIterator[Page]:
        """The same walk; of what came, what changed in the window."""
        sweep = self._sweep(stream, start, _Position())
        with self._means.named():
            async with aclosing(sweep.swept()) as pages:
                async for page in pages:
                    yield self._page(stream, [one for one in page.items if start <= changed(one) < end], None)
        if sweep.unread:
            yield self._last(stream, sweep, None)

    def _sweep(self, stream: str, since: datetime | None, position: _Position) -> Sweep[Any]:
        fetch = getattr(self._crm, f"list_{stream}")
        until = since if stream == "activities" else None
        size = self._options.page_size
        return Sweep(fetch, stream, size, self._now, position.began, position.place, until)

    def _now(self) -> datetime:
        return self._crm.dated or self._clock.wall().astimezone(UTC)

    def _page(self, stream: str, items: Sequence[Any], here: _Position | None) -> Page:
        columns = columns_of(stream, self._options.properties)
        return Page(batch([row_of(one) for one in items], columns), here.text() if here else None)

    def _last(self, stream: str, sweep: Sweep[Any], here: _Position | None) -> Page:
        """A page of no rows that ends a pull, with the rows that the server could not show."""
        page = self._page(stream, [], here)
        lost = [{"line": one.place, "reason": one.reason, "text": ""} for one in sweep.unread]
        return Page(page.rows, page.cursor, pa.Table.from_pylist(lost, REJECTED_SCHEMA) if lost else None)

    async def check(self) -> Access:
        """Ask for one record of each list."""
        notes, refused = [], dict[str, AccessError]()
        with self._means.named():
            for stream in STREAMS:
                try:
                    page = await getattr(self._crm, f"list_{stream.name}")(1, 1)
                except AccessError as error:
                    if error.status != 403:
                        raise
                    refused[stream.name] = error
                else:
                    notes.append(f"{page.meta.total:,} {stream.name}")
            if len(refused) == len(STREAMS):
                raise next(iter(refused.values()))
        wrong = tuple(
            f"{name}: {error.reason}. Give the API key the right to read them." for name, error in refused.items()
        )
        account = f"app {self._options.app_id} on {self._options.base_url}"
        return Access(account, tuple(notes), wrong, self._crm.dated)

    def layout(self, object_name: str, columns: Sequence[str]) -> Layout:
        """Each column that is a field, by the API's own names."""
        meant = meaning_of(object_name)
        present = {
            field: tuple(name for name in meant[field] if name in columns)
            for field in LANDED[object_name].names
            if field in meant
        }
        mapped = {field: names for field, names in present.items() if names}
        return Layout("giant_context", object_name, mapped, (LIST_SEPARATOR,))

    def places(self, name: str, rows: Mapping[int, str], facts: Mapping[str, str]) -> Mapping[int, str]:  # noqa: ARG002 - the id says it all
        """Where records are to be seen: `contact 4711`."""
        word = {"companies": "company", "contacts": "contact", "activities": "activity"}[name]
        return {row: f"{word} {record}" for row, record in rows.items()}

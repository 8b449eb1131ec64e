"""A source of an API that lives in memory, for tests of what is pulled: `kind = "toy"`, once `installed`.

It is found by a real entry point, which `installed` writes into a folder on the path. What it gives is a `World`,
which a test fills: `options.world` names it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from connectors.api import Access, ApiSource, Means, Page, Stream
from connectors.contract import REJECTED_SCHEMA, Layout
from connectors.marks import next_mark
from connectors.records import LANDED
from connectors.rows import batch

BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)

STREAMS: Final = {"companies": "companies", "contacts": "contacts", "leads": "contacts", "notes": "activities"}

FIELDS: Final = {
    "id": "source_id",
    "modified": "modified_at",
    "first": "first_name",
    "last": "last_name",
    "email": "emails",
    "phone": "phones",
    "company": "company_id",
    "site": "website",
    "no_mail": "email_opt_out",
    "no_mail_since": "email_opt_out_at",
    "of": "contact_ids",
}
"""The columns that are not called as the field that they mean."""


@dataclass
class World:
    """What a toy source holds, by stream and id, and what was asked of it."""

    now: datetime = BEGINNING
    """The server's clock. It moves only by hand."""
    records: dict[str, dict[str, dict[str, str]]] = field(default_factory=lambda: {name: {} for name in STREAMS})
    log: list[tuple[str, str | None]] = field(default_factory=list)
    """Each pull and window that was asked for: the stream, and its cursor or `start/end`."""
    pages: int = 0
    """How many pages were given."""
    failures: list[tuple[str, int, Exception]] = field(default_factory=list)
    spoilt: dict[str, int] = field(default_factory=dict)
    """How many records of a stream the next page sets aside."""

    def put(self, stream: str, record: str, *, day: float | None = None, **columns: str) -> None:
        """Create or change a record: it says `columns`, whatever it said before, and stands.

        `day` is the day on which it changed, 0 = `BEGINNING`; the source's clock is moved there. Without it: now.
        """
        if day is not None:
            self.now = max(self.now, BEGINNING + timedelta(days=day))
        changed = self.now if day is None else BEGINNING + timedelta(days=day)
        self.records[stream][record] = {"id": record, "modified": changed.isoformat(), **columns}

    def bury(self, stream: str, record: str, tombstone: str, *, into: str = "", day: float | None = None) -> None:
        """Let a record be gone: it keeps what it said, and bears a tombstone; `into` is the id of its successor."""
        said = {**self.records[stream].get(record, {}), "tombstone": tombstone, "merged_into": into}
        columns = {name: text for name, text in said.items() if name not in ("id", "modified")}
        self.put(stream, record, day=day, **columns)

    def spoil(self, stream: str, records: int) -> None:
        """Let the next page of a stream set so many records aside, beside those that it gives."""
        self.spoilt[stream] = records

    def fail(self, stream: str, error: Exception, *, after: int = 0) -> None:
        """Let the next pull or window of a stream fail after so many pages."""
        self.failures.append((stream, after, error))

    def between(self, stream: str, start: str, end: str = "9999") -> list[dict[str, str]]:
        """The records of a stream that changed in [start, end), in the order of their change times, then of ids."""
        found = [one for one in self.records[stream].values() if start <= one["modified"] < end]
        return sorted(found, key=lambda one: (one["modified"], one["id"]))


WORLDS: Final[dict[str, World]] = {}
"""The worlds that there are, by name."""


class Options(BaseModel):
    """Which world, in pages of how many records, of which streams."""

    model_config = ConfigDict(extra="forbid")

    world: str
    page: int = 3
    streams: tuple[str, ...] = tuple(STREAMS)


class Source(ApiSource):
    """A world as a source. A cursor is the mark that the pull began at, and after which record it goes on."""

    kind = "toy"

    def __init__(self, options: BaseModel, means: Means) -> None:
        assert isinstance(options, Options)
        self._options = options
        self.means = means

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing is open."""

    @property
    def world(self) -> World:
        """The world that it gives."""
        return WORLDS[self._options.world]

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Those that the options name."""
        return tuple(Stream(name, STREAMS[name]) for name in self._options.streams)

    @property
    def origin(self) -> str:
        """The world's name."""
        return f"world {self._options.world}"

    @property
    def facts(self) -> Mapping[str, str]:
        """The world's name."""
        return {"world": self._options.world}

    async def pull(self, stream: str, cursor: str | None) -> AsyncIterator[Page]:
        """What changed since the cursor, in the order of change times; equal ones in the order of ids."""
        world = self.world
        world.log.append((stream, cursor))
        since, began, after = json.loads(cursor) if cursor else ("", "", [])
        began = began or world.now.isoformat()
        mark = next_mark(datetime.fromisoformat(began), datetime.fromisoformat(since) if since else None).isoformat()
        due = [one for one in world.between(stream, since) if [one["modified"], one["id"]] > after]
        async for rows, last in self._paged(stream, due):
            cursor = json.dumps([since, began, [last["modified"], last["id"]]] if last else [mark, "", []])
            yield Page(batch(rows, self._columns(stream)), cursor, self._set_aside(stream))

    async def window(self, stream: str, start: datetime, end: datetime) -> AsyncIterator[Page]:
        """What changed in the window and is in no later one."""
        self.world.log.append((stream, f"{start.isoformat()}/{end.isoformat()}"))
        due = self.world.between(stream, start.isoformat(), end.isoformat())
        async for rows, _ in self._paged(stream, due):
            yield Page(batch(rows, self._columns(stream)))

    async def _paged(
        self, stream: str, due: Sequence[dict[str, str]]
    ) -> AsyncIterator[tuple[Sequence[dict[str, str]], dict[str, str] | None]]:
        """Each page, with its last record; with None for the last page, which may be empty."""
        failure = next((one for one in self.world.failures if one[0] == stream), None)
        size = self._options.page
        for given, start in enumerate(range(0, max(1, len(due)), size)):
            if failure is not None and given >= failure[1]:
                break
            rows = due[start : start + size]
            self.world.pages += 1
            yield rows, rows[-1] if start + size < len(due) else None
        if failure is not None:
            self.world.failures.remove(failure)
            raise failure[2]

    def _set_aside(self, stream: str) -> pa.Table | None:
        count = self.world.spoilt.pop(stream, 0)
        rows = [{"line": line, "reason": "it has no id", "text": "{}"} for line in range(1, count + 1)]
        return pa.Table.from_pylist(rows, REJECTED_SCHEMA) if rows else None

    def _columns(self, stream: str) -> list[str]:
        names = {name for one in self.world.records[stream].values() for name in one}
        return ["id", "modified", *sorted(names - {"id", "modified"})]

    async def check(self) -> Access:
        """The world's name and clock."""
        return Access(self.origin, server_time=self.world.now)

    def layout(self, object_name: str, columns: Sequence[str]) -> Layout:
        """Columns are called as the field that they mean, or as `FIELDS` says."""
        known = LANDED[object_name].names
        meant = {column: FIELDS.get(column, column) for column in columns}
        columns_of = {field: (column,) for column, field in meant.items() if field in known}
        return Layout("toy", object_name, columns_of, (";",))


@contextmanager
def installed(folder: Path, **worlds: World) -> Iterator[None]:
    """Make `kind = "toy"` known, and these worlds by their names; `folder` is where its entry point is written."""
    about = folder / "toy_source-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-source\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[crm_bridge.sources]\ntoy = {__name__}\n")
    sys.path.insert(0, str(folder))
    WORLDS.update(worlds)
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in worlds:
            del WORLDS[name]


def section(world: str, **more: Any) -> dict[str, Any]:
    """A table of `sources` in the settings that reads a world."""
    return {"kind": "toy", "options": {"world": world}, **more}

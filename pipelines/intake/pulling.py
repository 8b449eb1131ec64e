"""Pull: sources of an API → landings. A stream's cursor moves only after what it covers is landed."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from connectors.errors import (
    AccessError,
    BridgeError,
    CallError,
    ConfigurationError,
    SourceRefused,
    storage_trouble,
    unexpected,
)
from pipelines.intake.facts import LABELS, RUN, WINDOW
from pipelines.intake.landing import land
from pipelines.intake.segment import Segment, ahead
from pipelines.intake.series import PULLED
from pipelines.intake.snapshot import Snapshot
from pipelines.lake.lake import Landing
from pipelines.settings import sources, target
from pipelines.workspace import Advance, Workspace

if TYPE_CHECKING:  # sources of files need no HTTP
    from connectors.api import ApiSource, Stream
    from pipelines.ledger.cursors import Cursor

OBJECTS: Final = 100_000
"""So many new objects are there before the collector looks for circles among them: some pages' worth."""

Refuse = Callable[[str, SourceRefused], None]
"""Takes a source's name and what of it could not be read."""


@dataclass(frozen=True, slots=True)
class Window:
    """A span of change times, [start, end), with time zones."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        """`start/end` in ISO 8601."""
        return f"{self.start.isoformat()}/{self.end.isoformat()}"


@dataclass(slots=True)
class Pulled:
    """What one pull of one stream came to."""

    rows: int = 0
    rejected: int = 0
    landings: list[Landing] = field(default_factory=list)
    repeated: int = 0
    """Rows that were not landed, since the stream's newest landing is the very same."""


def pull(
    work: Workspace, name: str, refuse: Refuse, *, only: str | None = None, window: Window | None = None
) -> dict[str, Pulled]:
    """Pull the streams of a source, or `only` one, and land what they give; returns what each came to.

    Without a window each stream gives what changed since its cursor, which then moves; in a dry run none moves. What
    cannot be read of a stream is refused; what came before it is landed, and the other streams go on.

    Raises:
        ConfigurationError: the source cannot be asked for windows, has no such stream, or is the target itself.
        BridgeError: the data folder or the ledger cannot be used.
    """
    source = sources.build(name, work.settings, transport=work.transport, waiting=work.waiting)
    if target.opens_with(work.settings, work.lake.root, sources.secret(name)):
        raise ConfigurationError(
            f"{name}: its API key is that of the embedded CRM in {work.lake.root}, which is the target itself.",
            guidance="Read another app, or remove the source.",
        )
    streams = [one for one in source.streams if only in (None, one.name)]  # type: ignore[union-attr]
    if not streams:
        raise ConfigurationError(f"{name}: there is no stream '{only}'.", guidance="docs/sources.md lists them.")
    if window is not None and not source.windows:  # type: ignore[union-attr]
        raise ConfigurationError(f"{name}: it cannot be asked for a window of time.", guidance="Pull it instead.")
    with _few_collections():
        return asyncio.run(_Puller(work, name, source, refuse).all(streams, window))  # type: ignore[arg-type]


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for circles of objects seldom.

    A page's JSON is thousands of objects in no circle, and looking for one costs more than reading the page.
    """
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Unreachable(Exception):
    """What has stopped one stream would stop the others, too: they are not waited for."""

    def __init__(self, error: BridgeError) -> None:
        super().__init__()
        self.error = error


def _concerns_all(error: BridgeError) -> bool:
    """Whether an error is of the whole source: the secret is refused, or no answer came at all."""
    return isinstance(error, CallError) and (
        error.status is None or (isinstance(error, AccessError) and error.status == 401)
    )


class _Puller:
    """One source while it is open."""

    def __init__(self, work: Workspace, name: str, source: ApiSource, refuse: Refuse) -> None:
        self._work = work
        self._name = name
        self._source = source
        self._refuse = refuse

    async def all(self, streams: list[Stream], window: Window | None) -> dict[str, Pulled]:
        found: dict[str, Pulled] = {}
        try:
            async with self._source:
                for stream in streams:
                    found[stream.name] = pulled = Pulled()
                    with self._work.progress.task(f"reading {self._name}/{stream.name}") as advance:
                        try:
                            await self._one(stream, window, pulled, advance)
                        except (CallError, ConfigurationError, SourceRefused) as error:
                            self._refuse(self._name, self._refusal(error, stream.name))
                            if _concerns_all(error):
                                raise _Unreachable(error) from None
                        except BridgeError:  # of the data folder or the ledger: a matter of all sources
                            raise
                        except Exception as error:
                            if storage_trouble(error) is not None:
                                raise
                            self._refuse(self._name, unexpected(error, f"{self._name}/{stream.name}"))
        except (ConfigurationError, _Unreachable) as error:
            why = error.error if isinstance(error, _Unreachable) else error
            for stream in streams:
                if stream.name not in found:
                    self._refuse(self._name, self._refusal(why, stream.name))
        return found

    def _refusal(self, error: BridgeError, stream: str) -> SourceRefused:
        return SourceRefused(str(error), name=f"{self._name}/{stream}")

    async def _one(self, stream: Stream, window: Window | None, pulled: Pulled, advance: Advance) -> None:
        landings = self._work.lake.landings(self._name, stream.object)
        known = [one for one in landings if one.name == stream.name]
        if window is None and self._source.whole(stream.name):
            await self._whole(stream, known, pulled, advance)
            return
        before = None if window else self._before(stream)
        valid = before if before is not None and self._holds(before, known) else None
        if window is not None:
            pages = self._source.window(stream.name, window.start, window.end)
        else:
            pages = self._source.pull(stream.name, valid.text if valid else None)
        segment = Segment()
        failure: Exception | None = None
        async with aclosing(ahead(pages)) as coming:
            while True:
                try:
                    page = await anext(coming)
                except StopAsyncIteration:
                    break
                except Exception as error:  # noqa: BLE001 - raised below, after what came before it is landed
                    failure = error
                    break
                if segment.rows and page.rows.num_rows and page.rows.schema != segment.schema:
                    before = self._close(stream, segment, known, before, window, pulled)
                    segment = Segment()
                segment.take(page)
                pulled.rows += page.rows.num_rows
                pulled.rejected += page.rejected.num_rows if page.rejected is not None else 0
                advance(page.rows.num_rows)
                if segment.full and (page.cursor is not None or window is not None):
                    before = self._close(stream, segment, known, before, window, pulled)
                    segment = Segment()
        self._close(stream, segment, known, before, window, pulled)
        if failure is not None:
            raise failure

    async def _whole(self, stream: Stream, known: list[Landing], pulled: Pulled, advance: Advance) -> None:
        """Land everything that a stream has, unless its newest landing is the very same."""
        with Snapshot(self._work.lake) as snapshot:
            async with aclosing(ahead(self._source.pull(stream.name, None))) as coming:
                async for page in coming:
                    snapshot.take(page)
                    pulled.rows += page.rows.num_rows
                    pulled.rejected += page.rejected.num_rows if page.rejected is not None else 0
                    advance(page.rows.num_rows)
            if not snapshot.schema.names:  # nothing is there: not even columns
                if not known or not known[-1].rows:
                    return
                snapshot.name_columns(known[-1].columns)
            if known and known[-1].digest == snapshot.digest():
                pulled.repeated += pulled.rows
                return
            facts = {name: text for name, text in self._facts(stream, None).items() if name != PULLED}
            pulled.landings.append(self._land(stream, snapshot, facts))

    def _land(self, stream: Stream, held: Segment | Snapshot, facts: Mapping[str, str]) -> Landing:
        """Land what came.

        Raises:
            SourceRefused: its columns say nothing of the stream's object: clean could not read such a landing.
        """
        columns = held.schema.names
        sources.layout_of(self._name, self._work.settings, stream.object, columns, stream.name, self._labels(stream))
        return land(
            self._work.lake,
            self._name,
            object_name=stream.object,
            name=stream.name,
            digest=held.digest(),
            dated=datetime.now(UTC),
            columns=tuple(columns),
            facts=facts,
            batches=held.batches,
            rejected=held.rejected,
        )

    def _before(self, stream: Stream) -> Cursor | None:
        with self._work.cursors() as cursors:
            return cursors.all().get((self._name, stream.name))

    def _holds(self, cursor: Cursor, known: list[Landing]) -> bool:
        """Whether a cursor counts: it is of this account, and nothing that it covers is gone from the data folder."""
        there = cursor.landing is None or any(one.id == cursor.landing for one in known)
        return cursor.origin == self._source.origin and there and len(known) >= cursor.landings

    def _close(
        self,
        stream: Stream,
        segment: Segment,
        known: list[Landing],
        before: Cursor | None,
        window: Window | None,
        pulled: Pulled,
    ) -> Cursor | None:
        """Land what a segment holds, then move the cursor to its end; returns the cursor that stands now."""
        if segment.rows or segment.rejects:
            if self._is_known(stream, segment, known):
                pulled.repeated += segment.rows
            else:
                landed = self._land(stream, segment, self._facts(stream, window))
                known.append(landed)
                pulled.landings.append(landed)
        if segment.cursor is None or window is not None or self._work.dry:
            return before
        from pipelines.ledger.cursors import Cursor  # noqa: PLC0415 - most runs move none

        newest = known[-1].id if known else None
        to = Cursor(segment.cursor, self._source.origin, newest, len(known), self._work.run)
        with self._work.cursors() as cursors:
            return to if cursors.move(self._name, stream.name, before, to) else before

    def _is_known(self, stream: Stream, segment: Segment, known: list[Landing]) -> bool:
        """Whether landing a segment would say nothing new.

        Of records that say when they changed it does not matter which of their landings is the last; of others the
        newest landing alone says what they say now.
        """
        if not known:
            return False
        fields = sources.layout_of(
            self._name, self._work.settings, stream.object, segment.schema.names, stream.name, self._labels(stream)
        ).columns
        told = known if fields.get("modified_at") else known[-1:]
        digest = segment.digest()
        return any(one.digest == digest for one in told)

    def _labels(self, stream: Stream) -> Mapping[str, str]:
        return self._source.labels(stream.name)

    def _facts(self, stream: Stream, window: Window | None) -> Mapping[str, str]:
        facts = {**self._source.facts, PULLED: "yes", RUN: self._work.run, "origin": self._source.origin}
        if window is not None:
            facts[WINDOW] = str(window)
        if labels := self._labels(stream):
            facts[LABELS] = json.dumps(dict(labels), ensure_ascii=False)
        return facts

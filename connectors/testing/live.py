"""What can be asked of a real account without changing it: `Live` runs where the environment has secret and options.

`CRM_BRIDGE_SECRET_<KIND>` is the secret, `CRM_BRIDGE_LIVE_<KIND>` the options as JSON. First pages are read alone, and
people may write meanwhile: what is compared is what did not change.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from types import ModuleType
from typing import Any, Final, TypeVar

import httpx
import pytest
from pydantic import SecretStr

from connectors.api import ApiSource, Means, Page, Stream
from connectors.testing.bench import moment_of, rows_of, taken
from connectors.testing.cases.reading import UNREADABLE, look_at_pages, set_aside

T = TypeVar("T")

PAGES: Final = 3
"""So many pages of each stream are read."""


class Live:
    """The cases of the suite that only read, over the first pages of a real account."""

    connector: ModuleType
    """The module with `Options` and `Source`."""
    kind: str
    """Its kind, which the variables are named after."""
    transport: httpx.AsyncBaseTransport | None = None
    """Replaces the network, where this class itself is tested."""

    def test_it_can_be_read(self) -> None:
        """It says which account it is, and that nothing keeps a stream from being read."""
        access = self._opened(lambda source: source.check())
        assert access.account
        assert access.wrong == ()

    def test_its_pages_are_text_under_the_same_columns(self) -> None:
        """Each record comes once, has a place, and what was set aside has a reason."""

        async def look(source: ApiSource, stream: Stream) -> None:
            pages = await taken(source.pull(stream.name, None), PAGES)
            look_at_pages(pages)
            ids = _cells(source, stream, pages, "source_id")
            assert None not in ids
            assert len(ids) == len(set(ids))
            places = source.places(stream.name, dict(enumerate(map(str, ids))), source.facts)
            assert len({*places.values()}) == len(ids)
            assert all(one["reason"] for one in set_aside(pages))

        self._each(look)

    def test_a_replay_of_its_first_pages_gives_the_same_records(self) -> None:
        """What did not change comes as it came."""

        async def look(source: ApiSource, stream: Stream) -> None:
            first, second = [await taken(source.pull(stream.name, None), PAGES) for _ in range(2)]
            before, after = (_rows(source, stream, pages) for pages in (first, second))
            assert _most(before.keys(), after.keys())
            assert all(after[one] == before[one] for one in before.keys() & after.keys())

        self._each(look)

    def test_a_pull_of_it_is_taken_up(self) -> None:
        """Behind each of the first pages comes what came after it."""

        async def look(source: ApiSource, stream: Stream) -> None:
            pages = await taken(source.pull(stream.name, None), PAGES)
            for count in range(1, len(pages)):
                if (cursor := pages[count - 1].cursor) is not None:
                    after = await taken(source.pull(stream.name, cursor), PAGES)
                    wanted, came = (_cells(source, stream, some, "source_id") for some in (pages[count:], after))
                    assert _most(wanted, came)

        self._each(look)

    def test_a_cursor_that_cannot_be_read_begins_anew(self) -> None:
        """Its first page is that of a first pull."""

        async def look(source: ApiSource, stream: Stream) -> None:
            first, again = [await taken(source.pull(stream.name, cursor), 1) for cursor in (None, UNREADABLE[0])]
            wanted, came = (_cells(source, stream, pages, "source_id") for pages in (first, again))
            assert _most(wanted, came)

        self._each(look)

    def test_a_window_of_it_is_half_open(self) -> None:
        """It has the records of its start, and none that is older or of its end."""

        async def look(source: ApiSource, stream: Stream) -> None:
            pages = await taken(source.pull(stream.name, None), 1)
            times = [moment for moment in _times(source, stream, pages) if moment is not None]
            if not times or not source.windows:
                return
            start, end = times[0], times[0] + timedelta(seconds=1)
            window = await taken(source.window(stream.name, start, end), PAGES)
            look_at_pages(window)
            found = _times(source, stream, window)
            assert found
            assert all(moment is not None and start <= moment < end for moment in found)

        self._each(look)

    def _opened(self, use: Callable[[ApiSource], Awaitable[T]]) -> T:
        secret, options = (f"CRM_BRIDGE_{word}_{self.kind.upper()}" for word in ("SECRET", "LIVE"))
        if not (os.environ.get(secret) and os.environ.get(options)):
            pytest.skip(f"no real account: set {secret}, and {options} to the options as JSON")

        async def run() -> T:
            given = self.connector.Options.model_validate_json(os.environ[options])
            means = Means(self.kind, secret, SecretStr(os.environ[secret]), transport=self.transport)
            async with self.connector.Source(given, means) as source:
                return await use(source)

        return asyncio.run(run())

    def _each(self, look: Callable[[ApiSource, Stream], Awaitable[None]]) -> None:
        async def all_streams(source: ApiSource) -> None:
            for stream in source.streams:
                await look(source, stream)

        self._opened(all_streams)


def _most(wanted: Any, came: Any) -> bool:
    """Whether at least half of the records came: people may write meanwhile."""
    return len({*wanted} & {*came}) * 2 >= len({*wanted})


def _cells(source: ApiSource, stream: Stream, pages: Sequence[Page], field: str) -> list[Any]:
    layout = source.layout(stream.object, pages[0].rows.schema.names) if pages else None
    column = layout.columns[field][0] if layout is not None else ""
    return [cell for page in pages for cell in page.rows.column(column).to_pylist()]


def _times(source: ApiSource, stream: Stream, pages: Sequence[Page]) -> list[Any]:
    form = source.layout(stream.object, pages[0].rows.schema.names).date_format if pages else None
    return [moment_of(text, form) if text else None for text in _cells(source, stream, pages, "modified_at")]


def _rows(source: ApiSource, stream: Stream, pages: Sequence[Page]) -> dict[tuple[Any, Any], dict[str, str | None]]:
    """Rows by id and change time."""
    ids, times = (_cells(source, stream, pages, field) for field in ("source_id", "modified_at"))
    return dict(zip(zip(ids, times, strict=True), rows_of(pages), strict=True))

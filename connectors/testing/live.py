"""What can be asked of a real account without changing it: `Live` runs where the environment has secret and options.

`CRM_BRIDGE_SECRET_<KIND>` is the secret, `CRM_BRIDGE_LIVE_<KIND>` the options as JSON. First pages are read alone.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import ModuleType
from typing import Any, Final, TypeVar

import pyarrow as pa
import pytest
from pydantic import SecretStr

from connectors.api import ApiSource, Means, Page
from connectors.testing.bench import moment_of, taken

T = TypeVar("T")

PAGES: Final = 3
"""So many pages of each stream are read."""


class Live:
    """Schema, first pages, resume, window and access of a real account."""

    connector: ModuleType
    """The module with `Options` and `Source`."""
    kind: str
    """Its kind, which the variables are named after."""

    def _use(self, use: Callable[[ApiSource], Awaitable[T]]) -> T:
        secret, options = (f"CRM_BRIDGE_{word}_{self.kind.upper()}" for word in ("SECRET", "LIVE"))
        if not (os.environ.get(secret) and os.environ.get(options)):
            pytest.skip(f"no real account: set {secret}, and {options} to the options as JSON")

        async def run() -> T:
            given = self.connector.Options.model_validate_json(os.environ[options])
            async with self.connector.Source(given, Means(self.kind, secret, SecretStr(os.environ[secret]))) as source:
                return await use(source)

        return asyncio.run(run())

    def test_a_real_account_gives_what_the_contract_says(self) -> None:
        """Access, then of each stream: schema, ids that come once, a pull that is taken up, and a window."""

        async def look(source: ApiSource) -> None:
            access = await source.check()
            assert access.account
            assert access.wrong == ()
            for stream in source.streams:
                await _look_at(source, stream.name, stream.object)

        self._use(look)


async def _look_at(source: ApiSource, stream: str, object_name: str) -> None:
    pages = await taken(source.pull(stream, None), PAGES)
    columns = pages[0].rows.schema.names
    layout = source.layout(object_name, columns)
    assert set(pages[0].rows.schema.types) == {pa.string()}
    assert all(page.rows.schema.equals(pages[0].rows.schema) for page in pages)
    ids = _cells(pages, layout.columns["source_id"][0])
    assert None not in ids
    assert len(ids) == len(set(ids))
    if len(pages) > 1 and pages[0].cursor is not None:
        again = await taken(source.pull(stream, pages[0].cursor), PAGES)
        # People may write meanwhile: most of what came after the first page comes again.
        rest = set(_cells(pages[1:], layout.columns["source_id"][0]))
        assert len(rest & set(_cells(again, layout.columns["source_id"][0]))) * 2 >= len(rest)
    times = [text for text in _cells(pages, layout.columns["modified_at"][0]) if text]
    if times and source.windows:
        start = moment_of(times[0], layout.date_format)
        end = start + timedelta(seconds=1)
        given = await taken(source.window(stream, start, end), PAGES)
        found = [moment_of(text or "", layout.date_format) for text in _cells(given, layout.columns["modified_at"][0])]
        assert found
        assert all(start <= moment < end for moment in found)


def _cells(pages: list[Page], column: str) -> list[Any]:
    return [cell for page in pages for cell in page.rows.column(column).to_pylist()]

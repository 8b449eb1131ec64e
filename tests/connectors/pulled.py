"""A source of an API that a test reads to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any

from pydantic import SecretStr

from connectors.api import Access, ApiSource, Means, Page


@dataclass(frozen=True, slots=True)
class Read:
    """What a pull or a window gave."""

    rows: list[dict[str, str | None]] = field(default_factory=list)
    cursors: list[str | None] = field(default_factory=list)
    aside: list[dict[str, Any]] = field(default_factory=list)
    columns: tuple[str, ...] = ()

    @property
    def cursor(self) -> str | None:
        """Where the next pull goes on."""
        return self.cursors[-1]


def source(kind: str, secret: str | None = None, **options: Any) -> ApiSource:
    """A source called `wh` of a connector of this package."""
    module = import_module(f"connectors.{kind}")
    means = Means("wh", "CRM_BRIDGE_SECRET_WH", SecretStr(secret) if secret else None)
    made: ApiSource = module.Source(module.Options.model_validate(options), means)
    return made


def pulled(of: ApiSource, cursor: str | None = None, stream: str = "") -> Read:
    """Pull a stream, or the first one."""
    return asyncio.run(_read(of, lambda name: of.pull(name, cursor), stream))


def windowed(of: ApiSource, start: datetime, end: datetime) -> Read:
    """Ask for a window of the first stream."""
    return asyncio.run(_read(of, lambda name: of.window(name, start, end), ""))


def checked(of: ApiSource) -> Access:
    """Ask whether it can be read."""

    async def ask() -> Access:
        async with of:
            return await of.check()

    return asyncio.run(ask())


async def _read(of: ApiSource, pages: Any, stream: str) -> Read:
    found = Read()
    columns: tuple[str, ...] = ()
    async with of:
        given: AsyncIterator[Page] = pages(stream or of.streams[0].name)
        async for page in given:
            found.rows.extend(page.rows.to_pylist())
            found.cursors.append(page.cursor)
            found.aside.extend(page.rejected.to_pylist() if page.rejected is not None else [])
            columns = tuple(page.rows.schema.names)
            assert {str(kind) for kind in page.rows.schema.types} <= {"string"}
    return Read(found.rows, found.cursors, found.aside, columns)

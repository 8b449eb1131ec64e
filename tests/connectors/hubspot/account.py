"""A HubSpot source that reads the double, in process, and what it gives in plain Python."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from pydantic import SecretStr

from connectors.api import Means, Page
from connectors.http import Clock, Limits
from connectors.hubspot import Options, Source
from tests.vendors.hubspot import Vendor

BRIEF = ["hs_object_id", "_tombstone", "_changed_at"]
"""What a test of many records looks at."""

VARIABLE = "CRM_BRIDGE_SECRET_HUBSPOT"


def source(double: Vendor, *, secret: str | None = "", limits: Limits | None = None, **options: Any) -> Source:
    """A source of the double's account; `secret` replaces the double's own."""
    given = Options.model_validate({**double.options("http://127.0.0.1"), **options})
    hidden = None if secret is None else SecretStr(secret or double.secret)
    return Source(
        given,
        Means("hubspot", VARIABLE, hidden, httpx.ASGITransport(double.asgi), clock_of(double), limits),
    )


def clock_of(double: Vendor) -> Clock:
    """The double's clock as ours: it moves on where something sleeps."""

    async def sleep(seconds: float) -> None:
        double.advance(seconds=seconds)
        await asyncio.sleep(0)

    return Clock(
        monotonic=lambda: double.now.timestamp(),  # noqa: PLW0108 - the clock's hand is replaced as it moves
        wall=lambda: double.now,
        sleep=sleep,
        uniform=lambda _low, high: high,
    )


@dataclass
class Given:
    """What a pull gave, as rows with their pages' cursors."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    cursors: list[str | None] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)

    @property
    def cursor(self) -> str:
        """The last page's."""
        assert self.cursors[-1] is not None
        return self.cursors[-1]

    @property
    def ids(self) -> list[str]:
        """The ids of the rows that bear no tombstone."""
        return [row["hs_object_id"] for row in self.rows if row["_tombstone"] is None]

    @property
    def tombstones(self) -> dict[str, str]:
        """The tombstones, with the moments of the change, by id."""
        return {row["hs_object_id"]: row["_changed_at"] for row in self.rows if row["_tombstone"] == "archived"}

    def row(self, record: str) -> dict[str, Any]:
        """The last row of a record."""
        return next(row for row in reversed(self.rows) if row["hs_object_id"] == record)

    def take(self, page: Page, *, brief: bool) -> None:
        """Add a page."""
        self.rows += (page.rows.select(BRIEF) if brief else page.rows).to_pylist()
        self.cursors.append(page.cursor)
        self.sizes.append(page.rows.num_rows)
        self.rejected += page.rejected.to_pylist() if page.rejected is not None else []


async def gathered(pages: AsyncIterator[Page], most: int | None = None, *, brief: bool = False) -> Given:
    """Take all pages, or the first ones, as a pull does that is killed."""
    given = Given()
    async for page in pages:
        given.take(page, brief=brief)
        if len(given.sizes) == most:
            break
    return given


def pulled(
    opened: Source, stream: str, cursor: str | None = None, most: int | None = None, *, brief: bool = False
) -> Given:
    """Open the source, pull a stream, close it."""

    async def run() -> Given:
        async with opened:
            return await gathered(opened.pull(stream, cursor), most, brief=brief)

    return asyncio.run(run())


def windowed(opened: Source, stream: str, start: datetime, end: datetime) -> Given:
    """Open the source, ask for a window of time, close it."""

    async def run() -> Given:
        async with opened:
            return await gathered(opened.window(stream, start, end), brief=True)

    return asyncio.run(run())

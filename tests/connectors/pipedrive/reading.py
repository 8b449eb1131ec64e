"""Reading the double of Pipedrive: a source opened over it, and what its pages come to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

import httpx
from pydantic import SecretStr

from connectors.api import Means, Page
from connectors.http import Clock, Limits
from connectors.pipedrive import Options, Source
from tests.vendors.pipedrive import Vendor

T = TypeVar("T")

BASE = "https://acme.pipedrive.com"
SINCE = '{"since": "2026-07-10T00:00:00+00:00", "asked": ["marketing_status"]}'
"""A cursor behind all that changed before a test began."""


def clock_of(double: Vendor) -> Clock:
    """A clock by which sleeping moves the double's own."""

    async def sleep(seconds: float) -> None:
        double.advance(seconds=seconds)
        await asyncio.sleep(0)

    return Clock(
        monotonic=lambda: double.now.timestamp(),  # noqa: PLW0108 - the double's clock moves
        wall=lambda: double.now,
        sleep=sleep,
        uniform=lambda _low, high: high,
    )


def source_of(double: Vendor, secret: str | None = None, transport: Any = None, **options: Any) -> Source:
    """A source over the double."""
    means = Means(
        "crm",
        "CRM_BRIDGE_SECRET_CRM",
        SecretStr(double.secret if secret is None else secret),
        transport=transport or httpx.ASGITransport(double.asgi),
        clock=clock_of(double),
        limits=Limits(deadline=60.0),
    )
    return Source(Options.model_validate({"base_url": BASE, **options}), means)


def with_source(double: Vendor, use: Callable[[Source], Awaitable[T]], **options: Any) -> T:
    """What `use` makes of an opened source."""

    async def body() -> T:
        async with source_of(double, **options) as source:
            return await use(source)

    return asyncio.run(body())


def pages_of(
    double: Vendor, stream: str, cursor: str | None = None, *, cut_after: int | None = None, **options: Any
) -> list[Page]:
    """The pages of a pull; of one that is cut those that came before."""

    async def use(source: Source) -> list[Page]:
        return await taken(source.pull(stream, cursor), cut_after)

    return with_source(double, use, **options)


def window_of(double: Vendor, stream: str, start: datetime, end: datetime) -> list[Page]:
    """The pages of a window."""
    return with_source(double, lambda source: taken(source.window(stream, start, end)))


async def taken(pages: AsyncIterator[Page], most: int | None = None) -> list[Page]:
    """So many pages, or all."""
    found = []
    async for page in pages:
        found.append(page)
        if len(found) == most:
            break
    return found


def rows_of(pages: list[Page]) -> list[dict[str, Any]]:
    """The rows of pages."""
    return [row for page in pages for row in page.rows.to_pylist()]


def ids_of(pages: list[Page]) -> list[str]:
    """The ids of pages' rows."""
    return [one for page in pages for one in page.rows["id"].to_pylist()]

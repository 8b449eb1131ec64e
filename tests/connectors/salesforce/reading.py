"""Reading the double of Salesforce: a source opened over it, and what its pages come to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final, TypeVar

import httpx
from pydantic import SecretStr

from connectors.api import Means, Page
from connectors.http import Clock, Limits
from connectors.salesforce import Options, Source
from connectors.testing.bench import rows_of, taken
from tests.vendors.salesforce import Vendor

T = TypeVar("T")

BASE: Final = "https://acme.my.salesforce.com"
VARIABLE: Final = "CRM_BRIDGE_SECRET_CRM"
STREAMS: Final = {
    "companies": "companies",
    "contacts": "contacts",
    "leads": "contacts",
    "tasks": "activities",
    "events": "activities",
}
SINCE: Final = '{"since": "2026-07-10T00:00:00+00:00"}'
"""A cursor behind all that changed before a test began."""

REST: Final[dict[str, Any]] = {"bulk_above": 1_000_000}
BULK: Final[dict[str, Any]] = {"bulk_above": 0}


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


def source_of(double: Vendor, secret: str | None = None, **options: Any) -> Source:
    """A source over the double."""
    means = Means(
        "crm",
        VARIABLE,
        SecretStr(double.secret if secret is None else secret),
        transport=httpx.ASGITransport(double.asgi),
        clock=clock_of(double),
        limits=Limits(deadline=60.0),
    )
    return Source(Options.model_validate({**double.options(BASE), **options}), means)


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
    return with_source(double, lambda source: taken(source.pull(stream, cursor), cut_after), **options)


def window_of(double: Vendor, stream: str, start: datetime, end: datetime, **options: Any) -> list[Page]:
    """The pages of a window."""
    return with_source(double, lambda source: taken(source.window(stream, start, end)), **options)


def ids_of(pages: list[Page]) -> list[str]:
    """The ids of pages' rows."""
    return [one for page in pages for one in page.rows["Id"].to_pylist()]


def row_of(pages: list[Page], record: str) -> dict[str, Any]:
    """The row of a record that came once."""
    (found,) = (row for row in rows_of(pages) if row["Id"] == record)
    return found


def fates_of(pages: list[Page]) -> dict[str, tuple[str | None, str | None]]:
    """What became of each record, and into what."""
    return {str(row["Id"]): (row["tombstone"], row.get("merged_into")) for row in rows_of(pages)}


def soql_of(double: Vendor) -> list[str]:
    """The queries that were asked, by REST and by jobs."""
    asked = [seen.query["q"] for seen in double.log if "q" in seen.query]
    return asked + [seen.body["query"] for seen in double.asked("/jobs/query") if seen.method == "POST"]

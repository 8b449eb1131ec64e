"""Walking a search by ids, and the list of what was archived."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.errors import ProtocolError
from connectors.hubspot.client import Filter, HubSpot, Listed
from connectors.hubspot.cursor import millis
from connectors.hubspot.kinds import Kind


async def found(
    hubspot: HubSpot, kind: Kind, filters: Sequence[Filter], after: int, properties: Sequence[str]
) -> AsyncGenerator[tuple[Listed, int]]:
    """Yield what a search finds, page by page, each with its greatest id; at least one page, which may be empty.

    The next page is asked for while one is being used.

    Raises:
        ProtocolError: a page does not go on where the one before ended; or the answer has no id to go on from.
    """
    asked = asyncio.ensure_future(hubspot.search(kind, filters, after, properties))
    try:
        while True:
            listed = await asked
            last = _last(listed.results, after, kind)
            if listed.goes_on:
                asked = asyncio.ensure_future(hubspot.search(kind, filters, last, properties))
            yield listed, last
            if not listed.goes_on:
                return
            after = last
    finally:
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)


def id_of(record: Any) -> str | None:
    """A record's id, None where it has none that is a number."""
    given = record.get("id") if isinstance(record, dict) else None
    return given if isinstance(given, str) and given.isdecimal() else None


def _last(results: Sequence[Any], after: int, kind: Kind) -> int:
    ids = [int(text) for one in results if (text := id_of(one))]
    if (results and not ids) or any(one <= after for one in ids) or ids != sorted(set(ids)):
        raise ProtocolError("the records found are not in the order of their ids", method="POST", route=kind.name)
    return max(ids, default=after)


async def archived(hubspot: HubSpot, kind: Kind, low: int | None, high: int | None) -> AsyncIterator[list[Any]]:
    """Yield what was archived in [low, high), page by page. The list is in no order of time: all of it is read."""
    after: str | None = None
    seen = set[str]()
    while True:
        listed = await hubspot.archived(kind, after)
        records = [one for one in listed.results if _within(one, low, high)]
        if records:
            yield records
        if listed.after is None or not listed.results:
            return
        if listed.after in seen:
            raise ProtocolError("the list of archived records goes round", method="GET", route=kind.name)
        seen.add(after := listed.after)


def _within(record: Any, low: int | None, high: int | None) -> bool:
    """Whether a record was archived within bounds; one that does not say when is given again by each pull."""
    try:
        given = datetime.fromisoformat(record["archivedAt"])
        moment = millis(given if given.tzinfo else given.replace(tzinfo=UTC))
    except (TypeError, KeyError, ValueError, OverflowError):
        return high is None
    return (low is None or low <= moment) and (high is None or moment < high)

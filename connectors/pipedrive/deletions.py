"""What was deleted: v2's lists need not show it, v1's recent changes do, for 30 days."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connectors.errors import ProtocolError
from connectors.pipedrive.shape import is_deleted

_FORM: Final = "%Y-%m-%d %H:%M:%S"

Fetch = Callable[[str, int], Awaitable[Any]]
"""Asks for the changes since a time, with so many left out; gives the answer's JSON."""


async def deleted_since(fetch: Fetch, since: datetime, seen: datetime) -> AsyncIterator[list[tuple[int, datetime]]]:
    """Yield the ids of one kind's records that were deleted since then, page by page, each with when it last changed.

    The list is walked by time, since what changes meanwhile leaves its place in it: the next page is asked for from a
    second before the last change of this one, and by number only within one second. `seen` is when the deletion was
    seen, which counts where nothing is known of its time.

    Raises:
        ProtocolError: a page holds nothing where more is promised.
    """
    moment, start = since.astimezone(UTC).replace(microsecond=0), 0
    while True:
        body = await fetch(moment.strftime(_FORM), start)
        changes = [one for one in body.get("data") or () if isinstance(one, dict)]
        yield [found for one in changes if (found := _tombstone(one, seen)) is not None]
        told = body.get("additional_data") or {}
        pages = told.get("pagination") or {}
        if not pages.get("more_items_in_collection"):
            return
        latest = _read(told.get("last_timestamp_on_page"))
        if latest is not None and latest - timedelta(seconds=1) > moment:
            moment, start = latest - timedelta(seconds=1), 0
            continue
        if not changes:
            raise ProtocolError("a page holds nothing, and more is promised", method="GET", route="/v1/recents")
        start += len(changes)


def _tombstone(change: Mapping[str, Any], seen: datetime) -> tuple[int, datetime] | None:
    """The id and the time of a change that deleted a record; None of other changes."""
    data, number = change.get("data"), change.get("id")
    if type(number) is not int or (data is not None and not (isinstance(data, dict) and is_deleted(data))):
        return None
    return number, _read((data or {}).get("update_time")) or seen


def _read(text: Any) -> datetime | None:
    try:
        return datetime.strptime(str(text), _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None

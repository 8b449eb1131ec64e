"""What was deleted: v2's lists need not show it, v1's recent changes do, for 30 days."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connectors.errors import ProtocolError
from connectors.pipedrive.shape import is_deleted

KEPT: Final = timedelta(days=30)
"""So long Pipedrive shows what was deleted."""

_FORM: Final = "%Y-%m-%d %H:%M:%S"

Fetch = Callable[[str, int], Awaitable[Any]]
"""Asks for the changes since a time, with so many left out; gives the answer's JSON."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A change that is a deletion, or may be one."""

    number: int
    """The record's id."""
    moment: datetime
    """When it last changed."""
    sure: bool
    """Whether the change itself says that it is a deletion; one that says nothing of its record leaves it open."""


async def deleted_since(fetch: Fetch, since: datetime, seen: datetime) -> AsyncIterator[list[Gone]]:
    """Yield which of one kind's records were deleted since then, or may have been, page by page.

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
        yield [found for one in changes if (found := _gone(one, seen)) is not None]
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


def _gone(change: Mapping[str, Any], seen: datetime) -> Gone | None:
    """A change that deleted a record or may have; None of other changes."""
    data, number = change.get("data"), change.get("id")
    if type(number) is not int or (data is not None and not (isinstance(data, dict) and is_deleted(data))):
        return None
    return Gone(number, _read((data or {}).get("update_time")) or seen, data is not None)


def _read(text: Any) -> datetime | None:
    try:
        return datetime.strptime(str(text), _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None

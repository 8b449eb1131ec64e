"""Up to which change time a pull has given everything: never later than the server's clock, less an overlap.

A server shows changes late: a search index lags, and a record may appear with a change time below the greatest one that
was seen (airbytehq/airbyte#27146). So the next pull begins an overlap before this one began, by the server's own clock,
and not at the greatest change time: a record from the year 2099 would hide all that come before it, and after a bulk
edit every pull would read the whole of it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from connectors.http import Clock
from connectors.http.retry_after import http_date

OVERLAP: Final = timedelta(minutes=10)
"""How late a server may show a change."""


def server_time(headers: Mapping[str, str], clock: Clock) -> datetime:
    """When an answer was given by its `Date` header, else by our clock; with a time zone."""
    return http_date(headers.get("date", "")) or clock.wall().astimezone(UTC)


def next_mark(began: datetime, before: datetime | None = None, overlap: timedelta = OVERLAP) -> datetime:
    """From which change time the next pull asks, when this one began at `began` by the server's clock.

    It never goes back behind `before`, from which this pull asked.
    """
    mark = began - overlap
    return mark if before is None else max(mark, before)

"""How HubSpot says that it was called too often, and when calls may go on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import httpx

from connectors.http import Dialect

LOCKED: Final = 423
MIGRATING: Final = 477

_DAILY: Final = re.compile(rb'"policyName"\s*:\s*"DAILY"')


class HubSpotDialect(Dialect):
    """HubSpot's limits by its headers. Searches have none, and another limit: they are another client's calls."""

    def too_many(self, status: int, headers: Mapping[str, str], body: bytes | None) -> bool:  # noqa: ARG002 - the base's
        """A record that is locked, and an account that moves, pass as a limit does; the limit of the day does not."""
        if status == 429:
            return not (body and _DAILY.search(body))
        return status in (LOCKED, MIGRATING)

    def rest(self, headers: Mapping[str, str]) -> float | None:
        """Wait for the next span of time where no call of this one is left."""
        left, span = (headers.get(f"x-hubspot-ratelimit-{name}", "") for name in ("remaining", "interval-milliseconds"))
        return int(span) / 1000 if left == "0" and span.isdecimal() else None

    def retry_after(self, response: httpx.Response) -> float | None:
        """HubSpot asks for two seconds at least after a 423."""
        return 2.0 if response.status_code == LOCKED else None

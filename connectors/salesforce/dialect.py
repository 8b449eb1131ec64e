"""How Salesforce says that it was called too often, and how many of the day's calls are used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from connectors.http import Dialect

_USAGE: Final = re.compile(r"(?:^|[\s,;])api-usage=([0-9]{1,12})/([0-9]{1,12})")


class Salesforce(Dialect):
    """A 403 with a code of its own: the calls of 24 hours are used up, or too many are open at once."""

    def too_many(self, status: int, headers: Mapping[str, str], body: bytes | None) -> bool:
        """A 429, or a 403 whose code says so: other refusals are 403, too."""
        return super().too_many(status, headers, body) or (status == 403 and b"REQUEST_LIMIT_EXCEEDED" in (body or b""))


def usage(headers: Mapping[str, str]) -> tuple[int, int] | None:
    """How many calls of 24 hours are used, and how many there are; None where an answer does not say so."""
    found = _USAGE.search(headers.get("sforce-limit-info", ""))
    if found is None or int(found[2]) == 0:
        return None
    return int(found[1]), int(found[2])

"""How long a server asks to be left alone, and the dates that its headers hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after(headers: Mapping[str, str], now: datetime, longest: float) -> float | None:
    """Return the wait in seconds that `Retry-After` asks for, at most `longest`; None if malformed or past."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(float(text), longest)
    moment = http_date(text)
    if moment is None:
        return None
    seconds = (moment - (http_date(headers.get("date", "")) or now)).total_seconds()
    return min(seconds, longest) if seconds > 0 else None


def http_date(text: str) -> datetime | None:
    """Return the moment that an HTTP date names, None if it names none."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

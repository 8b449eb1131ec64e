"""A server's clock against ours: signatures and windows of time depend on both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from pipelines.report.doctor.finding import Finding, warn, wrong

NOTICED: Final = timedelta(seconds=60)

TOO_MUCH: Final = timedelta(minutes=5)
"""Signed logins are refused beyond this by most servers."""


def off(what: str, server: datetime, asked: datetime, answered: datetime) -> Iterator[Finding]:
    """Nothing where the server's time lies between the question and the answer, or near."""
    apart = max(asked - server, server - answered)
    if apart <= NOTICED:
        return
    direction = "behind" if server > answered else "ahead of"
    said = f"this machine's clock is {_words(apart)} {direction} the server's. Let it follow a time server (NTP)"
    if apart > TOO_MUCH:
        yield wrong(what, f"{said}: signed logins fail, and a server may show what changed late.")
    else:
        yield warn(what, f"{said}.")


def _words(apart: timedelta) -> str:
    minutes = round(apart.total_seconds() / 60)
    if apart < timedelta(minutes=2):
        return f"{apart.total_seconds():.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"

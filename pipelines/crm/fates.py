"""The words for what may become of an operation that was cut off: without the code that finds it out."""

from __future__ import annotations

from enum import StrEnum


class Fate(StrEnum):
    """What may become of an operation that was cut off."""

    FOUND = "found"
    FOUND_TWICE = "found_twice"
    FREE = "free"
    """Surely not there: to be decided anew."""
    UNKNOWN = "unknown"

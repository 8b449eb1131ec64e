"""What may become of an operation that was cut off. `recover` finds it out; who only prints it need not import that."""

from __future__ import annotations

from enum import StrEnum


class Fate(StrEnum):
    """What may become of an operation that was cut off."""

    FOUND = "found"
    FOUND_TWICE = "found_twice"
    FREE = "free"
    """Surely not there: to be decided anew."""
    OVERRULED = "overruled"
    """It has arrived, and its object was put back since: that is a human's, and stays."""
    OPEN = "open"
    """It could not be looked for to the end: a later run looks again, and nothing is sent before."""
    UNKNOWN = "unknown"

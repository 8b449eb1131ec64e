"""What was found: fine, worth a look, or wrong; of what; and in words that say what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How grave it is."""

    OK = "ok"
    WARN = "warn"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. It bears no secret and no personal value."""

    level: Level
    what: str
    """What was looked at: `settings`, `source inbox`."""
    said: str
    """What was found there, and the mend."""


Check = Callable[[], Iterable[Finding]]
"""Looks at one thing. What it raises is found, too."""


def ok(what: str, said: str) -> Finding:
    """Fine."""
    return Finding(Level.OK, what, said)


def warn(what: str, said: str) -> Finding:
    """A run works, and somebody should look."""
    return Finding(Level.WARN, what, said)


def wrong(what: str, said: object) -> Finding:
    """A run would not work, or would leave something out."""
    return Finding(Level.WRONG, what, str(said))

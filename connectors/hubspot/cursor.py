"""Where a pull of a stream stands: small JSON, the same in every process."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Literal, Self, get_args

Part = Literal["records", "moved", "archived"]
"""What a pull gives, one after the other: what a search finds, contacts of companies that moved, what was archived."""


@dataclass(frozen=True, slots=True)
class Position:
    """Moments are milliseconds since 1970, by HubSpot's clock."""

    since: int | None = None
    """From which change time this pull asks; None: everything."""
    waiting: int | None = None
    """From which time on the part is still to be asked for that may wait (`source.WAITS`)."""
    to: int | None = None
    """From which change time the next pull will ask; None: this pull has not begun."""
    part: Part = "records"
    after: int = 0
    """The greatest id that was given."""

    @classmethod
    def read(cls, text: str | None) -> Self:
        """Read a cursor. One that cannot be read means to begin from the start: then nothing is lost."""
        try:
            given = json.loads(text or "{}")
            made = cls(**given)
        except (ValueError, TypeError):
            return cls()
        numbers = (made.since, made.waiting, made.to, made.after)
        sound = made.part in get_args(Part) and all(one is None or type(one) is int for one in numbers)
        return made if sound else cls()

    def __str__(self) -> str:
        """The cursor's text."""
        return json.dumps({name: value for name, value in asdict(self).items() if value is not None})

    def at(self, part: Part) -> Self:
        """The beginning of another part of the same pull."""
        return replace(self, part=part, after=0)


def millis(moment: datetime) -> int:
    """A moment as HubSpot's filters take it, rounded up: no time with a fraction lies before it."""
    whole = int(moment.timestamp()) * 1000
    return whole + -(-moment.microsecond // 1000)


def moment_of(millis: int) -> datetime:
    """The moment of a mark."""
    return datetime.fromtimestamp(millis / 1000, UTC)

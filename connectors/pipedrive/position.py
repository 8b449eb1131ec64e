"""Where a pull stands, as text for the ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Position:
    """From which change time is asked, and how far the records, in the order of their ids, have come."""

    since: datetime | None = None
    """From here on by change time; None: everything."""
    began: datetime | None = None
    """When the pull that is under way began, by the server's clock."""
    after: int | None = None
    """The last id that was given: the pull that is under way goes on behind it."""
    hint: str | None = None
    """Where the server finds what comes next: its cursor, or a number of records. A stale one costs calls alone."""
    asked: tuple[str, ...] = ()
    """The optional fields that were asked for: of one that came later nothing landed yet."""

    @property
    def text(self) -> str:
        """Itself for the ledger."""
        said = {
            "since": _written(self.since),
            "began": _written(self.began),
            "after": self.after,
            "hint": self.hint,
            "asked": self.asked or None,
        }
        return json.dumps({name: value for name, value in said.items() if value is not None})

    @classmethod
    def read(cls, text: str | None) -> Position:
        """The position of a text; of one that cannot be read, the beginning: all is given again, nothing is lost."""
        try:
            said = json.loads(text or "{}")
            after, hint, asked = said.get("after"), said.get("hint"), said.get("asked", [])
            if (after is not None and type(after) is not int) or (hint is not None and type(hint) is not str):
                return cls()
            return cls(_read(said.get("since")), _read(said.get("began")), after, hint, tuple(map(str, asked)))
        except (ValueError, TypeError, AttributeError):
            return cls()


def _written(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment is not None else None


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text is not None else None

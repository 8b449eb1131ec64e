"""Where a pull stands, as text for the ledger.

Records are walked in the order of (SystemModstamp, Id), and by that pair a pull goes on: never by the server's own
place in a list, which ends with the query. In a bulk job there is no such order: there the place is the job and its
locator, which count as long as the server keeps the job's results (seven days), and beside them stands the pair from
which the job began: where the job is gone, another one begins there.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final

ID: Final = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")

_FIELDS: Final = re.compile(r"[A-Za-z0-9_,]{0,5000}")

_LOCATOR: Final = re.compile(r"[!-~]{1,500}")


@dataclass(frozen=True, slots=True)
class Position:
    """From which change time is asked, and how far the pull that is under way has come."""

    since: datetime | None = None
    """From here on by change time; None: everything."""
    began: datetime | None = None
    """When the pull that is under way began, by the server's clock."""
    stamp: datetime | None = None
    """The change time of the last record that was given in order."""
    id: str | None = None
    """Its id."""
    job: str | None = None
    """The bulk job that gave what came behind that record. Without `began`: one whose results are landed."""
    locator: str | None = None
    """What of the job comes next; None: its beginning."""
    fields: str | None = None
    """The fields with a meaning that could be read, with commas between them."""

    @property
    def text(self) -> str:
        """Itself for the ledger."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        return json.dumps({name: _written(value) for name, value in said.items() if value is not None})

    @classmethod
    def read(cls, text: str | None) -> Position:
        """The position of a text; of one that cannot be read, the beginning: all is given again, nothing is lost."""
        try:
            said = json.loads(text or "{}")
            found = cls(
                since=_moment(said.get("since")),
                began=_moment(said.get("began")),
                stamp=_moment(said.get("stamp")),
                id=_matching(said.get("id"), ID),
                job=_matching(said.get("job"), ID),
                locator=_matching(said.get("locator"), _LOCATOR),
                fields=_matching(said.get("fields"), _FIELDS),
            )
        except (ValueError, TypeError, AttributeError):
            return cls()
        return found if (found.stamp is None) == (found.id is None) else cls()


def _written(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text is not None else None


def _matching(text: str | None, form: re.Pattern[str]) -> str | None:
    if text is not None and form.fullmatch(text) is None:
        raise ValueError("not of its form")
    return text

"""Where a pull by change times stands, and what it has given of the overlap: small JSON, the same in every process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

import pyarrow as pa
import pyarrow.compute as pc

LARGE: Final = pa.large_string()
"""Text of whatever size: the rows of a batch in one piece may be large."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The next pull asks for the rows from `since` on; None: for all."""

    since: datetime | None = None
    given: str | None = None
    """The digest of these rows, where the pull before gave all of them and nothing newer; None: they may be news."""

    @classmethod
    def read(cls, text: str | None) -> Self:
        """Read a cursor. One that cannot be read means to begin anew: then nothing is lost."""
        try:
            told = json.loads(text or "{}")
            since = datetime.fromisoformat(told["since"]) if told["since"] is not None else None
            given = told.get("given")
        except (ValueError, TypeError, KeyError):
            return cls()
        sound = (since is None or since.tzinfo is not None) and isinstance(given, str | None)
        return cls(since, given) if sound else cls()

    def __str__(self) -> str:
        """The cursor's text."""
        told = {"since": self.since.isoformat() if self.since else None}
        return json.dumps(told | ({"given": self.given} if self.given else {}))


class Given:
    """Rows that were given, as a digest: the same rows in the same order, however they come in batches."""

    def __init__(self, columns: Sequence[str], batches: Iterable[pa.RecordBatch] = ()) -> None:
        self._digest = hashlib.sha256(json.dumps([*columns]).encode())
        for rows in batches:
            self.take(rows)

    def take(self, rows: pa.RecordBatch) -> None:
        """Add rows of text."""
        if not rows.num_rows or not rows.num_columns:
            return
        cells = list[pa.Array]()
        for column in rows.columns:
            # Its length before each text: no value looks like the end of one cell and the beginning of the next.
            cells += [pc.fill_null(pc.binary_length(column).cast(LARGE), "-"), pc.fill_null(column, "")]
        lines = pc.binary_join_element_wise(*(one.cast(LARGE) for one in cells), pa.scalar(":", LARGE))
        size = pc.sum(pc.binary_length(lines)).as_py()
        self._digest.update(memoryview(lines.buffers()[2])[:size])

    def digest(self) -> str:
        """SHA-256 of what was taken."""
        return self._digest.hexdigest()

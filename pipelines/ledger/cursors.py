"""Up to where each stream of a source has landed. A cursor moves only after what it covers is landed."""

from __future__ import annotations

import time
from dataclasses import dataclass

from pipelines.ledger.access import LedgerAccess


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the pull of a stream goes on, and what the data folder held then."""

    text: str
    """The connector's own word for it."""
    origin: str
    """The account, and what is asked of it: of another one the cursor says nothing."""
    landing: str | None
    """The newest landing of the stream, None where nothing was ever landed."""
    landings: int
    """How many landings the stream had."""
    run: str = ""
    """The run that moved it."""
    moved_at: float = 0.0
    """When it moved, in seconds since 1970."""


class Cursors:
    """The cursors of all streams; they are the data folder's, whatever the account."""

    def __init__(self, access: LedgerAccess) -> None:
        self._access = access

    def all(self) -> dict[tuple[str, str], Cursor]:
        """All cursors, by source and stream."""
        rows = self._access.rows(
            "SELECT source, stream, cursor, origin, landing, landings, run, moved_at FROM cursors ORDER BY 1, 2"
        )
        return {(source, stream): Cursor(*rest) for source, stream, *rest in rows}

    def move(self, source: str, stream: str, before: Cursor | None, to: Cursor) -> bool:
        """Move a stream's cursor, unless it is not `before` any more; returns whether it moved.

        Another run that moved it meanwhile has landed all that its cursor covers: either of the two is right.
        """
        with self._access.writing() as database:
            row = database.execute(
                "SELECT cursor, origin FROM cursors WHERE source = ? AND stream = ?", (source, stream)
            ).fetchone()
            if (row and tuple(row)) != (before and (before.text, before.origin)):
                return False
            database.execute(
                "INSERT OR REPLACE INTO cursors VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (source, stream, to.text, to.origin, to.landing, to.landings, to.run, to.moved_at or time.time()),
            )
        return True

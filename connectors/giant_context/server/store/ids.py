"""What every new row gets: an id, a place in its list, and a moment."""

from __future__ import annotations

import random
import sqlite3
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

Table = Literal["contacts", "companies", "activities"]
Clock = Callable[[], datetime]


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """Return the moment as the wire writes it: ISO 8601, UTC, milliseconds, Z."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def new_id() -> str:
    """Return an id that nothing else has: unique, no secret.

    `uuid4` asks the system for each one and waits for its turn among the threads again, which a busy server feels.
    """
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


class Birth(NamedTuple):
    """What a new row is given."""

    ordinal: int
    id: str
    created_at: str

    def columns(self, *, updated: bool = False) -> dict[str, Any]:
        """Return it by column; `updated` for tables that also know when a row last changed."""
        return self._asdict() | ({"updated_at": self.created_at} if updated else {})


def birth(connection: sqlite3.Connection, table: Table, clock: Clock) -> Birth:
    """Return the next place in the table. Call it inside the writing transaction, which makes it nobody else's.

    A list is ordered by creation, so its times never run backwards, even when the system's clock does.
    """
    moment = stamp(clock())
    newest = f"SELECT ordinal, created_at FROM {table} WHERE ordinal = (SELECT max(ordinal) FROM {table})"  # noqa: S608 - one of three names
    last = connection.execute(newest).fetchone()
    if last is None:
        return Birth(1, new_id(), moment)
    return Birth(last[0] + 1, new_id(), max(moment, last[1]))

"""Queries in SOQL: all fields of an object, by change time, in the order of (SystemModstamp, Id)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

_MILLISECOND: Final = 1000

ORDER: Final = " ORDER BY SystemModstamp, Id"


def select(
    columns: Sequence[str],
    sobject: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    behind: tuple[datetime, str] | None = None,
    only: str = "",
) -> str:
    """Return the query of records that changed in [since, until), behind a pair of change time and id.

    Many records have one change time after a bulk edit: those behind the last one given are told by their ids.
    """
    conditions = [only] if only else []
    if behind is not None:
        stamp, record = literal(behind[0]), behind[1]
        conditions.append(f"((SystemModstamp = {stamp} AND Id > '{record}') OR SystemModstamp > {stamp})")
    elif since is not None:
        conditions.append(f"SystemModstamp >= {literal(since)}")
    if until is not None:
        conditions.append(f"SystemModstamp < {literal(until)}")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {','.join(columns)} FROM {sobject}{where}"  # noqa: S608 - names of describe, and values of one form


def literal(moment: datetime) -> str:
    """A time as SOQL writes it: the first whole millisecond that is not before it."""
    moment = moment.astimezone(UTC)
    rest = moment.microsecond % _MILLISECOND
    moment += timedelta(microseconds=(_MILLISECOND - rest) % _MILLISECOND)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // _MILLISECOND:03d}Z"

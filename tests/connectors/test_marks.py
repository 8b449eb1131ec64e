"""Marks: up to which change time a pull has given everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connectors.http import Clock
from connectors.marks import OVERLAP, next_mark, server_time

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def test_the_servers_clock_counts() -> None:
    """An answer's date goes before our own clock, which may be days off."""
    clock = Clock(wall=lambda: NOW + timedelta(days=3))
    assert server_time({"date": "Sat, 28 Nov 2026 12:00:00 GMT"}, clock) == NOW
    assert server_time({}, clock) == NOW + timedelta(days=3)


@given(before=st.none() | st.integers(-10_000, 10_000))
def test_a_mark_is_never_later_than_the_pull_began(before: int | None) -> None:
    """It lies an overlap before, and goes back behind no earlier mark."""
    earlier = None if before is None else NOW + timedelta(minutes=before)
    mark = next_mark(NOW, earlier)
    assert mark == NOW - OVERLAP or mark == earlier
    assert earlier is None or mark >= earlier

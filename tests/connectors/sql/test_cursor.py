"""Cursors of a query, and the digest of what was given."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from connectors.sql.cursor import Cursor, Given

CELLS = st.none() | st.text("a:1-é,", max_size=3)
ROWS = st.lists(st.tuples(CELLS, CELLS), max_size=6)


def batch(rows: list[tuple[str | None, str | None]]) -> pa.RecordBatch:
    """Rows of two columns of text."""
    return pa.record_batch([pa.array([row[at] for row in rows], pa.string()) for at in (0, 1)], names=["a", "b"])


@given(first=ROWS, second=ROWS, cut=st.integers(0, 6))
def test_rows_have_one_digest_however_they_are_cut(
    first: list[tuple[str | None, str | None]], second: list[tuple[str | None, str | None]], cut: int
) -> None:
    """The same rows in other batches have the same digest, and other rows another one."""
    whole = batch(first)
    of = Given(["a", "b"], [whole]).digest()
    assert of == Given(["a", "b"], [whole.slice(0, cut), whole.slice(cut)]).digest()
    assert (of == Given(["a", "b"], [batch(second)]).digest()) == (first == second)


@given(since=st.none() | st.datetimes(timezones=st.just(UTC)), digest=st.none() | st.just("abc"))
def test_a_cursor_is_read_as_it_was_written(since: datetime | None, digest: str | None) -> None:
    """Also one of a version that knew no digest."""
    assert Cursor.read(str(Cursor(since, digest))) == Cursor(since, digest)


@given(text=st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(repr))
def test_any_text_is_a_cursor(text: str) -> None:
    """What cannot be read begins anew, and raises nothing."""
    assert Cursor.read(text).since is None

"""Walking a list of which the server cannot show every row."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import CallError, NotApplied
from connectors.giant_context.walk import Unread, Walk, WalkReport
from connectors.giant_context.wire import Contact, Page
from tests.connectors.giant_context.lists import List, run


class Spoilt(List):
    """A list with rows over which the server stumbles: no page that holds one can be had."""

    def __init__(self, length: int, bad: set[int], *, error: CallError | None = None, **more: Any) -> None:
        super().__init__(length, **more)
        self.bad = {self.rows[place - 1].id for place in bad}
        self.error = error or NotApplied("500 sorry", method="GET", route="…/things", status=500)

    async def fetch(self, page: int, page_size: int) -> Page[Contact]:
        """Answer one page, or stumble."""
        answer = await super().fetch(page, page_size)
        if self.bad & {row.id for row in answer.data}:
            raise self.error
        return answer


@given(
    length=st.integers(0, 60),
    bad=st.sets(st.integers(1, 60), max_size=4),
    page_size=st.sampled_from([7, 8, 12, 50, 200]),
)
def test_what_can_be_read_is_read(length: int, bad: set[int], page_size: int) -> None:
    """Rows that spoil their pages are named by their places, and every other row comes; or the walk fails."""
    source = Spoilt(length, bad := {place for place in bad if place <= length})
    try:
        found, report, _ = run(source, page_size=page_size)
    except NotApplied:
        assert bad  # where nothing of a page could be read
        return
    assert set(found) == source.original - source.bad
    assert [one.place for one in report.unread] == sorted(bad)
    assert (report.settled, report.complete) == (True, not bad)


def test_few_calls_find_the_row_that_spoils_a_page() -> None:
    """One of 200 rows is found by halves, and the head's second reading does not stumble again."""
    source = Spoilt(400, {137})
    report = run(source, page_size=200)[1]
    assert report.unread == (Unread(137, "GET …/things: 500 sorry"),)
    assert (report.total, report.unique, report.passes) == (400, 399, 1)
    assert len(source.calls) <= 2 + 16 + 16


def test_parts_are_fetched_in_their_own_way() -> None:
    """Once a page has failed, its parts need not be waited for as patiently."""
    source, parts = Spoilt(200, {137}), list[tuple[int, int]]()

    async def fetch_part(page: int, page_size: int) -> Page[Contact]:
        parts.append((page, page_size))
        return await source.fetch(page, page_size)

    async def walked() -> WalkReport:
        walk: Walk[Contact] = Walk(source.fetch, page_size=200, fetch_part=fetch_part)
        async for _ in walk:
            pass
        return walk.report

    assert [one.place for one in asyncio.run(walked()).unread] == [137]
    assert [call for call in source.calls if call not in parts] == [(1, 200)]


def test_many_spoilt_rows_are_a_server_in_trouble() -> None:
    """A list of which much cannot be read is not read by single rows."""
    source = Spoilt(400, set(range(1, 400, 4)))
    with pytest.raises(NotApplied):
        run(source, page_size=200)
    assert len(source.calls) < 200


@pytest.mark.parametrize("status", [None, 502, 503])
def test_a_server_that_is_away_is_no_matter_of_rows(status: int | None) -> None:
    """Without an answer, or with a gateway's, no smaller page is tried."""
    source = Spoilt(40, {3}, error=NotApplied("away", method="GET", route="…/things", status=status))
    with pytest.raises(NotApplied):
        run(source, page_size=200)
    assert len(source.calls) == 1


def test_a_place_means_nothing_in_a_list_that_moves() -> None:
    """While rows are added, a row that cannot be read is looked for again, until the list stands still."""
    source = Spoilt(40, {30}, events=["insert"] * 3)
    report = run(source, page_size=8)[1]
    assert report.settled
    assert [one.place for one in report.unread] == [33]

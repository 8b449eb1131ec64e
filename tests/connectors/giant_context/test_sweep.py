"""Sweeping a list that others change meanwhile, also where the sweep is left and taken up: no untouched row is lost."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import NotApplied
from connectors.giant_context.sweep import Place, Sweep
from connectors.giant_context.wire import Activity, Contact, Page, PageMeta
from tests.connectors.giant_context.lists import EPOCH, List

BEGAN = EPOCH + timedelta(milliseconds=500)


class Changing(List):
    """A list whose new rows were created when they came, which is after every sweep began."""

    def _contact(self, number: int, version: int = 0) -> Contact:
        made = super()._contact(number, version)
        came = EPOCH + timedelta(seconds=number if hasattr(self, "count") else 0)
        return made.model_copy(update={"created_at": came, "updated_at": max(came, made.updated_at)})

    @property
    def untouched(self) -> set[str]:
        """The rows that stand as they stood before the sweep began."""
        return {row.id for row in self.rows if row.updated_at < BEGAN}


def sweep(source: List, place: Place | None = None, pages: int | None = None) -> tuple[list[str], Place | None]:
    """The ids that a sweep gives, cut after so many pages, and the last place that it left."""

    async def run() -> tuple[list[str], Place | None]:
        found: list[str] = []
        left: Place | None = None
        made = Sweep(source.fetch, "contacts", 4, lambda: BEGAN, BEGAN if place else None, place)
        async with aclosing(made.swept()) as swept:
            count = 0
            async for page in swept:
                count += 1
                found += [one.id for one in page.items]
                left = page.place
                if count == pages:
                    break
        return found, left

    return asyncio.run(run())


@pytest.mark.parametrize("length", [0, 1, 4, 5, 41])
def test_a_list_at_rest_is_read_once(length: int) -> None:
    """Every row comes once, in one call a page."""
    source = List(length)
    found, _ = sweep(source)
    assert found == [row.id for row in source.rows]
    assert len(source.calls) == max(1, -(-length // 4))


def test_a_sweep_is_taken_up_behind_the_page_where_it_was_left() -> None:
    """Nothing is read twice where nothing changed."""
    source = List(41)
    before, place = sweep(source, pages=6)
    source.calls.clear()
    after, _ = sweep(source, place)
    assert before + after == [row.id for row in source.rows]
    assert source.calls[0] == (7, 4)


def test_a_row_that_was_removed_while_the_sweep_was_left_is_noticed() -> None:
    """Another one moved to a page that was read before: fewer rows are seen than there were."""
    source = List(41)
    before, place = sweep(source, pages=6)
    hidden = source.rows[24].id
    del source.rows[2]
    after, _ = sweep(source, place)
    assert hidden not in before
    assert set(before) | set(after) == source.original


def test_a_row_that_moved_while_the_sweep_was_left_is_noticed() -> None:
    """It is seen again at the end of the list, and makes up for no other one."""
    source = List(41)
    before, place = sweep(source, pages=6)
    moved, hidden = source.rows.pop(2), source.rows[23].id
    source.rows.append(moved.model_copy(update={"updated_at": BEGAN}))
    after, _ = sweep(source, place)
    assert hidden not in before
    assert hidden in after


def test_a_total_that_drops_is_noticed_though_as_many_rows_were_seen() -> None:
    """A row that came while the sweep was left lets one be seen twice: that makes up for none that slips by later."""
    source = Changing(41)
    before, place = sweep(source, pages=6)
    source.happen("insert")
    fetch, hidden = source.fetch, source.rows[28].id

    async def losing(page: int, page_size: int) -> Page[Contact]:
        answer = await fetch(page, page_size)
        if len(source.rows) == 42:
            del source.rows[3]
        return answer

    source.fetch = losing  # type: ignore[method-assign]
    after, _ = sweep(source, place)
    assert hidden not in before
    assert hidden in after


def test_rows_that_came_meanwhile_hide_nothing() -> None:
    """They push the others along, a page or more."""
    for came in (1, 3, 4, 9):
        source = Changing(41)
        before, place = sweep(source, pages=6)
        for _ in range(came):
            source.happen("insert")
        after, _ = sweep(source, place)
        assert source.original <= set(before) | set(after)


def test_a_list_that_never_rests_is_an_error() -> None:
    """Where rows keep vanishing, nobody says that all were read."""
    with pytest.raises(NotApplied, match="the list kept changing"):
        sweep(List(200, ["remove", "insert"] * 400))


EVENTS = st.lists(st.sampled_from(["insert", "update", "remove", "nothing"]), max_size=25)


@given(length=st.integers(0, 40), events=EVENTS, gap=EVENTS, moves=st.booleans(), pages=st.integers(1, 9))
def test_no_untouched_row_is_lost(length: int, events: list[str], gap: list[str], moves: bool, pages: int) -> None:
    """Whatever changes under way or while a sweep was left: the rows that nobody touched are given, or an error is."""
    source = Changing(length, events, moves=moves)
    try:
        before, place = sweep(source, pages=pages)
        for event in gap:
            source.happen(event)
        after, _ = sweep(source, place)
    except NotApplied:
        return
    assert source.untouched <= (set(before) if place else set()) | set(after)


def test_activities_are_read_down_to_the_mark() -> None:
    """Their list is documented as newest first: older pages are not asked for, unless the order is another one."""
    rows = [Activity(id=f"a{number}", created_at=EPOCH - timedelta(days=number)) for number in range(40)]
    for shown, calls in ((rows, 3), ([rows[0], rows[9], *rows[1:9], *rows[10:]][::-1], 10)):
        asked: list[int] = []

        async def fetch(
            page: int, size: int, shown: list[Activity] = shown, asked: list[int] = asked
        ) -> Page[Activity]:
            asked.append(page)
            meta = PageMeta(total=40, page=page, page_size=size)
            return Page[Activity](data=shown[(page - 1) * size : page * size], meta=meta)

        async def run(fetch: object = fetch) -> set[str]:
            made = Sweep(fetch, "activities", 4, lambda: BEGAN, until=EPOCH - timedelta(days=9, hours=1))  # type: ignore[arg-type]
            return {one.id async for page in made.swept() for one in page.items}

        assert {row.id for row in rows[:10]} <= asyncio.run(run())
        assert len(asked) == calls

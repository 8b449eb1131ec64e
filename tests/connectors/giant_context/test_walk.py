"""Walking a list that others change meanwhile: nothing that stood throughout is lost unnoticed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import ProtocolError
from connectors.giant_context.walk import Walk, WalkReport
from connectors.giant_context.wire import Activity, Contact, Page, PageMeta
from tests.connectors.giant_context.lists import EPOCH, List, run


@pytest.mark.parametrize("length", [0, 1, 4, 5, 41])
def test_a_list_at_rest_is_walked_once(length: int) -> None:
    """Nothing changes: every item comes once, in one pass, and the head is read again if there were more pages."""
    source = List(length)
    found, report, yielded = run(source)
    assert set(found) == source.original
    assert yielded == length
    assert report == WalkReport(length, length, length, 1, complete=True, settled=True)
    pages = max(1, -(-length // 4))
    assert len(source.calls) == pages + (pages > 1)


def test_the_servers_page_size_is_believed() -> None:
    """A server that gives fewer a page is asked with its own size from then on."""
    source = List(25, largest=10)
    found, report, _ = run(source, page_size=200, concurrency=1)
    assert (len(found), report.complete) == (25, True)
    assert source.calls == [(1, 200), (2, 10), (3, 10), (1, 10)]


events = st.lists(st.sampled_from(["insert", "update", "nothing"]), max_size=25)


@given(length=st.integers(0, 40), events=events, moves=st.booleans(), concurrency=st.sampled_from([1, 3]))
def test_what_stood_throughout_is_found_or_the_walk_says_incomplete(
    length: int, events: list[str], moves: bool, concurrency: int
) -> None:
    """Inserts at the head and updates, moving their row or not, never hide an item from a complete walk."""
    source = List(length, events, moves=moves)
    found, report, _ = run(source, concurrency=concurrency)
    assert source.original <= set(found) or not report.complete
    if report.complete:
        assert report.unique == report.total


@given(
    length=st.integers(0, 40),
    events=st.lists(st.sampled_from(["insert", "update", "remove", "nothing"]), max_size=25),
    concurrency=st.sampled_from([1, 3]),
)
def test_removals_do_not_hide_items_unnoticed(length: int, events: list[str], concurrency: int) -> None:
    """A removed row that makes the walk skip another one shows in a dropping total."""
    source = List(length, events)
    found, report, _ = run(source, concurrency=concurrency)
    assert source.original <= set(found) or not report.complete


@given(length=st.integers(0, 40), inserts=st.lists(st.sampled_from(["insert", "nothing"]), max_size=12))
def test_inserts_alone_always_end_complete(length: int, inserts: list[str]) -> None:
    """New contacts at the head cost a few calls more, never the result."""
    source = List(length, inserts)
    found, report, _ = run(source)
    assert report.complete
    assert source.original <= set(found)


def test_changed_items_come_again_and_old_states_do_not() -> None:
    """An item seen again in a newer state is yielded again, in the same state it is not."""
    source = List(8, ["nothing", "insert"])
    source.happen = lambda event: _replace(source, 0) if event == "insert" else None  # type: ignore[method-assign]
    found, report, yielded = run(source, concurrency=1)
    assert (yielded, report.seen, report.complete) == (9, 8, True)
    assert found["c0"].updated_at == EPOCH + timedelta(days=1)


def _replace(source: List, place: int) -> None:
    source.rows[place] = source.rows[place].model_copy(update={"updated_at": EPOCH + timedelta(days=1)})


def test_a_total_that_never_fits_ends_incomplete() -> None:
    """A server that counts wrongly is walked a bounded number of times and reported with its counts."""
    source = List(10)

    async def fetch(page: int, page_size: int) -> Page[Contact]:
        answer = await source.fetch(page, page_size)
        answer.meta.total = 12
        return answer

    async def walked() -> WalkReport:
        walk: Walk[Contact] = Walk(fetch, page_size=4, passes=3)
        async for _ in walk:
            pass
        return walk.report

    assert asyncio.run(walked()) == WalkReport(12, 10, 10, 3, complete=False, settled=False)


def test_later_passes_go_page_by_page() -> None:
    """After a pass that read ahead and missed something, pages are read strictly one after another."""
    under_way, most = 0, []
    source = List(40)

    async def fetch(page: int, page_size: int) -> Page[Contact]:
        nonlocal under_way
        under_way += 1
        most.append(under_way)
        answer = await source.fetch(page, page_size)
        under_way -= 1
        answer.meta.total = 41 if len(most) <= 10 else 40
        return answer

    async def walked() -> WalkReport:
        walk: Walk[Contact] = Walk(fetch, page_size=4, concurrency=4)
        async for _ in walk:
            pass
        return walk.report

    report = asyncio.run(walked())
    assert (report.passes, report.complete) == (2, True)
    assert max(most[:10]) == 4
    assert max(most[11:]) == 1


@pytest.mark.parametrize("wrong", [lambda page: page + 1, lambda _page: 1])
def test_a_wrong_page_number_stops_the_walk(wrong: Callable[[int], int]) -> None:
    """A page that is not the one asked for breaks the contract."""
    source = List(20)

    async def fetch(page: int, page_size: int) -> Page[Contact]:
        answer = await source.fetch(page, page_size)
        answer.meta.page = wrong(page)
        return answer

    async def walked() -> None:
        async for _ in Walk(fetch, page_size=4):
            pass

    with pytest.raises(ProtocolError, match="asked for page"):
        asyncio.run(walked())


def test_activities_and_progress() -> None:
    """Items without `updatedAt` are yielded once; progress tells how many of how many were seen."""
    rows = [Activity(id=f"v{number}", created_at=EPOCH) for number in range(6)]
    progress: list[tuple[int, int]] = []

    async def fetch(page: int, page_size: int) -> Page[Activity]:
        data = rows[(page - 1) * page_size : page * page_size]
        return Page[Activity](data=data, meta=PageMeta(total=6, page=page, page_size=page_size))

    async def walked() -> list[str]:
        walk: Walk[Activity] = Walk(fetch, page_size=4, on_progress=lambda seen, total: progress.append((seen, total)))
        with pytest.raises(RuntimeError):
            _ = walk.report
        return [item.id async for batch in walk for item in batch]

    assert asyncio.run(walked()) == [row.id for row in rows]
    assert progress == [(4, 6), (6, 6), (6, 6)]

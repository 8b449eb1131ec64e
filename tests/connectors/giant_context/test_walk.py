"""Walking a list that others change meanwhile: nothing that stood throughout is lost unnoticed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import CallError, NotApplied, ProtocolError
from connectors.giant_context.walk import Unread, Walk, WalkReport
from connectors.giant_context.wire import Activity, Contact, Page, PageMeta

EPOCH = datetime(2025, 1, 1, tzinfo=UTC)


class List:
    """A list of contacts, newest first; `events` happen one before each call from the second on."""

    def __init__(
        self, length: int, events: list[str] | None = None, *, largest: int = 1000, moves: bool = False
    ) -> None:
        self.rows = [self._contact(number) for number in range(length)]
        self.original = {row.id for row in self.rows}
        self.events = list(events or [])
        self.largest = largest
        self.moves = moves
        self.count = length
        self.calls: list[tuple[int, int]] = []

    def _contact(self, number: int, version: int = 0) -> Contact:
        moment = EPOCH + timedelta(seconds=version)
        return Contact(id=f"c{number}", created_at=EPOCH, updated_at=moment)

    def happen(self, event: str) -> None:
        """Insert at the head, or update or remove the row in the middle or near the head."""
        self.count += 1
        if event == "insert":
            self.rows.insert(0, self._contact(self.count))
        elif event in {"update", "remove"} and self.rows:
            place = self.count * 7 % len(self.rows)
            row = self.rows[place]
            if event == "remove":
                del self.rows[place]
                self.original.discard(row.id)
                return
            changed = row.model_copy(update={"updated_at": EPOCH + timedelta(seconds=self.count)})
            self.rows[place] = changed
            if self.moves:
                self.rows.insert(0, self.rows.pop(place))

    async def fetch(self, page: int, page_size: int) -> Page[Contact]:
        """Answer one page."""
        if self.calls and self.events:
            self.happen(self.events.pop(0))
        self.calls.append((page, page_size))
        size = min(page_size, self.largest)
        answer = self.rows[(page - 1) * size : page * size]
        total = len(self.rows)
        await asyncio.sleep(0)
        return Page[Contact](data=answer, meta=PageMeta(total=total, page=page, page_size=size))


def run(source: List, *, page_size: int = 4, concurrency: int = 4) -> tuple[dict[str, Contact], WalkReport, int]:
    """Return the last state of each contact, the report, and how many items were yielded."""

    async def walked() -> tuple[dict[str, Contact], WalkReport, int]:
        walk: Walk[Contact] = Walk(source.fetch, page_size=page_size, concurrency=concurrency)
        found: dict[str, Contact] = {}
        yielded = 0
        async for batch in walk:
            assert batch
            yielded += len(batch)
            found |= {item.id: item for item in batch}
        return found, walk.report, yielded

    return asyncio.run(walked())


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

"""Walking a list: nothing is lost and nothing comes twice, whatever happens to the list and the cursors meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import errors
from connectors.pipedrive import walking
from connectors.pipedrive.walking import Answered, Walked, by_cursor, by_number

PAGE = 3

Happening = st.tuples(st.sampled_from(["leave", "come", "refuse", "stop", ""]), st.integers(0, 40))


class Listed:
    """A list of ids in pages of three, to which something happens before each call."""

    def __init__(self, ids: set[int], happenings: list[tuple[str, int]]) -> None:
        self.ids = set(ids)
        self.stayed = set(ids)
        self.happenings = list(happenings)
        self.stops = False

    def happen(self) -> bool:
        """Let the next thing happen; returns whether the call is refused."""
        what, number = self.happenings.pop(0) if self.happenings else ("", 0)
        if what == "leave":
            self.ids.discard(number)
            self.stayed.discard(number)
        elif what == "come":
            self.ids.add(number)
        self.stops = what == "stop"
        return what == "refuse"

    async def cursors(self, cursor: str | None) -> Answered:
        """A page as v2 gives it."""
        if self.happen() and cursor is not None:
            raise errors.Rejected("400 wrong", method="GET", route="/x", status=400)
        rest = sorted(one for one in self.ids if one > int(cursor or -1))
        more = str(rest[PAGE - 1]) if len(rest) > PAGE else None
        return Answered([{"id": one} for one in rest[:PAGE]], more, {})

    async def numbers(self, start: int) -> Answered:
        """A page as v1 gives it."""
        self.happen()
        page = sorted(self.ids)[start : start + PAGE]
        return Answered([{"id": one} for one in page], "more" if start + PAGE < len(self.ids) else None, {})


def walked(listed: Listed, *, by: str) -> list[int]:
    """The ids of a walk that is cut wherever the list says so and taken up again from the last page."""

    async def body() -> list[int]:
        found: list[int] = []
        after, hint = None, None
        while True:
            pages: AsyncIterator[Walked] = (
                by_cursor(listed.cursors, "/x", after, hint)
                if by == "cursor"
                else by_number(listed.numbers, "/x", after, hint)
            )
            async for page in pages:
                found += [record["id"] for record in page.records]
                after, hint = page.after, page.hint
                if page.last:
                    return found
                if listed.stops:
                    break

    return asyncio.run(body())


@pytest.mark.parametrize("by", ["cursor", "number"])
@given(st.sets(st.integers(0, 40)), st.lists(Happening, max_size=30))
def test_what_stands_all_the_while_is_given_exactly_once(
    by: str, ids: set[int], happenings: list[tuple[str, int]]
) -> None:
    """Records may come and leave, cursors may be refused, processes end: each that stayed comes, and none twice."""
    refusals = sum(what == "refuse" for what, _ in happenings)
    happenings = [one for one in happenings if one[0] != "refuse" or refusals <= walking.RESTARTS]
    listed = Listed(ids, happenings)
    with mock.patch.object(walking, "LIMIT", PAGE):
        found = walked(listed, by=by)
    assert found == sorted(set(found))
    assert listed.stayed <= set(found)


def ended(pages: AsyncIterator[Walked]) -> list[Walked]:
    """All pages of a walk."""
    return asyncio.run(_all(pages))


def answering(*answers: Answered) -> Any:
    """A server that gives these answers in turn."""
    left = list(answers)

    async def fetch(_: Any) -> Answered:
        return left.pop(0)

    return fetch


def test_a_page_of_records_without_ids_ends_no_walk() -> None:
    """Hundreds of broken records in a row are set aside, and the walk goes on behind them."""
    pages: list[list[dict[str, Any]]] = [[{"id": 1}, {"id": 2}], [{"id": 2}, {}], [{}, {}], [{}, {"id": 7}]]

    async def numbers(start: int) -> Answered:
        return Answered(pages[start], "more" if start < 3 else None, {})

    walk = by_number(numbers, "/x")
    found = asyncio.run(asyncio.wait_for(_all(walk), 5))
    assert [record["id"] for page in found for record in page.records] == [1, 2, 7]


async def _all(pages: AsyncIterator[Walked]) -> list[Walked]:
    found = []
    async for page in pages:
        found.append(page)
        await asyncio.sleep(0)
        assert len(found) < 50
    return found


def test_records_that_are_not_in_order_stop_the_walk() -> None:
    """A server that sorts otherwise would make records be passed over: that is told instead."""
    wrong = Answered([{"id": 2}, {"id": 1}], None, {})
    for pages in (by_cursor(answering(wrong), "/x"), by_number(answering(wrong), "/x")):
        with pytest.raises(errors.ProtocolError, match="order of their ids"):
            ended(pages)


def test_a_list_that_leads_nowhere_stops_the_walk() -> None:
    """Cursors that lead round in a circle and pages that promise more and hold nothing are told."""
    with pytest.raises(errors.ProtocolError, match="circle"):
        ended(by_cursor(answering(*(Answered([{"id": one}], "same", {}) for one in (1, 2))), "/x"))
    with pytest.raises(errors.ProtocolError, match="nothing new"):
        ended(by_number(answering(Answered([], "more", {})), "/x"))

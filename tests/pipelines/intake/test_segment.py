"""Pages become landings, and are asked for before they are wanted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from connectors.api import Page
from connectors.rows import batch
from pipelines.intake.segment import Segment, ahead


def page(*names: str, cursor: str | None = "c") -> Page:
    """A page of so many records."""
    return Page(batch([{"id": name} for name in names], ["id"]), cursor)


async def pages(asked: list[str], *names: str, error: Exception | None = None) -> AsyncIterator[Page]:
    """Give one page a name, and note it."""
    for name in names:
        asked.append(name)
        yield page(name)
    if error is not None:
        raise error


def test_pages_come_in_their_order_and_few_are_ahead() -> None:
    """While the first page is kept, only so many others were asked for."""
    asked: list[str] = []

    async def first() -> tuple[str, list[str]]:
        walk = ahead(pages(asked, *"abcdefgh"), depth=2)
        found = await anext(walk)
        await asyncio.sleep(0)
        so_far = list(asked)
        await walk.aclose()
        return found.rows.to_pylist()[0]["id"], so_far

    name, so_far = asyncio.run(first())
    assert name == "a"
    assert len(so_far) <= 4


def test_an_error_comes_after_the_pages_before_it() -> None:
    """What was given before a failure is kept."""
    found: list[str] = []

    async def walk() -> None:
        async for one in ahead(pages([], "a", "b", error=KeyError("x"))):
            found.append(one.rows.to_pylist()[0]["id"])

    with pytest.raises(KeyError):
        asyncio.run(walk())
    assert found == ["a", "b"]


def test_the_same_records_have_the_same_digest() -> None:
    """However they were cut into pages; other records, or another order, have another one."""

    def digest(*given: Page) -> str:
        segment = Segment()
        for one in given:
            segment.take(one)
        return segment.digest()

    assert digest(page("a", "b", "c")) == digest(page("a"), page("b", "c")) == digest(page(), page("a", "b", "c"))
    others = [page("a", "b"), page("b", "a"), page("a"), page("ab"), page("ab", ""), page("", "ab")]
    nothing = Page(batch([{}, {"id": "ab"}], ["id"]), "c")
    assert len({digest(one) for one in (*others, nothing)}) == 7
    part = Page(page("x", "a", "b", "y").rows.slice(1, 2), "c")
    assert digest(part) == digest(page("a", "b"))


def test_a_segment_ends_where_its_last_page_can_be_gone_on_from() -> None:
    """The cursor is that of the last page, and none where that page has none."""
    segment = Segment()
    segment.take(page("a", cursor="1"))
    assert (segment.rows, segment.cursor) == (1, "1")
    segment.take(page("b", cursor=None))
    assert segment.cursor is None


def test_a_page_of_no_rows_says_nothing_of_the_columns() -> None:
    """Columns may be known only with the first record: an empty page before it is no obstacle."""
    segment = Segment()
    segment.take(page())
    segment.take(Page(batch([{"id": "a", "email": "x"}], ["id", "email"]), "c"))
    assert segment.table().to_pylist() == [{"id": "a", "email": "x"}]

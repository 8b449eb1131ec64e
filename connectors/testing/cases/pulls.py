"""What a pull gives: everything, once, from any cursor, and in spite of a record that cannot be used."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, get_args

import pytest

from connectors.api import Page
from connectors.testing.bench import Bench, rows_of
from connectors.testing.cases.case import SEVERAL_PAGES, Case
from connectors.testing.cases.reading import UNREADABLE, look_at_pages, set_aside, sorted_rows
from connectors.testing.double import BEGINNING, Flaw

EVER: Final = BEGINNING - timedelta(days=1)


class Pulls(Case):
    """Pages and cursors of an account that nobody changes."""

    def test_pages_are_text_under_the_same_columns(self, stream: str) -> None:
        """All pages of a pull have one schema, of text alone, and what is set aside has its own."""
        look_at_pages(self.bench(**SEVERAL_PAGES).pull(stream))

    def test_a_pull_gives_every_record_once(self, stream: str) -> None:
        """To the end, without loss or repetition, equal change times included; its end bears a cursor."""
        bench = self.bench(**SEVERAL_PAGES)
        pages = bench.pull(stream)
        assert sorted(bench.ids(stream, pages)) == sorted(bench.double.ids(stream))
        assert pages[-1].cursor

    def test_an_empty_account_gives_a_cursor(self, stream: str) -> None:
        """Where nothing is there a page without rows says so, and what comes later is found from its cursor."""
        pages = self.bench(contacts=0, companies=0, activities=0).pull(stream)
        assert rows_of(pages) == []
        assert pages[-1].cursor

    def test_a_replay_gives_the_same_records(self, stream: str) -> None:
        """Pulled from the beginning again, each record comes as it came."""
        bench = self.bench()
        first, second = (sorted_rows(bench.pull(stream)) for _ in range(2))
        assert first == second

    def test_a_cursor_that_cannot_be_read_begins_anew(self, stream: str) -> None:
        """Nothing is lost, and nothing is an error: a ledger may hold what another version wrote."""
        bench = self.bench()
        for cursor in UNREADABLE:
            pages = bench.pull(stream, cursor)
            assert sorted(bench.ids(stream, pages)) == sorted(bench.double.ids(stream)), cursor
            assert pages[-1].cursor, cursor

    def test_a_cursor_may_be_given_twice(self, stream: str) -> None:
        """The same cursor gives the same records, be it one from the middle or the last one."""
        bench = self.bench(**SEVERAL_PAGES)
        cursors = [page.cursor for page in bench.pull(stream) if page.cursor]
        for cursor in {cursors[0], cursors[-1]}:
            first, second = (sorted_rows(bench.pull(stream, cursor)) for _ in range(2))
            assert first == second

    def test_a_pull_that_was_cut_anywhere_loses_nothing(self, stream: str) -> None:
        """After each page that bears a cursor a later process gets all that did not come before."""
        bench = self.bench(**SEVERAL_PAGES)
        whole = bench.pull(stream)
        for count in range(1, len(whole) + 1):
            cursor = whole[count - 1].cursor
            if cursor is not None:
                after = bench.pull(stream, cursor)
                came = {*bench.ids(stream, whole[:count]), *bench.ids(stream, after)}
                assert came == set(bench.double.ids(stream)), f"cut after page {count}"

    def test_where_nothing_changed_nothing_old_comes_again(self, stream: str) -> None:
        """The next pull gives what lies in the overlap at most, and a cursor."""
        bench = self.bench()
        cursor = bench.pull(stream)[-1].cursor
        bench.double.advance(hours=1)
        pages = bench.pull(stream, cursor)
        since = bench.double.now - timedelta(hours=3)
        assert [time for time in bench.times(stream, pages).values() if time < since] == []
        assert pages[-1].cursor

    @pytest.mark.parametrize("flaw", get_args(Flaw))
    def test_a_broken_record_costs_itself(self, stream: str, flaw: Flaw) -> None:
        """Without an id, or with values of other kinds than documented, it is set aside or landed; all others come."""
        bench = self.bench()
        broken = bench.double.ids(stream)[1]
        with self.as_far_as_it_can():
            bench.double.spoil(stream, broken, flaw)
        pages = bench.pull(stream)
        _costs_itself(bench, stream, pages, broken)
        assert pages[-1].cursor
        _costs_itself(bench, stream, bench.window(stream, EVER, bench.double.now), broken)
        if stream not in self.vendor.unchanging:
            bench.double.advance(days=1)
            bench.double.touch(stream, bench.double.ids(stream))
            bench.double.advance(minutes=5)
            _costs_itself(bench, stream, bench.pull(stream, pages[-1].cursor), broken)


def _costs_itself(bench: Bench, stream: str, pages: list[Page], broken: str) -> None:
    """All others came, once; the broken one was landed as one that stands, or set aside. Nothing was counted twice."""
    look_at_pages(pages)
    came, aside = bench.ids(stream, pages), set_aside(pages)
    assert sorted(one for one in came if one != broken) == sorted({*bench.double.ids(stream)} - {broken})
    assert came.count(broken) + len(aside) == 1, aside
    assert all(one["reason"] for one in aside)
    assert bench.values(stream, pages, "tombstone") == {}

"""What a pull and a window give: everything, once, from any cursor; what changed and what is gone."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Final

import pyarrow as pa

from connectors.api import ApiSource, Page
from connectors.contract import REJECTED_SCHEMA
from connectors.testing.bench import rows_of, taken
from connectors.testing.cases.case import SEVERAL_PAGES, Case

CHANGES: Final = 10
MOST_REQUESTS: Final = 3
"""So many requests bring ten changed records of one stream, tokens and definitions of fields not counted."""

FATES: Final = {"deleted", "archived", "merged", "converted"}


class Pulls(Case):
    """Pages, cursors, windows, tombstones."""

    def test_pages_are_text_under_the_same_columns(self, stream: str) -> None:
        """All pages of a pull have one schema, of text alone, and what is set aside has its own."""
        pages = self.bench(**SEVERAL_PAGES).pull(stream)
        schema = pages[0].rows.schema
        assert len(schema.names) == len({name.casefold() for name in schema.names})
        assert set(schema.types) == {pa.string()}
        for page in pages:
            page.rows.validate(full=True)
            assert page.rows.schema.equals(schema)
            assert page.rejected is None or page.rejected.schema.equals(REJECTED_SCHEMA)

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
        first, second = (rows_of(bench.pull(stream)) for _ in range(2))
        assert sorted(map(str, first)) == sorted(map(str, second))

    def test_a_cursor_may_be_given_twice(self, stream: str) -> None:
        """The same cursor gives the same records, be it one from the middle or the last one."""
        bench = self.bench(**SEVERAL_PAGES)
        cursors = [page.cursor for page in bench.pull(stream) if page.cursor]
        for cursor in {cursors[0], cursors[-1]}:
            first, second = (rows_of(bench.pull(stream, cursor)) for _ in range(2))
            assert sorted(map(str, first)) == sorted(map(str, second))

    def test_a_pull_that_was_cut_anywhere_loses_nothing(self, stream: str) -> None:
        """After each page that bears a cursor a later process gets all that did not come before."""
        bench = self.bench(**SEVERAL_PAGES)
        whole = bench.pull(stream)
        for count in range(1, len(whole) + 1):
            cursor = whole[count - 1].cursor
            if cursor is not None:
                before = bench.pull(stream, pages=count)
                after = bench.pull(stream, before[-1].cursor)
                came = {*bench.ids(stream, before), *bench.ids(stream, after)}
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

    def test_ten_changes_cost_few_requests(self, changing: str) -> None:
        """They come in three requests at most; asking for deletions may double that. A later process gets them, too."""
        bench = self.bench()
        bench.double.advance(days=1)
        changed = bench.double.ids(changing)[:CHANGES]

        async def pulled(source: ApiSource) -> tuple[str | None, list[Page], int, int]:
            cursor = (await taken(source.pull(changing, None)))[-1].cursor
            bench.double.advance(hours=1)
            bench.double.touch(changing, changed)
            bench.double.advance(minutes=5)  # an index may lag
            before, until_they_came = len(bench.double.log), 0
            pages: list[Page] = []
            async for page in source.pull(changing, cursor):
                pages.append(page)
                if not until_they_came and set(changed) <= set(bench.ids(changing, pages)):
                    until_they_came = len(bench.double.log) - before
            return cursor, pages, until_they_came, len(bench.double.log) - before

        cursor, pages, until_they_came, in_all = bench.opened(pulled)
        asked = [f"{one.method} {one.path}" for one in bench.double.log[-in_all:]]
        assert sorted(bench.ids(changing, pages)) == sorted(changed)
        assert 0 < until_they_came <= MOST_REQUESTS, asked
        assert in_all <= 2 * MOST_REQUESTS, asked
        assert sorted(bench.ids(changing, bench.pull(changing, cursor))) == sorted(changed)

    def test_a_window_is_half_open(self, stream: str) -> None:
        """It gives exactly the records that changed at its start or later, and before its end."""
        bench = self.bench()
        times = bench.times(stream, bench.pull(stream))
        moments = sorted({*times.values()})
        start, end = moments[len(moments) // 4], moments[3 * len(moments) // 4]
        wanted = sorted(record for record, time in times.items() if start <= time < end)
        assert 0 < len(wanted) < len(times)
        assert sorted(bench.ids(stream, bench.window(stream, start, end))) == wanted

    def test_windows_side_by_side_give_everything_once(self, stream: str) -> None:
        """No record falls between two windows or into both; pages of windows bear no cursor."""
        bench = self.bench(**SEVERAL_PAGES)
        times = sorted(bench.times(stream, bench.pull(stream)).values())
        bounds = [times[0], times[len(times) // 2], times[-1], times[-1] + timedelta(seconds=1)]
        pages = [page for start, end in pairwise(bounds) if start < end for page in bench.window(stream, start, end)]
        assert sorted(bench.ids(stream, pages)) == sorted(bench.double.ids(stream))
        assert {page.cursor for page in pages} == {None}

    def test_a_window_without_records_is_empty(self, stream: str) -> None:
        """It ends, and gives nothing."""
        bench = self.bench()
        end = bench.double.now + timedelta(days=900)
        assert rows_of(bench.window(stream, end - timedelta(days=1), end)) == []

    def test_what_is_deleted_comes_as_a_tombstone(self, deletable: str) -> None:
        """A record that is gone comes once more, says so, and stands no longer when everything is pulled anew."""
        bench = self.bench()
        cursor = bench.pull(deletable)[-1].cursor
        bench.double.advance(hours=1)
        gone = bench.double.ids(deletable)[3]
        bench.double.delete(deletable, gone)
        bench.double.advance(minutes=5)
        pages = bench.pull(deletable, cursor)
        fates = dict(zip(bench.ids(deletable, pages), bench.cell(deletable, pages, "tombstone"), strict=True))
        assert {record: fate for record, fate in fates.items() if fate} == {gone: fates[gone]}
        assert fates[gone] in FATES
        anew = bench.pull(deletable)
        fates = dict(zip(bench.ids(deletable, anew), bench.cell(deletable, anew, "tombstone"), strict=True))
        assert {record for record, fate in fates.items() if not fate} == set(bench.double.ids(deletable))

    def test_a_time_from_the_future_moves_no_cursor_past_the_clock(self, changing: str) -> None:
        """A record that claims to have changed decades ahead hides nothing that changes after it was seen."""
        bench = self.bench()
        ours = bench.double.now
        far, near, last = bench.double.ids(changing)[:3]
        bench.double.now = ours + timedelta(days=365 * 40)
        bench.double.touch(changing, [far])
        bench.double.now = ours
        cursor = bench.pull(changing)[-1].cursor
        for changed in (near, last):
            bench.double.advance(hours=1)
            bench.double.touch(changing, [changed])
            bench.double.advance(minutes=5)
            pages = bench.pull(changing, cursor)
            assert changed in bench.ids(changing, pages)
            cursor = pages[-1].cursor

"""What a pull gives since a cursor: what changed, in few requests, wherever it was cut, whatever changes meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from connectors.testing.cases.case import Case

CHANGES: Final = 10
MOST_REQUESTS: Final = 3
"""So many requests bring ten changed records of one stream, unless the double says another number."""

WORLD: Final = {"contacts": 2_500, "companies": 700, "activities": 1_300}

CUTS: Final = 6
"""So many pages of a pull are cut after, the first and the last ones among them."""

BESIDES: Final = 15
"""So many records may come that did not change themselves, such as contacts of a company that did."""


class Changes(Case):
    """Pulls of an account that people change."""

    def test_a_pull_of_changes_that_was_cut_anywhere_loses_nothing(self, changing: str) -> None:
        """What came and changes again before the pull goes on, what the server shows late then, and a tombstone come.

        What goes on is the pull that was cut: it gives what changed, and not everything.
        """
        bench, stream = self.bench(**WORLD), changing
        whole = bench.pull(stream)
        bench.double.advance(days=1)
        ids = bench.double.ids(stream)
        gone = set() if stream in self.vendor.undeletable else {ids.pop(3)}
        page = max(one.rows.num_rows for one in whole)
        changed = set(ids[: min(page + page // 10 + 1, len(ids) * 9 // 10)])
        for record in gone:
            bench.double.delete(stream, record)
        bench.double.advance(hours=1)
        bench.double.touch(stream, sorted(changed))
        bench.double.advance(minutes=2)
        start = whole[-1].cursor
        pages = bench.pull(stream, start)
        assert {*bench.ids(stream, pages)} >= changed | gone
        count = len(pages)
        for cut in sorted(
            {*range(1, CUTS // 2 + 1), *range(count - CUTS // 2 + 1, count + 1)} & {*range(1, count + 1)}
        ):
            before = bench.pull(stream, start, pages=cut)
            if before[-1].cursor is None:
                continue
            given = {*bench.ids(stream, before)}
            again, late = sorted(changed, key=lambda one: (one not in given, one))[:2]
            bench.double.advance(minutes=5)
            bench.double.touch(stream, [again])
            bench.double.touch_late(stream, [late], minutes=10)  # before the pull began
            bench.double.advance(hours=1)
            after = bench.pull(stream, before[-1].cursor)
            came = given | {*bench.ids(stream, after)}
            where = f"cut after page {cut} of {count}"
            assert came >= changed | gone, where
            told = bench.values(stream, before, "tombstone") | bench.values(stream, after, "tombstone")
            assert set(told) == gone, where
            assert len({*bench.ids(stream, after)} - changed - gone) <= BESIDES, f"{where}: it went on with everything"
            assert after[-1].cursor, where
            later = bench.pull(stream, after[-1].cursor)
            since = {*bench.ids(stream, after), *bench.ids(stream, later)}
            assert {again, late} <= since, f"{where}: a late change is lost"

    def test_what_a_server_shows_late_comes_with_the_next_pull(self, changing: str) -> None:
        """What changed five minutes before a pull began, and was shown only after it, comes: a tombstone, too."""
        bench, stream = self.bench(), changing
        cursor = bench.pull(stream)[-1].cursor
        for late in bench.double.ids(stream)[:2]:
            bench.double.touch_late(stream, [late], minutes=5)
            bench.double.advance(hours=1)
            pages = bench.pull(stream, cursor)
            assert late in bench.ids(stream, pages)
            cursor = pages[-1].cursor
        if stream not in self.vendor.undeletable:
            gone = bench.double.ids(stream)[2]
            began = bench.double.now
            bench.double.now = began - timedelta(minutes=5)
            bench.double.delete(stream, gone)
            bench.double.now = began + timedelta(hours=1)
            assert gone in bench.values(stream, bench.pull(stream, cursor), "tombstone")

    def test_ten_changes_cost_few_requests(self, changing: str) -> None:
        """A later process gets them in `requests_for_changes` calls, those for definitions and deletions included."""
        bench, stream = self.bench(), changing
        bench.double.advance(days=1)
        cursor = bench.pull(stream)[-1].cursor
        most = self.vendor.requests_for_changes.get(stream, MOST_REQUESTS)
        more = self.vendor.requests_more_after_a_day.get(stream, 0)
        for hours, limit in ((1, most), (24, most + more)):
            bench.double.advance(hours=hours)
            changed = bench.double.ids(stream)[:CHANGES]
            bench.double.touch(stream, changed)
            bench.double.advance(minutes=15)  # an index may lag
            before = len(bench.double.log)
            pages = bench.pull(stream, cursor)
            asked = [f"{one.method} {one.path}" for one in bench.double.log[before:]]
            assert sorted(bench.ids(stream, pages)) == sorted(changed)
            assert len(asked) <= limit, f"{len(asked)} requests, and not {limit}, {hours} hours later: {asked}"
            assert sorted(bench.ids(stream, bench.pull(stream, cursor))) == sorted(changed)
            cursor = pages[-1].cursor

    def test_a_time_from_the_future_moves_no_cursor_past_the_clock(self, changing: str) -> None:
        """A record that claims to have changed decades ahead hides nothing that changes after it was seen."""
        bench, stream = self.bench(), changing
        far, near, last = bench.double.ids(stream)[:3]
        bench.double.touch_late(stream, [far], days=-365 * 40)
        cursor = bench.pull(stream)[-1].cursor
        for changed in (near, last):
            bench.double.advance(hours=1)
            bench.double.touch(stream, [changed])
            bench.double.advance(minutes=5)
            pages = bench.pull(stream, cursor)
            assert changed in bench.ids(stream, pages)
            cursor = pages[-1].cursor

"""What a window gives: what changed in it, once, as it is now."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from connectors.testing.bench import rows_of
from connectors.testing.cases.case import SEVERAL_PAGES, Case


class Windows(Case):
    """Closed spans of time."""

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

    def test_a_window_tells_what_was_deleted_in_it(self, deletable: str) -> None:
        """A tombstone stands in the window that its time lies in, and in no other one."""
        if deletable in self.vendor.untold_in_windows:
            pytest.skip(f"the API of {self.vendor.kind} does not tell which {deletable} were deleted in a window")
        bench = self.bench()
        gone = bench.double.ids(deletable)[2]
        bench.double.advance(hours=1)
        start = bench.double.now
        bench.double.delete(deletable, gone)
        bench.double.advance(hours=1)
        end = bench.double.now
        span = end - start
        assert set(bench.values(deletable, bench.window(deletable, start, end), "tombstone")) == {gone}
        for low, high in ((start - 400 * span, start), (end, end + span)):
            pages = bench.window(deletable, low, high)
            assert bench.values(deletable, pages, "tombstone") == {}
            assert gone not in bench.ids(deletable, pages)

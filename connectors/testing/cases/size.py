"""A large account: 25,000 contacts, 12,000 of one change time; and a bulk edit of 12,000."""

from __future__ import annotations

from typing import Final

from connectors.testing.cases.case import Case

LARGE: Final = {"contacts": 25_000, "companies": 10, "activities": 10, "same_moment": 12_000}
EDITED: Final = {"contacts": 12_500, "companies": 10, "activities": 10}
TIES: Final = 12_000


class Size(Case):
    """Caps on results and pages, and ties, are got past."""

    def test_a_large_account_comes_once(self) -> None:
        """All contacts come, none twice, past every cap; cut in the middle, a later process gets the rest alone."""
        bench = self.bench(**LARGE)
        assert sum(len(bench.double.ids(stream)) for stream in self.people()) >= LARGE["contacts"]
        for stream in self.people():
            pages, ids = bench.pull(stream), bench.double.ids(stream)
            assert sorted(bench.ids(stream, pages)) == sorted(ids)
            assert sum(page.cursor is not None for page in pages) > len(pages) // 2
            middle = len(pages) // 2
            cursor = pages[middle - 1].cursor
            assert cursor
            rest = bench.ids(stream, bench.pull(stream, cursor))
            assert {*bench.ids(stream, pages[:middle]), *rest} == set(ids)
            assert len(rest) <= 0.75 * len(ids)

    def test_a_large_edit_comes_once(self) -> None:
        """Nor is anything lost or given twice where 12,000 contacts change at one moment; cut in the middle, too."""
        bench = self.bench(**EDITED)
        for stream in self.people():
            if stream in self.vendor.unchanging:
                continue
            start = bench.pull(stream)[-1].cursor
            bench.double.advance(days=1)
            changed = bench.double.ids(stream)[:TIES]
            bench.double.touch(stream, changed)
            bench.double.advance(hours=1)
            pages = bench.pull(stream, start)
            assert sorted(bench.ids(stream, pages)) == sorted(changed)
            middle = max(1, len(pages) // 2)
            rest = bench.ids(stream, bench.pull(stream, pages[middle - 1].cursor))
            assert {*bench.ids(stream, pages[:middle]), *rest} == set(changed)

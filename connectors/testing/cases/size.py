"""A large account: 25,000 contacts, 12,000 of them of one change time."""

from __future__ import annotations

from typing import Final

from connectors.testing.bench import Bench
from connectors.testing.cases.case import Case

LARGE: Final = {"contacts": 25_000, "companies": 10, "activities": 10, "same_moment": 12_000}


class Size(Case):
    """Caps on results and pages, and ties, are got past."""

    def test_a_large_account_comes_once(self) -> None:
        """All contacts come, none twice, past every cap of the API, in pages from which a pull can be taken up."""
        bench = self.bench(**LARGE)
        for stream in _people(bench):
            pages = bench.pull(stream)
            assert sorted(bench.ids(stream, pages)) == sorted(bench.double.ids(stream))
            assert sum(page.cursor is not None for page in pages) > len(pages) // 2

    def test_a_large_pull_that_was_cut_is_taken_up(self) -> None:
        """Cut in the middle, a later process gets the rest, and not everything anew."""
        bench = self.bench(**LARGE)
        for stream in _people(bench):
            count = len(bench.pull(stream))
            before = bench.pull(stream, pages=count // 2)
            after = bench.pull(stream, before[-1].cursor)
            rest = bench.ids(stream, after)
            assert {*bench.ids(stream, before), *rest} == set(bench.double.ids(stream))
            assert len(rest) <= 0.75 * len(bench.double.ids(stream))


def _people(bench: Bench) -> list[str]:
    """The streams of people that are there in numbers."""
    people = [name for name, object_name in bench.double.streams.items() if object_name == "contacts"]
    assert sum(len(bench.double.ids(name)) for name in people) >= LARGE["contacts"]
    return people

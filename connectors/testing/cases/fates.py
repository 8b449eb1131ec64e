"""What becomes of records: deleted, restored, merged, converted; and of whom they belong to."""

from __future__ import annotations

from typing import Final

from connectors.api import Page
from connectors.testing.bench import Bench
from connectors.testing.cases.case import Case

FATES: Final = {"deleted", "archived", "merged", "converted"}


class Fates(Case):
    """Tombstones, and what comes after them."""

    def test_what_is_deleted_comes_as_a_tombstone(self, deletable: str) -> None:
        """A record that is gone comes once more, says so, and stands no longer when everything is pulled anew."""
        bench = self.bench()
        cursor = bench.pull(deletable)[-1].cursor
        bench.double.advance(hours=1)
        gone = bench.double.ids(deletable)[3]
        bench.double.delete(deletable, gone)
        bench.double.advance(minutes=5)
        fates = bench.values(deletable, bench.pull(deletable, cursor), "tombstone")
        assert set(fates) == {gone}
        assert fates[gone] in FATES
        anew = bench.pull(deletable)
        told = zip(bench.ids(deletable, anew), bench.cell(deletable, anew, "tombstone"), strict=True)
        assert {record for record, fate in told if not fate} == set(bench.double.ids(deletable))

    def test_what_is_restored_stands_again(self, deletable: str) -> None:
        """The next pull gives it without a tombstone."""
        bench = self.bench()
        back = bench.double.ids(deletable)[2]
        bench.double.delete(deletable, back)
        bench.double.advance(hours=1)
        cursor = bench.pull(deletable)[-1].cursor
        bench.double.advance(hours=1)
        with self.as_far_as_it_can():
            bench.double.restore(deletable, back)
        pages = _later(bench, deletable, cursor)
        assert back in bench.ids(deletable, pages)
        assert bench.values(deletable, pages, "tombstone") == {}

    def test_what_is_merged_names_who_stands_for_it(self, mergeable: str) -> None:
        """The next pull gives the loser's tombstone with its winner, or the winner with the loser's id."""
        bench = self.bench()
        cursor = bench.pull(mergeable)[-1].cursor
        bench.double.advance(hours=1)
        loser, winner = bench.double.ids(mergeable)[2:4]
        with self.as_far_as_it_can():
            bench.double.merge(mergeable, loser, winner)
        pages = _later(bench, mergeable, cursor)
        fates, into = (bench.values(mergeable, pages, field) for field in ("tombstone", "merged_into"))
        told = bench.values(mergeable, pages, "merged_ids").get(winner, "")
        assert (fates.get(loser), into.get(loser)) == ("merged", winner) or loser in _parts(
            bench, mergeable, pages, told
        )
        assert winner in bench.ids(mergeable, pages)
        assert winner not in fates
        assert set(fates) <= {loser}

    def test_what_is_converted_names_what_it_became(self) -> None:
        """The next pull of leads gives the lead's tombstone, and the one of contacts the contact that it names."""
        bench = self.bench()
        people = self.people()
        cursors = {stream: bench.pull(stream)[-1].cursor for stream in people}
        bench.double.advance(hours=1)
        with self.as_far_as_it_can():
            lead = bench.double.ids("leads")[1] if "leads" in people else ""
            became = bench.double.convert(lead)
        pages = {stream: _later(bench, stream, cursor) for stream, cursor in cursors.items()}
        leads = pages.pop("leads")
        assert bench.values("leads", leads, "tombstone") == {lead: "converted"}
        assert bench.values("leads", leads, "merged_into") == {lead: became}
        assert became in [record for stream, given in pages.items() for record in bench.ids(stream, given)]

    def test_a_contact_that_changed_its_company_comes_with_it(self) -> None:
        """Though nothing else of the contact changed."""
        bench, stream = self.bench(), self.people()[0]
        cursor = bench.pull(stream)[-1].cursor
        bench.double.advance(hours=1)
        contact, company = bench.double.ids(stream)[1], bench.double.ids("companies")[-1]
        with self.as_far_as_it_can():
            bench.double.associate(contact, company)
        pages = _later(bench, stream, cursor)
        said = bench.values(stream, pages, "company_id").get(contact, "")
        assert company in _parts(bench, stream, pages, said)


def _later(bench: Bench, stream: str, cursor: str | None) -> list[Page]:
    """What the next pull gives, in a while."""
    bench.double.advance(minutes=5)
    return bench.pull(stream, cursor)


def _parts(bench: Bench, stream: str, pages: list[Page], cell: str) -> list[str]:
    """The values of a cell that may hold several."""
    object_name = bench.double.streams[stream]
    for separator in bench.source().layout(object_name, pages[0].rows.schema.names).separators:
        cell = cell.replace(separator, "\n")
    return cell.split("\n")

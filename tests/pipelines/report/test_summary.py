"""What a run did, in words."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from pipelines.applying.tally import Left, Outcome
from pipelines.report import summary
from pipelines.workspace import StageReport, Workspace
from tests.pipelines.workshop import Workshop

PLAN = dict.fromkeys(summary.WRITES, 0)


def work(tmp_path: Path, applied: dict[str, int] | None, **planned: int) -> Workspace:
    """A workspace whose run planned and applied so much."""
    work = Workshop(tmp_path).work()
    work.reports["plan"] = StageReport(PLAN | planned)
    if applied is not None:
        work.reports["apply"] = StageReport({"writes_on": 1, "calls": 0} | applied)
    return work


@pytest.mark.parametrize(
    ("applied", "planned", "words"),
    [
        (None, {"contacts_created": 2}, "Dry run: nothing was sent. A run would send 2 writes."),
        (None, {}, "Nothing to send."),
        ({"writes_on": 0}, {"contacts_created": 2}, "Writes are off (crm.writes): nothing was sent."),
        ({}, {}, "Nothing was sent: the CRM already agrees with the sources."),
        ({}, {"fields_kept": 2, "held_for_review": 1}, "2 fields stay as in the CRM and 1 person waits"),
        ({"refused_before": 3}, {"contacts_created": 3}, "Held back: 3 writes that the CRM refused before"),
        ({"unknown_before": 1}, {"contacts_created": 1}, "Held back: 1 write that may be done already"),
        ({"calls": 2, "contacts_tag_done": 2, "refused_before": 1}, {}, "Sent: 2 contacts updated, 1 held back"),
        ({"calls": 2, "contacts_update_done": 1, "contacts_untag_done": 1}, {}, "Sent: 2 contacts updated."),
        ({"calls": 1500, "contacts_create_done": 1500}, {}, "Sent: 1,500 contacts created."),
        ({"calls": 2, "contacts_update_done": 1, "refused": 1}, {}, "1 refused by the CRM"),
        ({"calls": 1, "conflicts": 1}, {}, "another contact has the e-mail or phone"),
        ({"calls": 1, "unsure": 1}, {}, "1 cut off, and looked for afterwards"),
        ({"calls": 1, "companies_read_only": 1}, {}, "the CRM takes none from us"),
    ],
)
def test_the_verdict_says_what_was_sent_or_why_nothing_was(
    tmp_path: Path, applied: dict[str, int] | None, planned: dict[str, int], words: str
) -> None:
    """One sentence, whatever happened."""
    assert words in summary.verdict(work(tmp_path, applied, **planned))


def test_whatever_becomes_of_an_operation_has_words() -> None:
    """No count of apply is left out of the sentence; a key without the right to write ends the run with an error."""
    done = {outcome for outcomes in summary.DONE.values() for outcome in outcomes}
    assert {*Outcome} - done - {*summary.TROUBLES} == {Outcome.ACCESS_REFUSED}
    assert {*Left} <= {*summary.TROUBLES}


def test_what_was_assumed_of_a_file_is_said(shop: Workshop) -> None:
    """A guess at an encoding stands in the output of each run until the file or the settings end it."""
    shop.file("people.csv", "Name,Email\nx,y").write_bytes("Name,Email\nJörg Groß,j@acme.com\n".encode("cp1252"))
    shop.file("plain.csv", "Name,Email\nAda,ada@acme.com")
    for _ in range(2):
        console = Console(file=io.StringIO(), width=200)
        summary.show(shop.run("extract"), console)
        assert isinstance(console.file, io.StringIO)
        (line,) = [line for line in console.file.getvalue().splitlines() if "assumed:" in line]
        assert "people.csv: not UTF-8: read as cp1252 (" in line
    shop.file("people.csv", "Name,Email\nJörg Groß,j@acme.com")
    console = Console(file=io.StringIO(), width=200)
    summary.show(shop.run("extract"), console)
    assert isinstance(console.file, io.StringIO)
    assert "assumed:" not in console.file.getvalue()


def test_the_funnel_shows_where_rows_went(shop: Workshop) -> None:
    """Read, set aside, people and what is to be written: each with its number, and the folder of the tables."""
    shop.file("people.csv", "First Name,Last Name,Email,Phone\nAda,Lovelace,ada@gmail.com,12\nNo,Key,,")
    done = shop.run()
    console = Console(file=io.StringIO(), width=200)
    summary.show(done, console)
    assert isinstance(console.file, io.StringIO)
    lines = {" ".join(line.split()[:3]) for line in console.file.getvalue().splitlines()}
    assert {"2 rows read", "1 person golden.parquet", "1 contact created"} <= lines
    assert str(shop.data / "runs" / done.run) in console.file.getvalue()
    assert summary.set_aside(done) == 2

"""Bulk jobs: their states, their results page by page, and what becomes of them."""

from __future__ import annotations

import asyncio

import pytest

from connectors import errors
from connectors.salesforce import Source
from connectors.salesforce.jobs import Jobs
from connectors.testing.bench import taken
from connectors.testing.double import BEGINNING, Fault
from tests.connectors.salesforce.reading import BULK, ids_of, pages_of, source_of, with_source
from tests.vendors.salesforce import Vendor


def states(double: Vendor) -> list[str]:
    """The states of the jobs that are there."""
    return [job.state for job in double.jobs.known.values()]


def test_a_job_is_looked_at_ever_more_seldom() -> None:
    """It is waited for with growing pauses, of thirty seconds at most."""
    double = Vendor(contacts=50)
    double.jobs.looks = 14
    began = double.now
    assert sorted(ids_of(pages_of(double, "contacts", **BULK))) == double.ids("contacts")
    assert 100 < (double.now - began).total_seconds() < 13 * 30


def test_a_job_that_takes_too_long_is_aborted() -> None:
    """After `bulk_minutes` the stream ends with a line that says what to do, and the job is no longer worked on."""
    double = Vendor(contacts=50)
    double.jobs.looks = 10_000
    with pytest.raises(errors.NotApplied, match=r"not complete after 5 minutes.*`bulk_minutes`"):
        pages_of(double, "contacts", bulk_minutes=5, **BULK)
    assert states(double) == ["Aborted"]


@pytest.mark.parametrize("state", ["Failed", "Aborted"])
def test_a_job_that_fails_is_an_error(state: str) -> None:
    """The message says how it ended, and why where Salesforce says so."""
    double = Vendor(contacts=50)
    double.jobs.ends_as = state
    with pytest.raises(errors.NotApplied, match=f"ended as {state}"):
        pages_of(double, "contacts", **BULK)


def test_a_pull_that_is_stopped_aborts_the_job_it_waits_for() -> None:
    """Who is stopped while a job is worked on leaves none behind that goes on."""
    double = Vendor(contacts=50)
    double.jobs.looks = 10_000

    async def use(source: Source) -> None:
        reading = asyncio.ensure_future(anext(source.pull("contacts", None)))
        while not any(job.looks > 3 for job in double.jobs.known.values()):  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    with_source(double, use, **BULK)
    assert states(double) == ["Aborted"]


@pytest.mark.parametrize("of", ["pull", "window"])
def test_who_is_stopped_before_a_jobs_first_results_leaves_no_job(of: str) -> None:
    """Nobody has heard of the job by then, so nobody could go on with it, and nobody would delete it."""
    double = Vendor(contacts=50)

    async def use(source: Source) -> None:
        waiting = asyncio.Event()

        async def results(*_: object) -> None:
            waiting.set()
            await asyncio.sleep(3_600)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Jobs, "results", results)
            window = source.window("contacts", BEGINNING, double.now)
            reading = asyncio.ensure_future(anext(window if of == "window" else source.pull("contacts", None)))
            await waiting.wait()
            assert states(double) == ["JobComplete"]
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading

    with_source(double, use, **BULK)
    assert states(double) == []


@pytest.mark.parametrize("page", [0, 1])
def test_a_window_whose_results_fail_leaves_no_job(page: int) -> None:
    """Whichever page it is that fails, and the error is the server's own."""
    double = Vendor(contacts=13_000)

    async def use(source: Source) -> None:
        window = source.window("contacts", BEGINNING, double.now)
        if page:
            await anext(window)
        double.faults.extend(Fault(403, path="/results") for _ in range(2))
        with pytest.raises(errors.Forbidden):
            await taken(window)

    with_source(double, use, **BULK)
    assert states(double) == []


def test_results_come_in_pages_of_bounded_size() -> None:
    """The first page shows how long the records are; no page has more than ten thousand."""
    double = Vendor(contacts=25_000)
    counts = [page.rows.num_rows for page in pages_of(double, "contacts")]
    assert counts == [2_000, 10_000, 10_000, 3_000]


def test_long_records_come_in_shorter_pages() -> None:
    """Where records are long, a page has fewer of them: about eight megabytes."""
    double = Vendor(contacts=3_000)
    double.fields["Contact"].append(("Story__c", "Story", "textarea"))
    double.touch("contacts", double.ids("contacts"), Story__c="Ж" * 5_000)
    pages = pages_of(double, "contacts", **BULK)
    assert [pages[0].rows.num_rows, 700 < pages[1].rows.num_rows < 900] == [2_000, True]
    assert sorted(ids_of(pages)) == double.ids("contacts")


def test_only_the_first_results_may_have_a_header() -> None:
    """Later ones are read by the first one's; a pull that goes on without it makes the job again."""
    double = Vendor(contacts=9_000)
    double.jobs.headless = True
    pages = pages_of(double, "contacts", **BULK)
    assert sorted(ids_of(pages)) == double.ids("contacts")
    rest = pages_of(double, "contacts", pages[0].cursor, **BULK)
    assert {*ids_of(pages[:1]), *ids_of(rest)} == set(double.ids("contacts"))


def test_a_new_field_makes_the_job_again() -> None:
    """A pull that goes on has the columns of today; a job with others is left, so that no column is half empty."""
    double = Vendor(contacts=5_000)
    before = pages_of(double, "contacts", cut_after=1, **BULK)
    double.fields["Contact"].append(("Region__c", "Region", "string"))
    double.touch("contacts", double.ids("contacts"), Region__c="Nord", SystemModstamp="2026-03-01T00:00:00Z")
    pages = pages_of(double, "contacts", before[0].cursor, **BULK)
    assert sorted(ids_of(pages)) == double.ids("contacts")
    assert {cell for page in pages for cell in page.rows["Region__c"].to_pylist()} == {"Nord"}


def test_half_a_page_of_results_is_asked_for_again() -> None:
    """A page that holds fewer records than the server says is not taken for whole."""
    double = Vendor(contacts=5_000)
    double.faults.append(Fault(kind="cut", path="/results"))
    assert sorted(ids_of(pages_of(double, "contacts", **BULK))) == double.ids("contacts")
    double.faults.extend(Fault(kind="cut", path="/results") for _ in range(9))
    with pytest.raises(errors.ProtocolError, match="not hold as many records as it says"):
        pages_of(double, "contacts", **BULK)


def test_a_record_that_changes_while_a_job_is_read_comes_with_the_next_pull() -> None:
    """The cursor lies before the pull began, whatever the job has read."""
    double = Vendor(contacts=5_000)

    async def use(source: Source) -> str | None:
        cursor = None
        async for page in source.pull("contacts", None):
            cursor = page.cursor
            double.touch("contacts", double.ids("contacts")[7:8], Title="CEO")
        return cursor

    cursor = with_source(double, use, **BULK)
    (page,) = pages_of(double, "contacts", cursor)
    assert page.rows["Title"].to_pylist() == ["CEO"]


def test_jobs_know_no_compound_fields() -> None:
    """What a job would refuse is not asked for: addresses as a whole, and files."""
    double = Vendor(contacts=3)
    columns = pages_of(double, "contacts", **BULK)[0].rows.schema.names
    assert "MailingCity" in columns
    assert not {"MailingAddress", "Photo__c"} & set(columns)


def test_nothing_is_sent_before_a_source_is_used() -> None:
    """Opening and closing a source takes no call."""
    double = Vendor()

    async def body() -> None:
        async with source_of(double):
            pass

    asyncio.run(body())
    assert not double.log

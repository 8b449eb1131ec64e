"""Calls of 24 hours: how many are used, when a pull stops, and what a refusal means."""

from __future__ import annotations

import pytest

from connectors import errors
from connectors.api import Access
from connectors.salesforce import Source
from connectors.salesforce.dialect import usage
from connectors.testing.bench import taken
from tests.connectors.salesforce.reading import ids_of, pages_of, with_source
from tests.vendors.salesforce import Vendor


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("api-usage=10018/100000", (10_018, 100_000)),
        ("api-usage=25/5000; per-app-api-usage=17/250(appName=sample-app)", (25, 5_000)),
        ("per-app-api-usage=17/250(appName=sample-app)", None),
        ("api-usage=1/0", None),
        ("", None),
    ],
)
def test_how_many_calls_are_used_is_read(text: str, found: tuple[int, int] | None) -> None:
    """The organisation's own count, whatever stands beside it."""
    assert usage({"sforce-limit-info": text}) == found


def test_a_pull_stops_at_its_share_of_the_days_calls() -> None:
    """The rest is left for the people and programs that need it; what came before is given, with its cursor."""
    double = Vendor(contacts=9_000)
    double.used, double.daily = 78, 100

    cursors: list[str | None] = []

    async def use(source: Source) -> None:
        async for page in source.pull("contacts", None):
            cursors.append(page.cursor)

    with pytest.raises(errors.RateLimited, match=r"81 of .* 100 calls .* daily_share = 0.8.*`daily_share`"):
        with_source(double, use)
    assert len(cursors) == 2
    assert double.used == 81
    double.used = 0
    rest = ids_of(pages_of(double, "contacts", cursors[-1]))
    assert rest == double.ids("contacts")[4_000:]
    double.used = 90
    assert ids_of(pages_of(double, "contacts", daily_share=1.0)) == double.ids("contacts")


def test_calls_that_are_used_up_are_too_many_calls() -> None:
    """The refusal has a 403 and a code of its own: it is no matter of rights, and is told with its mend."""
    double = Vendor(contacts=10)
    double.used, double.daily = 500, 100
    with pytest.raises(errors.RateLimited, match=r"TotalRequests Limit exceeded.*run again later"):
        pages_of(double, "contacts")


def test_another_403_is_a_refusal() -> None:
    """What the user may not do passes with no waiting."""
    double = Vendor(contacts=10)
    from connectors.testing.double import Fault

    double.faults.append(Fault(403, path="/queryAll"))
    with pytest.raises(errors.Forbidden):
        pages_of(double, "contacts")
    assert len(double.asked("/queryAll")) == 1


def check(double: Vendor) -> Access:
    """What a check says."""
    return with_source(double, lambda source: source.check())


def test_a_check_says_which_organisation_and_how_many_calls() -> None:
    """The organisation by name, calls used, the server's clock; it takes a call for each object."""
    double = Vendor()
    found = check(double)
    assert len(found.notes) == 1
    assert found.account == "Acme GmbH (00D000000000000EAA) on https://acme.my.salesforce.com"
    assert found.notes[0].startswith("6 of 100,000 calls of 24 hours are used")
    assert (found.wrong, found.server_time) == ((), double.now)
    double.tables["Organization"].touch(0, 0, {"IsSandbox": True})
    assert "a sandbox" in check(double).account


def test_a_check_is_made_though_the_share_is_used() -> None:
    """It says what a pull would be refused for."""
    double = Vendor()
    double.used = 95_000
    assert check(double).notes[0].startswith("95,006 of 100,000")


def test_a_check_names_missing_rights_with_their_mend() -> None:
    """An object that the user may not read is wrong, a field that is hidden is a note; the rest is read."""
    double = Vendor(contacts=8)
    double.lists.no_rights.add("Lead")
    double.fields["Contact"] = [one for one in double.fields["Contact"] if one[0] not in ("Birthdate", "DoNotCall")]
    found = check(double)
    assert [one for one in found.wrong if one.startswith("leads: 404") and "Give the app's user the right" in one]
    assert len(found.wrong) == 1
    assert [one for one in found.notes if one.startswith("contacts: no field DoNotCall, Birthdate")]

    async def pull(source: Source) -> None:
        with pytest.raises(errors.NotFound):
            await taken(source.pull("leads", None))
        assert len(ids_of(await taken(source.pull("contacts", None)))) == 8

    with_source(double, pull)


def test_only_the_streams_that_are_named_are_asked_for() -> None:
    """Who has no right to leads names the others: a check is content then, and a run pulls no more than these."""
    double = Vendor(contacts=8)
    double.lists.no_rights.add("Lead")

    async def use(source: Source) -> tuple[list[str], Access]:
        return [stream.name for stream in source.streams], await source.check()

    streams, found = with_source(double, use, streams=["contacts", "companies"])
    assert (streams, found.wrong) == (["companies", "contacts"], ())


def test_a_check_of_a_wrong_version_is_an_error() -> None:
    """Where nothing can be read, the server's refusal is told."""
    with pytest.raises(errors.NotFound):
        with_source(Vendor(), lambda source: source.check(), api_version="12.0")

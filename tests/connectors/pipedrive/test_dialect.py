"""Too many calls: Pipedrive's headers, its 429, and its page in HTML."""

import pytest

from connectors import errors
from tests.connectors.pipedrive.reading import ids_of, pages_of
from tests.vendors.double import Fault
from tests.vendors.pipedrive import Vendor


def test_a_pull_stays_within_the_burst() -> None:
    """Where an answer says that no call is left, the next one waits: nothing is refused."""
    double = Vendor(contacts=5_000)
    double.meter.burst = 3
    assert ids_of(pages_of(double, "contacts")) == double.ids("contacts")
    assert {seen.status for seen in double.log} == {200}


def test_a_429_waits_as_long_as_the_count_says() -> None:
    """Another program has used the burst up: the call is made again when the count begins anew."""
    double = Vendor(contacts=600)
    double.meter.burst = 2
    for _ in range(2):
        double.meter.too_many(double.now)
    assert ids_of(pages_of(double, "contacts")) == double.ids("contacts")
    assert [seen.status for seen in double.log].count(429) == 1


def test_a_page_instead_of_an_answer_is_too_many_calls() -> None:
    """A 403 in HTML passes, and the call is made again; a 403 of the API is a refusal."""
    double = Vendor(contacts=600)
    double.faults.append(Fault(403, "html", "/persons"))
    assert ids_of(pages_of(double, "contacts")) == double.ids("contacts")
    double.faults.append(Fault(403, path="/persons"))
    with pytest.raises(errors.Forbidden):
        pages_of(double, "contacts")


def test_a_block_that_lasts_is_told_with_its_mend() -> None:
    """After the last attempt the message says who is blocked and why, and what to do."""
    double = Vendor(contacts=600)
    double.meter.burst, double.meter.patience = 0, 1
    with pytest.raises(errors.RateLimited, match="blocks who calls too often") as caught:
        pages_of(double, "contacts")
    assert caught.value.status == 403
    double.meter.patience = 99
    with pytest.raises(errors.RateLimited, match="used up"):
        pages_of(double, "contacts")

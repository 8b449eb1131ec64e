"""Where a pull stands: what may become part of a query, and what makes it begin anew."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.errors import Forbidden
from connectors.salesforce.position import Position
from connectors.salesforce.walking import behind
from connectors.testing.double import Fault
from tests.connectors.salesforce.reading import BULK, ids_of, pages_of, source_of
from tests.vendors.salesforce import Vendor
from tests.vendors.salesforce_fields import SOBJECTS
from tests.vendors.salesforce_login import pem

SETTLED = datetime(2026, 7, 1, tzinfo=UTC)


def test_only_an_id_becomes_part_of_the_next_query() -> None:
    """A record whose id is none is set aside, and the walk goes on behind the one before."""
    good = {"Id": "003000000000001AAA", "SystemModstamp": "2026-06-01T00:00:00.000+0000"}
    odd = {"Id": "x' OR Name != '", "SystemModstamp": "2026-06-02T00:00:00.000+0000"}
    at = behind(Position(), [good, odd], SETTLED)
    assert at.id == good["Id"]
    assert Position.read(at.text) == at


@pytest.mark.parametrize(
    ("stream", "field"),
    [("contacts", "HasOptedOutOfEmail"), ("leads", "ConvertedContactId"), ("tasks", "WhoId"), ("tasks", "AccountId")],
)
def test_a_field_that_can_be_read_now_is_asked_of_all_records(stream: str, field: str) -> None:
    """Where an administrator gives the right to read a field with a meaning, records that did not change bring it."""
    double, sobject = Vendor(contacts=28), SOBJECTS[stream]
    shown = double.fields[sobject]
    double.fields[sobject] = [one for one in shown if one[0] != field]
    cursor = pages_of(double, stream)[-1].cursor
    double.advance(hours=1)
    assert ids_of(pages_of(double, stream, cursor)) == []
    double.fields[sobject] = shown
    assert ids_of(pages_of(double, stream, cursor)) == double.ids(stream)


def test_a_pull_that_begins_anew_leaves_no_job() -> None:
    """The job of a pull that was cut is not gone on with where a field with a meaning can be read by now."""
    double = Vendor(contacts=5_000)
    shown = double.fields["Contact"]
    double.fields["Contact"] = [one for one in shown if one[0] != "DoNotCall"]
    cursor = pages_of(double, "contacts", cut_after=1, **BULK)[0].cursor
    (left,) = double.jobs.known
    double.fields["Contact"] = shown
    assert sorted(ids_of(pages_of(double, "contacts", cursor, bulk_above=5_000))) == double.ids("contacts")
    assert left not in double.jobs.known


def test_another_user_is_another_origin() -> None:
    """A cursor counts for the one who asked: somebody else may see records that were hidden before."""
    double = Vendor()
    assert source_of(double).origin != source_of(double, "another-secret").origin
    assert source_of(double).origin != source_of(double, client_id="another").origin
    jwt = {"secret": pem(), "auth": "jwt"}
    assert source_of(double, username="a", **jwt).origin != source_of(double, username="b", **jwt).origin
    assert double.secret not in source_of(double).origin


def test_white_space_around_a_secret_is_no_other_user() -> None:
    """A line end behind the secret is not sent, and so does not make everything be pulled again."""
    double = Vendor()
    assert source_of(double, f"{double.secret}\n").origin == source_of(double).origin


def test_a_job_whose_first_page_fails_is_deleted() -> None:
    """Nobody has heard of the job, so nobody could go on with it."""
    double = Vendor(contacts=3)
    double.faults += [Fault(403, path="/results")]
    with pytest.raises(Forbidden):
        pages_of(double, "contacts", **BULK)
    assert double.log[-1].method == "DELETE"

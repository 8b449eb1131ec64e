"""Where a pull stands: what may become part of a query, and what makes it begin anew."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.errors import CallError
from connectors.salesforce.position import Position
from connectors.salesforce.walking import behind
from connectors.testing.double import Fault
from tests.connectors.salesforce.reading import BULK, ids_of, pages_of, source_of
from tests.vendors.salesforce import Vendor

SETTLED = datetime(2026, 7, 1, tzinfo=UTC)


def test_only_an_id_becomes_part_of_the_next_query() -> None:
    """A record whose id is none is set aside, and the walk goes on behind the one before."""
    good = {"Id": "003000000000001AAA", "SystemModstamp": "2026-06-01T00:00:00.000+0000"}
    odd = {"Id": "x' OR Name != '", "SystemModstamp": "2026-06-02T00:00:00.000+0000"}
    at = behind(Position(), [good, odd], SETTLED)
    assert at.id == good["Id"]
    assert Position.read(at.text) == at


def test_a_field_that_can_be_read_now_is_asked_of_all_records() -> None:
    """Where an administrator gives the right to read a field with a meaning, records that did not change bring it."""
    double = Vendor(contacts=7)
    shown = double.fields["Contact"]
    double.fields["Contact"] = [field for field in shown if field[0] != "HasOptedOutOfEmail"]
    cursor = pages_of(double, "contacts")[-1].cursor
    double.advance(hours=1)
    assert ids_of(pages_of(double, "contacts", cursor)) == []
    double.fields["Contact"] = shown
    assert ids_of(pages_of(double, "contacts", cursor)) == double.ids("contacts")


def test_another_user_is_another_origin() -> None:
    """A cursor counts for the one who asked: somebody else may see records that were hidden before."""
    double = Vendor()
    assert source_of(double).origin != source_of(double, "another-secret").origin
    assert double.secret not in source_of(double).origin


def test_a_job_whose_first_page_fails_is_deleted() -> None:
    """Nobody has heard of the job, so nobody could go on with it."""
    double = Vendor(contacts=3)
    double.faults += [Fault(403, path="/results")]
    with pytest.raises(CallError):
        pages_of(double, "contacts", **BULK)
    assert double.log[-1].method == "DELETE"

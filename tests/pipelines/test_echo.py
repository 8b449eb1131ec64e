"""What the server says now stands in the fields that we sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.giant_context.wire import Address, Company, Contact
from pipelines.echo import echoed, fields_of, recovered

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def contact(**fields: Any) -> Contact:
    """A contact as the CRM answers it."""
    return Contact(id="1", created_at=NOW, updated_at=NOW, **fields)


def test_fields_bear_the_plans_names() -> None:
    """Properties and address are one field each, a contact's company is its id."""
    flat = fields_of(contact(first_name="Ada", company_id="k-1", properties={"a": 1}))
    assert (flat["first_name"], flat["company"], flat["properties.a"]) == ("Ada", "k-1", 1)
    company = Company(id="1", name="Acme", address=Address(postal_code="1"), created_at=NOW, updated_at=NOW)
    assert fields_of(company)["address.postal_code"] == "1"


def test_the_echo_is_what_the_server_made_of_it() -> None:
    """Each sent field comes back as the answer has it; tags as sent: one that is gone later was removed."""
    answer = contact(first_name="ADA", tags=["kept"], properties={"a": "B"})
    sent = {"first_name": "Ada", "tags": ["kept", "dropped"], "properties.a": "b", "title": "x"}
    assert echoed(answer, sent) == {
        "first_name": "ADA",
        "tags": ["kept", "dropped"],
        "properties.a": "B",
        "title": None,
    }


def test_nothing_that_stands_is_no_recovery() -> None:
    """Without one field that stands nothing shows that the call ever arrived."""
    assert recovered(contact(title="other"), {"title": "x", "department": "y"}) is None


def test_what_was_overwritten_keeps_what_we_sent_as_base() -> None:
    """A field that a human changed or cleared after the call differs from its base, so it is seen as theirs."""
    found = recovered(contact(title="x", department=None, tags=["a"]), {"title": "x", "department": "y", "tags": ["b"]})
    assert found == {"title": "x", "department": "y", "tags": ["b"]}


def test_revenue_and_json_are_compared_as_values() -> None:
    """Numbers and lists stand when they are equal."""
    company = Company(id="1", name="A", annual_revenue=5.0, properties={"l": [1]}, created_at=NOW, updated_at=NOW)
    assert recovered(company, {"annual_revenue": 5.0}) == {"annual_revenue": 5.0}
    assert recovered(company, {"properties.l": [1]}) == {"properties.l": [1]}
    assert recovered(company, {"properties.l": [2]}) is None


@given(st.dictionaries(st.sampled_from(["title", "department", "email", "phone"]), st.text(min_size=1), min_size=1))
def test_what_the_server_kept_is_always_recovered(sent: dict[str, str]) -> None:
    """A contact that holds exactly what was sent proves the call, and its values become the base."""
    assert recovered(contact(**sent), sent) == sent

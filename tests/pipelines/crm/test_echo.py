"""What the server says now stands in the fields that we sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.giant_context.wire import Address, Company, Contact
from pipelines.crm.echo import echoed, fields_of, recovered
from pipelines.ledger.effects import Operation

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
    fields = {"first_name": "Ada", "tags": ["kept", "dropped"], "properties.a": "b", "title": "x"}
    assert echoed(answer, fields) == {
        "first_name": "ADA",
        "tags": ["kept", "dropped"],
        "properties.a": "B",
        "title": None,
    }


def sent(fields: dict[str, Any], **body: Any) -> Operation:
    """An update that has sent these fields."""
    return Operation("key", "contacts", "update", "ada", body, fields, "1")


def test_nothing_that_stands_is_no_recovery() -> None:
    """Without one field that stands nothing shows that the call ever arrived."""
    assert recovered(contact(title="other"), sent({"title": "x", "department": "y"})) is None


def test_what_was_overwritten_keeps_what_we_sent_as_base() -> None:
    """A field that a human changed or cleared after the call differs from its base, so it is seen as theirs."""
    fields = {"title": "x", "department": "y", "tags": ["b"]}
    assert recovered(contact(title="x", department=None, tags=["a"]), sent(fields, tags=["b"])) == fields


def test_a_list_proves_something_only_as_a_whole() -> None:
    """Elements of ours stood there before a call that takes others away: they do not say that it arrived."""
    there = contact(title="CEO", tags=["vip", "new"], properties={"other_emails": ["a@x.example", "b@x.example"]})
    fewer = sent({"title": "CFO", "tags": ["vip"]}, title="CFO", tags=["vip"])
    assert recovered(there, fewer) is None
    assert recovered(contact(title="CEO", tags=["VIP"]), fewer) == {"title": "CFO", "tags": ["vip"]}
    emails = {"properties.other_emails": ["a@x.example"]}
    assert recovered(there, sent(emails, properties={"other_emails": ["a@x.example"]})) is None
    one = Operation("key", "contacts", "field", "ada", {"key": "other_emails", "value": ["a@x.example"]}, emails, "1")
    assert recovered(there, one) is None
    assert recovered(contact(properties={"other_emails": ["a@x.example"]}), one) == emails


def test_a_list_that_was_taken_away_is_gone() -> None:
    """Of a list that the call leaves out altogether nothing may stand there."""
    gone = sent({"properties.other_phones": ["+13125550100"]}, properties={"fax": "1"})
    assert recovered(contact(properties={"fax": "1"}), gone) == {"properties.other_phones": ["+13125550100"]}
    assert recovered(contact(properties={"other_phones": ["+13125550100"]}), gone) is None


def test_revenue_and_json_are_compared_as_values() -> None:
    """Numbers and lists stand when they are equal."""
    company = Company(id="1", name="A", annual_revenue=5.0, properties={"l": [1]}, created_at=NOW, updated_at=NOW)
    assert recovered(company, sent({"annual_revenue": 5.0})) == {"annual_revenue": 5.0}
    assert recovered(company, sent({"properties.l": [1]})) == {"properties.l": [1]}
    assert recovered(company, sent({"properties.l": [2]})) is None


@given(st.dictionaries(st.sampled_from(["title", "department", "email", "phone"]), st.text(min_size=1), min_size=1))
def test_what_the_server_kept_is_always_recovered(fields: dict[str, str]) -> None:
    """A contact that holds exactly what was sent proves the call, and its values become the base."""
    assert recovered(contact(**fields), sent(fields)) == fields

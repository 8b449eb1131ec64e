"""Plan rows → operations: one call an object, the right body, a key that is the same in every run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.applying.operations import Row, operations, resolve_company, update_key
from pipelines.applying.rereading import Standing
from pipelines.ledger.effects import ObjectName, Operation, op_key


def row(
    field: str | None,
    proposed: str,
    *,
    crm_id: str | None = None,
    object_name: ObjectName = "contacts",
    base: str | None = None,
    entity: str = "ada",
) -> Row:
    """A row of the plan: an update where there is a CRM id, else a creation."""
    return Row(object_name, "update" if crm_id else "create", entity, crm_id, field, proposed, base)


def made(
    rows: Sequence[Row],
    standing: Mapping[tuple[str, str], Standing] | None = None,
    done: Mapping[tuple[str, str], int] | None = None,
) -> list[Operation]:
    """The operations of some rows."""
    return list(operations(rows, account="a", standing=standing or {}, numbers=done or {}))


def test_the_rows_of_one_person_become_one_call() -> None:
    """Fields get the names of the wire in the body and keep the plan's in what is compared later."""
    (operation,) = made([row("first_name", "Ada"), row("last_name", "L"), row("company", "k-1")])
    assert operation.kind == "create"
    assert operation.body == {"firstName": "Ada", "lastName": "L", "companyId": "k-1"}
    assert operation.values == {"first_name": "Ada", "last_name": "L", "company": "k-1"}
    assert operation.op_key == op_key("a", "create", "contacts", "ada")


def test_what_a_map_or_list_holds_is_sent_along() -> None:
    """The API replaces properties, tags and address as a whole: what others put there goes along with ours."""
    rows = [
        row("properties.linkedin_url", '"https://x.example"', crm_id="1"),
        row("tags", "vip", crm_id="1", base='["lead"]'),
        row("tags", "webinar", crm_id="1", base='["lead"]'),
    ]
    (operation,) = made(rows, {("contacts", "1"): Standing({"colour": "blue"}, {}, ("human", "lead"))})
    assert operation.body == {
        "properties": {"colour": "blue", "linkedin_url": "https://x.example"},
        "tags": ["human", "lead", "vip", "webinar"],
    }
    assert operation.values == {
        "properties.linkedin_url": "https://x.example",
        "tags": ["lead", "vip", "webinar"],
    }


def test_a_companys_address_and_revenue() -> None:
    """The parts of an address travel together, and revenue as a number."""
    rows = [
        row("address.postal_code", "10115", crm_id="1", object_name="companies"),
        row("annual_revenue", "1.5e6", crm_id="1", object_name="companies"),
    ]
    (operation,) = made(rows, {("companies", "1"): Standing({}, {"city": "Berlin"})})
    assert operation.body == {"address": {"city": "Berlin", "postalCode": "10115"}, "annualRevenue": 1500000.0}
    assert operation.values == {"address.postal_code": "10115", "annual_revenue": 1500000.0}


def test_a_contact_and_a_company_with_one_id_stay_apart() -> None:
    """A CRM may number its contacts and its companies alike: neither's properties nor count goes to the other."""
    rows = [
        row("properties.a", "1", crm_id="7", object_name="companies", entity="acme"),
        row("properties.a", "1", crm_id="7"),
        row("title", "x", crm_id="7"),
    ]
    standing = {("companies", "7"): Standing({"of": "company"}), ("contacts", "7"): Standing({"of": "contact"})}
    company, contact = made(rows, standing, {("companies", "7"): 3})
    assert company.body == {"properties": {"of": "company", "a": 1}}
    assert contact.body == {"properties": {"of": "contact", "a": 1}, "title": "x"}
    assert company.op_key == op_key("a", "update", "companies", "7", 4)
    assert contact.op_key == op_key("a", "update", "contacts", "7", 1)


@pytest.mark.parametrize("crm_id", [None, "1"])
def test_an_entry_has_its_key_from_the_write_that_it_reports(crm_id: str | None) -> None:
    """An entry belongs to one write and bears its own key in `data.externalId`."""
    log = Row("activities", "log", "ada", crm_id, "update" if crm_id else "create", "Imported from x.csv", None)
    write, entry = made([row("title", "x", crm_id=crm_id), log], done={("contacts", "1"): 2})
    assert entry.parent == write.op_key
    assert entry.op_key == op_key("log", write.op_key)
    assert entry.body == {
        "description": "Imported from x.csv",
        "source": "crm-bridge",
        "data": {"externalId": entry.op_key},
    }


def test_an_owed_entry_is_no_new_operation() -> None:
    """An entry that an earlier run left in the ledger is only shown in the plan."""
    assert made([Row("activities", "log", "ada", "1", "owed", "Imported", None)]) == []


@given(st.permutations(["first_name", "title", "email", "phone"]), st.text(min_size=1), st.text(min_size=1))
def test_a_key_never_depends_on_what_is_sent(fields: list[str], one: str, other: str) -> None:
    """The same effect has the same key, whatever the values and however the fields are ordered."""
    first, second = (made([row(field, value, crm_id="1") for field in fields]) for value in (one, other))
    assert first[0].op_key == second[0].op_key
    assert set(first[0].values) == set(fields)


def test_a_company_of_this_run_is_put_in_or_left_out() -> None:
    """The stand-in of a company gives way to its id; where there is none the link is left out, and the rest stays."""
    body: dict[str, Any] = {"firstName": "Ada", "companyId": "new:acme"}
    operation = Operation("k", "contacts", "create", "ada", body, {"first_name": "Ada", "company": "new:acme"})
    found, missing = resolve_company(operation, "k-1"), resolve_company(operation, None)
    assert (found.body["companyId"], found.values["company"]) == ("k-1", "k-1")
    assert (missing.body, missing.values) == ({"firstName": "Ada"}, {"first_name": "Ada"})
    assert operation.body["companyId"] == "new:acme"


def test_a_generation_has_keys_of_its_own() -> None:
    """A number that was given before the ledger went back in time names another update and another entry afterwards."""
    done = {("contacts", "crm-1"): 3}
    given = ("contacts", "crm-1", done)
    keys = {update_key("a", *given, generation) for generation in (0, 1, 2)}
    assert len(keys) == 3
    assert update_key("a", *given, 0) == (op_key("a", "update", "contacts", "crm-1", 4), 4)

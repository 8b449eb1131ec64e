"""Contacts: create, read, change, tag, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.giant_context import wire
from tests.connectors.giant_context.server.crm import Crm


def test_a_created_contact_has_every_field_of_the_contract(crm: Crm) -> None:
    """A new contact comes back whole, trimmed, with its company embedded, and reads the same afterwards."""
    company = crm.company()
    made = crm.contact(firstName=" Ada ", email="Ada@Example.com", companyId=company["id"], tags=["a", "a "])
    assert set(made) == {field.alias for field in wire.Contact.model_fields.values()}
    assert (made["firstName"], made["email"], made["tags"]) == ("Ada", "Ada@Example.com", ["a"])
    assert made["company"] == {"id": company["id"], "name": "Engines"}
    assert (made["status"], made["properties"], made["emailSubscribed"]) == ("active", {}, True)
    assert len(made["createdAt"]) == len("2026-01-01T00:00:00.000Z")
    assert made["createdAt"].endswith("Z")
    assert crm.call("GET", f"/contacts/{made['id']}") == made


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_update_changes_the_given_fields_only(crm: Crm, method: str) -> None:
    """What is not given stays, null clears, and a given map or list replaces the whole."""
    made = crm.contact(email="a@b.c", title="Countess", properties={"x": 1}, tags=["old"])
    body = {"title": None, "properties": {"y": 2}, "tags": ["new"]}
    changed = crm.call(method, f"/contacts/{made['id']}", body)
    assert (changed["title"], changed["properties"], changed["tags"]) == (None, {"y": 2}, ["new"])
    assert (changed["email"], changed["createdAt"]) == ("a@b.c", made["createdAt"])


@pytest.mark.parametrize(
    ("held", "other"),
    [
        ({"email": "Ada@Example.com"}, {"email": " ada@example.COM "}),
        ({"phone": "+49 30 1234"}, {"phone": "(4930) 12-34"}),
    ],
)
def test_an_email_or_phone_belongs_to_one_contact(crm: Crm, held: dict[str, str], other: dict[str, str]) -> None:
    """Creating or changing a contact to another's e-mail (in any case) or phone (by digits) answers 409."""
    first, second = crm.contact(**held), crm.contact()
    body = {"firstName": "B", "lastName": "C", **other}
    assert crm.call("POST", "/contacts", body, expect=409)["code"] == "CONFLICT"
    assert crm.call("PUT", f"/contacts/{second['id']}", other, expect=409)["code"] == "CONFLICT"
    crm.call("PUT", f"/contacts/{first['id']}", other)
    assert crm.call("GET", "/contacts")["meta"]["total"] == 2


def test_a_cleared_email_is_free_again(crm: Crm) -> None:
    """Once a contact's e-mail is cleared another may take it."""
    first = crm.contact(email="a@b.c")
    crm.call("PUT", f"/contacts/{first['id']}", {"email": None})
    crm.contact(email="A@b.c")


@pytest.mark.parametrize(
    "body",
    [
        {"firstName": None},
        {"lastName": "  "},
        {"status": None},
        {"status": "asleep"},
        {"createdAt": "2020-01-01T00:00:00Z"},
        {"companyId": "nobody"},
        {"tags": [" "]},
        {"email": 7},
        [],
    ],
)
def test_an_update_that_cannot_mean_anything_is_refused(crm: Crm, body: Any) -> None:
    """Blank names, unknown fields, values or companies answer 400 and change nothing."""
    made = crm.contact()
    assert crm.call("PUT", f"/contacts/{made['id']}", body, expect=400)["code"] == "BAD_REQUEST"
    assert crm.call("GET", f"/contacts/{made['id']}") == made


def test_both_names_are_required(crm: Crm) -> None:
    """A contact without a last name is refused."""
    crm.call("POST", "/contacts", {"firstName": "Ada"}, expect=400)


def test_a_field_is_set_beside_its_siblings(crm: Crm) -> None:
    """Setting one key of the properties keeps the others."""
    made = crm.contact(properties={"kept": 1})
    changed = crm.call("PUT", f"/contacts/{made['id']}/fields", {"key": "new", "value": [None, "ü"]})
    assert changed["properties"] == {"kept": 1, "new": [None, "ü"]}
    crm.call("PUT", f"/contacts/{made['id']}/fields", {"key": "no value"}, expect=400)


def test_tagging_twice_is_tagging_once(crm: Crm) -> None:
    """Adding a tag that is there, or removing one that is not, changes nothing."""
    path = f"/contacts/{crm.contact()['id']}/tags"
    once = crm.call("POST", path, {"tag": "vip"})
    assert once["tags"] == ["vip"]
    assert crm.call("POST", path, {"tag": " vip "}) == once
    assert crm.call("DELETE", path, {"tag": "vip"})["tags"] == []
    assert crm.call("DELETE", path, {"tag": "vip"})["tags"] == []
    crm.call("POST", path, {"tag": " "}, expect=400)


def test_an_unknown_contact_answers_404_everywhere(crm: Crm) -> None:
    """Each call about a contact that does not exist says so."""
    for method, path, body in (
        ("GET", "", None),
        ("PUT", "", {"title": "x"}),
        ("PUT", "/fields", {"key": "k", "value": 1}),
        ("POST", "/tags", {"tag": "t"}),
        ("DELETE", "/tags", {"tag": "t"}),
        ("GET", "/activities", None),
    ):
        assert crm.call(method, f"/contacts/nobody{path}", body, expect=404)["code"] == "NOT_FOUND"

"""A 409 is evidence: the row is planned anew once, and what is left of it is sent in the same run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines.faults import RoughShop
from tests.pipelines.workshop import TO_PLAN


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> RoughShop:
    """Two people in the inbox, planned as run `first`."""
    shop = RoughShop(tmp_path_factory.mktemp("two"))
    shop.file(
        "people.csv",
        """
        First Name,Last Name,Email,Title
        Ada,Lovelace,ada@gmail.com,Countess
        Alan,Turing,alan@gmail.com,Fellow
        """,
    )
    shop.sync(None, *TO_PLAN, run="first")
    return shop


@pytest.fixture
def shop(two: RoughShop, tmp_path: Path) -> RoughShop:
    """Give those two people to one test."""
    return two.twin(tmp_path)


def test_a_person_created_meanwhile_is_linked_and_filled(shop: RoughShop) -> None:
    """A contact that a human creates with the e-mail between plan and apply is taken for that person at once."""
    human = shop.type_in(first_name="Ada", last_name="LOVELACE", email="ada@gmail.com", department="Looms")
    applied = shop.run("apply", run="first")
    assert applied.reports["apply"].counts["linked_meanwhile"] == 1
    found = shop.contact(human.id)
    assert (found.title, found.department, found.last_name) == ("Countess", "Looms", "LOVELACE")
    shop.again()
    assert shop.writes == []
    assert len(shop.contacts()) == 2


def test_a_person_whom_a_human_has_archived_meanwhile_is_linked_and_left_alone(shop: RoughShop) -> None:
    """The e-mail leads to an archived contact: nobody is created beside it, and nothing is filled there."""
    planned = shop.sync(None, *TO_PLAN)
    human = shop.type_in(first_name="Ada", last_name="Lovelace", email="ada@gmail.com", status="archived")
    shop.run("apply", run=planned.run)
    assert (shop.contact(human.id).title, shop.contact(human.id).status) == (None, "archived")
    shop.again()
    assert shop.writes == []
    assert len(shop.contacts()) == 2


def test_a_create_that_was_delivered_late_is_ours(shop: RoughShop) -> None:
    """A 409 by a contact that bears our own mark means that the create was carried out."""
    mark = next(row["entity_id"] for row in shop.rows("plan") if row["proposed"] == "ada@gmail.com")
    shop.type_in(
        first_name="Ada",
        last_name="Lovelace",
        email="ada@gmail.com",
        title="Countess",
        properties={"crm_bridge_id": mark},
    )
    applied = shop.run("apply", run="first")
    assert applied.reports["apply"].counts["contacts_create_done"] == 2
    assert len(shop.contacts()) == len(shop.entries()) == 2
    shop.again()
    assert shop.writes == []


def test_an_e_mail_of_another_name_is_left_out_and_listed(tmp_path: Path) -> None:
    """With a phone left to know it by, a contact is created without the e-mail that someone else has got meanwhile."""
    shop = RoughShop(tmp_path)
    shop.file("people.csv", "First Name,Last Name,Email,Phone\nAda,Lovelace,ada@gmail.com,+1 312-555-0100")
    planned = shop.sync(None, *TO_PLAN)
    holder = shop.type_in(first_name="Grace", last_name="Hopper", email="ada@gmail.com")
    applied = shop.run("apply", run=planned.run)
    assert applied.reports["apply"].counts["sent_without_key"] == 1
    assert shop.contact("Lovelace").email is None
    (row,) = shop.rows("collisions")
    assert (row["field"], row["holder_id"]) == ("email", holder.id)
    assert "merge candidate" in row["reason"]


def test_a_contact_that_would_be_left_without_a_key_is_not_created(shop: RoughShop) -> None:
    """Without e-mail and phone nothing would find it again: it waits, and is listed."""
    shop.type_in(first_name="Grace", last_name="Murray", email="ada@gmail.com")
    applied = shop.run("apply", run="first")
    assert applied.reports["apply"].counts["conflicts"] == 1
    assert [row["reason"] for row in shop.rows("applied") if row["state"] == "INTENT" and row["kind"] == "create"] == [
        row["reason"] for row in shop.rows("collisions")
    ]
    assert len(shop.contacts()) == 2


def test_an_update_whose_phone_is_another_ones_is_sent_without(tmp_path: Path) -> None:
    """The rest of the update arrives, and the phone is listed."""
    shop = RoughShop(tmp_path)
    header = "First Name,Last Name,Email,Phone,Title"
    shop.file("people.csv", f"{header}\nAda,Lovelace,ada@gmail.com,,")
    shop.sync()
    shop.file("people.csv", f"{header}\nAda,Lovelace,ada@gmail.com,+1 312-555-0100,Countess", day=2)
    planned = shop.sync(None, *TO_PLAN)
    shop.type_in(first_name="Grace", last_name="Hopper", phone="+13125550100")
    shop.run("apply", run=planned.run)
    found = shop.contact("ada@gmail.com")
    assert (found.phone, found.title) == (None, "Countess")
    assert [row["field"] for row in shop.rows("collisions")] == ["phone"]


def test_a_row_is_planned_anew_once(shop: RoughShop) -> None:
    """A CRM that answers 409 for ever is asked no more than twice, and the others go on."""
    work = shop.sync(
        lambda call: 409 if call.what == "POST contacts" and "ada" in str(call.body) else None, "apply", run="first"
    )
    assert len(shop.contacts()) == 1
    assert sum("ada" in str(call.body) for call in shop.calls if call.what == "POST contacts") <= 2
    assert work.reports["apply"].counts["conflicts"] == 1

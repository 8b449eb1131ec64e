"""The plan at the first meeting with a CRM: who is created, which keys they get, and what is left to a human."""

from __future__ import annotations

import string
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pipelines.workshop import AGAIN, SYNC, TO_PLAN, Workshop


def plan(shop: Workshop, decision: str, *, logs: bool = False) -> list[dict[str, Any]]:
    """The rows of the plan with this decision."""
    rows = shop.rows("plan", order="number")
    return [row for row in rows if row["decision"] == decision and (logs or row["op"] != "log")]


def test_first_meeting_fills_what_is_empty_and_keeps_the_rest(shop: Workshop) -> None:
    """What the CRM holds stays and is told; only `source_wins` overwrites it."""
    there = shop.type_in(first_name="Jane", last_name="Smith", email="jane@acme.com", title="Chair", tags=["vip"])
    shop.file("people.csv", "Name,Email,Phone,Title,Tags\nJane Doe,jane@acme.com,312-555-0115,CEO,vip;new")
    shop.run(*TO_PLAN)
    written = {(row["field"], row["proposed"]) for row in plan(shop, "write")}
    assert written == {("phone", "+13125550115"), ("tags", "new")}
    kept = {(row["field"], row["current"], row["proposed"], row["rule"]) for row in plan(shop, "keep")}
    assert kept == {
        ("last_name", "Smith", "Doe", "it was there before us"),
        ("title", "Chair", "CEO", "it was there before us"),
    }
    shop.sections = {"fields": {"title": {"policy": "source_wins"}}}
    shop.run("resolve", "plan", "apply")
    after = shop.contact(there.id)
    assert (after.title, after.last_name, after.phone, sorted(after.tags)) == (
        "CEO",
        "Smith",
        "+13125550115",
        ["new", "vip"],
    )


def test_unique_key_goes_to_one_and_the_others_are_listed(shop: Workshop) -> None:
    """A phone that two people claim, an e-mail that another contact holds; further keys go to the properties."""
    shop.type_in(first_name="Some", last_name="One", phone="(312) 555-0117")
    shop.file(
        "people.csv",
        """Name,Email,Phone
        Jane Doe,jane@acme.com;j@acme.com,312-555-0115
        John Doe,john@acme.com,312-555-0115
        Bob Roe,bob@acme.com,312-555-0117""",
    )
    shop.run(*SYNC)
    omitted = {(row["field"], row["proposed"], row["rule"]) for row in plan(shop, "omit")}
    assert omitted == {
        ("phone", "+13125550115", "another person claims it too"),
        ("phone", "+13125550117", "another contact of the CRM has it"),
    }
    phones = [shop.contact(f"{name}@acme.com").phone for name in ("jane", "john", "bob")]
    assert sorted(phones, key=str) == ["+13125550115", None, None]
    assert shop.contact("bob@acme.com").phone is None
    assert shop.contact("jane@acme.com").properties["other_emails"] == ["j@acme.com"]
    assert len(shop.contacts()) == 4


def test_contact_keeps_the_one_of_several_good_keys_that_it_has(shop: Workshop) -> None:
    """Its e-mail is any of the person's, in any case, its phone the same in other signs: that is no reason to write.

    The better e-mail becomes a further one.
    """
    shop.type_in(first_name="Jane", last_name="Doe", email="J@acme.com", phone="(312) 555-0118")
    shop.file("people.csv", "Name,Email,Phone\nJane Doe,jane@acme.com;j@acme.com,+1 312 555 0118")
    shop.run(*TO_PLAN)
    assert plan(shop, "keep") == []
    assert [(row["field"], row["proposed"]) for row in plan(shop, "write")] == [
        ("properties.other_emails", '["jane@acme.com"]')
    ]


@pytest.mark.parametrize("placeholder", [None, "(unknown)"])
def test_person_without_a_name_waits_for_a_human_or_gets_the_placeholder(
    shop: Workshop, placeholder: str | None
) -> None:
    """As the settings say; a half name is completed, and the real one replaces it later."""
    shop.sections = {"crm": {"name_placeholder": placeholder} if placeholder else {}}
    shop.file("people.csv", "ID,First name,Last name,Email,Phone\n1,Cher,,cher@acme.com,\n2,,,,312-555-0115")
    shop.run(*SYNC)
    if placeholder is None:
        assert shop.contacts() == []
        assert {row["rule"] for row in plan(shop, "review")} == {"the CRM wants a first and a last name"}
        assert [row["row"] is not None for row in plan(shop, "review")] == [True, True]
        return
    names = {(contact.first_name, contact.last_name) for contact in shop.contacts()}
    assert names == {("Cher", placeholder), (placeholder, placeholder)}
    assert all(row["file"] for row in plan(shop, "write") if row["field"] != "properties.crm_bridge_id")
    shop.file("people.csv", "ID,First name,Last name,Email,Phone\n1,Cher,Bono,cher@acme.com,\n2,,,,312-555-0115", day=2)
    shop.run(*SYNC)
    assert shop.contact("cher@acme.com").last_name == "Bono"


def test_writes_turned_off_send_nothing(shop: Workshop) -> None:
    """The plan is made and stands to be read."""
    shop.sections = {"crm": {"writes": False}}
    shop.file("people.csv", "Name,Email\nJane Doe,jane@acme.com")
    work = shop.run(*SYNC)
    assert work.reports["apply"].counts["writes_on"] == 0
    assert len(plan(shop, "write")) == 4
    assert shop.contacts() == []


def test_timeline_gets_an_entry_as_the_settings_say(shop: Workshop) -> None:
    """For each created contact; for each changed one too under `change`; the file is named."""
    shop.sections = {"crm": {"imported_activity": "change"}}
    shop.file("people.csv", "Name,Email,Title\nJane Doe,jane@acme.com,CEO")
    shop.run(*SYNC)
    shop.file("people.csv", "Name,Email,Title\nJane Doe,jane@acme.com,CFO", day=2)
    shop.run(*SYNC)
    texts = [entry.description for entry in shop.timeline(shop.contact("jane@acme.com").id)]
    assert texts == ["Updated from people.csv", "Imported from people.csv"]
    shop.sections = {"crm": {"imported_activity": "never"}}
    shop.file("more.csv", "Name,Email\nJohn Roe,john@acme.com")
    shop.run(*SYNC)
    assert shop.timeline(shop.contact("john@acme.com").id) == []


def test_companies_are_only_linked_to_where_they_may_not_be_written(shop: Workshop) -> None:
    """`company_writes = "never"`: an existing one is linked; a missing one is not proposed, and linked later."""
    shop.sections = {"crm": {"company_writes": "never"}}
    acme = shop.type_in_company(name="Acme", website="acme.com")
    shop.file(
        "people.csv",
        "Name,Email,Company,Website\nJane Doe,jane@acme.com,Acme,acme.com\nJohn Roe,john@beta.example,Beta,",
    )
    shop.run(*SYNC)
    assert [row for row in shop.rows("plan") if row["object"] == "companies"] == []
    assert shop.contact("jane@acme.com").company_id == acme.id
    assert shop.contact("john@beta.example").company_id is None
    assert [company.name for company in shop.companies()] == ["Acme"]
    beta = shop.type_in_company(name="Beta", website="https://beta.example")
    shop.run(*AGAIN)
    assert shop.contact("john@beta.example").company_id == beta.id


def test_company_is_created_filled_and_left_as_people_call_it(shop: Workshop) -> None:
    """Values have their own evidence; a human's edit stays; the name of one that was there is not touched."""
    there = shop.type_in_company(name="Acme (the good one)", website="acme.com")
    header = "Record ID,Company name,Company Domain Name,Company owner,Industry,Phone Number,City"
    shop.file("firms.csv", f"{header}\n1,Acme,acme.com,R,Tools,312-555-0100,Chicago\n2,Beta,beta.example,R,Toys,,Bonn")
    shop.run(*SYNC)
    assert all(row["file"] == "firms.csv" for row in plan(shop, "write") if row["field"] != "properties.crm_bridge_id")
    acme, beta = shop.companies()
    assert (acme.id, acme.name, acme.industry, acme.address.city) == (
        there.id,
        "Acme (the good one)",
        "Tools",
        "Chicago",
    )
    assert (beta.name, beta.website, beta.address.city) == ("Beta", "beta.example", "Bonn")
    shop.edit_company(beta.id, industry="Games")
    shop.file(
        "firms.csv", f"{header}\n1,Acme,acme.com,R,Saws,312-555-0100,Chicago\n2,Beta,beta.example,R,Dolls,,Köln", day=2
    )
    shop.run(*SYNC)
    acme, beta = shop.companies()
    assert (acme.industry, beta.industry, beta.address.city) == ("Saws", "Games", "Köln")


cell = st.text(string.ascii_letters + "äßİ ,.'\"@-\u00a0", max_size=8)
rows = st.lists(
    st.tuples(
        st.sampled_from(["Jane Doe", "John Doe", "J Doe", "", "Cher"]) | cell,
        st.sampled_from(["a@x.com", "A@X.com;b@x.com", "b@x.com", "jürgen@straße.de", "info@x.com", ""]) | cell,
        st.sampled_from(["", "312-555-0115", "+1 312 555 0116", "312-555-0115 x7"]),
        st.sampled_from(["", "CEO", " Head  of ", "Straße"]) | cell,
        st.sampled_from(["", "vip", "vip;new", "VIP"]) | cell,
        st.sampled_from(["", "Acme", "ACME Inc."]) | cell,
    ),
    max_size=10,
)


@settings(max_examples=3, deadline=None)
@given(rows)
def test_plan_right_after_a_run_is_empty(given: list[tuple[str, ...]]) -> None:
    """Whatever came in, the CRM now agrees with it."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Workshop(Path(folder), crm={"name_placeholder": "?"})
        shop.table("people.csv", ["Name", "Email", "Phone", "Title", "Tags", "Company"], given)
        applied = shop.run(*SYNC).reports["apply"].counts
        assert {name for name in applied if name in ("conflicts", "refused", "unsure")} == set()
        shop.run("snapshot", "resolve", "plan")
        assert plan(shop, "write", logs=True) == []

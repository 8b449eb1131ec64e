"""What a source says of a record's end, from clean to the CRM: nothing is lost, and nothing is made twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import GateClosed
from pipelines.intake.accounting import account
from pipelines.report import explain_text, funnel
from tests.pipelines.toy_source import World, installed, section
from tests.pipelines.workshop import SYNC, TO_PLAN, Workshop

FIELDS = {"fields": {"title": {"retract": "write"}}}


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of people, each with a contact in the CRM by now, and what became of them in the source since."""
    made = World()
    for record, first, last, more in (
        ("1", "Ada", "Lovelace", {}),
        ("3", "Bob", "Miller", {"title": "Chief"}),
        ("4", "Robert", "Mueller", {}),
        ("5", "Carl", "Gauss", {"title": "Prince"}),
        ("8", "Dora", "Maar", {"no_mail": "yes", "no_mail_since": "2025-05-05"}),
        ("12", "Emil", "Berliner", {"title": "Inventor"}),
        ("14", "Kurt", "Goedel", {"company": "c1"}),
        ("15", "Alan", "Turing", {"company": "c1"}),
    ):
        made.put("contacts", record, day=1, first=first, last=last, email=f"{last.lower()}@x.example", **more)
    made.put("leads", "20", day=1, first="Lise", last="Meitner", email="lise@x.example")
    # 13 is 12 once more: they share an e-mail.
    made.put("contacts", "13", day=1, first="Emil", last="Berliner", email="berliner@x.example", phone="+13125550113")
    for name in ("c1", "c2", "c3"):
        made.put("companies", name, day=1, name=f"Company {name}", site=f"{name}.example")
    return_to = tmp_path_factory.mktemp("packages")
    with installed(return_to / "toy", fates=made):
        yield made


@pytest.fixture(scope="module")
def after(toys: World, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """The workshop after the source has told all ends and a run was applied; `before` has the contacts of before."""
    shop = Workshop(tmp_path_factory.mktemp("fates"), sources={"toy": section("fates")}, **FIELDS)
    shop.run()
    shop.before = {one.last_name: one for one in shop.contacts()}  # type: ignore[attr-defined]
    toys.put("contacts", "2", day=5, first="Augusta", last="King", email="augusta@y.example")
    toys.bury("contacts", "1", "merged", into="2", day=5)
    toys.bury("contacts", "3", "merged", into="4", day=5)
    toys.bury("contacts", "5", "deleted", day=5)
    toys.put("contacts", "9", day=5, first="Theodora", last="Markovitch", email="theo@y.example", merged_ids="8;77")
    toys.put("contacts", "21", day=5, first="Lise", last="Meitner", email="meitner@uni.example")
    toys.bury("leads", "20", "converted", into="21", day=5)
    toys.bury("contacts", "12", "true", day=5)
    toys.bury("companies", "c1", "merged", into="c2", day=5)
    # The association alone: no change time tells of it.
    toys.records["contacts"]["15"]["company"] = "c3"
    toys.bury("contacts", "99", "deleted", day=5)
    shop.run(*TO_PLAN)
    shop.planned = shop.rows("plan")  # type: ignore[attr-defined]
    work = shop.run(*SYNC, "verify")
    shop.work_after = work  # type: ignore[attr-defined]
    return shop


def before(shop: Workshop, last_name: str) -> Any:
    """A contact as it was before."""
    return shop.before[last_name]  # type: ignore[attr-defined]


def test_every_row_is_accounted_for(after: Workshop) -> None:
    """Gone rows are an end of their own; one that never stood is counted, too; an id that never landed is not a row."""
    counts = {row["name"]: row["rows"] for row in after.rows("clean_counts")}
    assert counts["rows_gone"] == 8
    assert account(after.work()).balanced
    told = {words: where for count, words, where in funnel.lines(after.work_after) if count == 8}  # type: ignore[attr-defined]
    assert told["records that their source deleted, archived, merged or converted"] == "gone_records.parquet"
    gone = {row["record_key"].removeprefix("toy/"): row for row in after.rows("gone_records")}
    assert {key for key, row in gone.items() if not row["landed"]} == {"contacts/toy:77"}
    assert gone["contacts/toy:8"]["merged_into"] == "toy/contacts/toy:9"
    assert gone["contacts/toy:12"]["tombstone"] == "deleted"
    assert gone["contacts/toy:5"]["since"].isoformat() == "2026-01-06T00:00:00+00:00"


def test_a_merged_record_hands_its_contact_on(after: Workshop) -> None:
    """The contact of the loser is updated by the winner, whatever their names and e-mails; none is created."""
    contact = after.contact(before(after, "Lovelace").id)
    assert (contact.first_name, contact.last_name, contact.email) == ("Augusta", "King", "augusta@y.example")
    (theo,) = [one for one in after.contacts() if one.id == before(after, "Maar").id]
    assert theo.last_name == "Markovitch"
    assert len(after.contacts()) == len(after.before)  # type: ignore[attr-defined]


def test_a_converted_lead_and_its_contact_are_one(after: Workshop) -> None:
    """By id: they share no e-mail."""
    assert after.contact("Meitner").id == before(after, "Meitner").id
    assert after.contact("Meitner").email == "meitner@uni.example"


def test_two_contacts_of_merged_records_are_for_a_human(after: Workshop) -> None:
    """Each keeps what it has, they are listed as one person, and the winner's own contact stays the winner's."""
    pairs = {(row["crm_id"], row["other_crm_id"]) for row in after.rows("merge_candidates")}
    robert, bob = before(after, "Mueller").id, before(after, "Miller").id
    assert pairs == {(robert, bob)}
    assert after.contact(bob).updated_at == before(after, "Miller").updated_at
    assert after.contact(robert).title is None
    after.run("snapshot", "resolve")
    assert {(row["crm_id"], row["other_crm_id"]) for row in after.rows("merge_candidates")} == {(robert, bob)}


def test_an_opt_out_goes_on_with_the_person(after: Workshop) -> None:
    """What a merged record said of e-mail counts for its successor, with its date and its place as the evidence."""
    golden = {row["last_name"]: row for row in after.rows("golden")}["Markovitch"]
    assert golden["email_opt_out"]
    assert golden["email_opt_out_from"] == "toy/contacts/toy:8"
    contact = after.contact("Markovitch")
    assert contact.tags == ["email opt-out"]
    assert contact.properties["email_opt_out_at"] == "2025-05-05T00:00:00Z"


def test_nobody_is_left_of_a_deleted_record(after: Workshop) -> None:
    """A person whose every record is gone is not planned, and the contact in the CRM stays as it is."""
    contact = after.contact("Gauss")
    assert contact == before(after, "Gauss")
    assert not [row for row in after.planned if row["crm_id"] == contact.id]  # type: ignore[attr-defined]
    assert {row["record_key"]: row["how"] for row in after.rows("gone_people")}["toy/contacts/toy:5"] == "known"


def test_what_only_a_gone_record_said_is_taken_back_as_the_settings_say(after: Workshop) -> None:
    """A title of ours that nothing else supports goes by `fields.title.retract`."""
    assert before(after, "Berliner").title == "Inventor"
    assert after.contact("Berliner").title is None
    (row,) = [row for row in after.planned if row["change"] == "retract"]  # type: ignore[attr-defined]
    assert row["rule"] == "ours, and nothing supports it any more"


def test_associations_lead_to_companies_by_id(after: Workshop) -> None:
    """One of a merged company leads to its successor; one that alone has changed moves the contact."""
    names = {one.id: one.name for one in after.companies()}
    assert names[str(after.contact("Turing").company_id)] == "Company c3"
    assert names[str(after.contact("Goedel").company_id)] == "Company c2"
    assert sorted(names.values()) == ["Company c1", "Company c2", "Company c3"]
    companies = {row["company_id"]: row["name"] for row in after.rows("golden_companies")}
    golden = {row["last_name"]: row for row in after.rows("golden")}
    assert companies[golden["Goedel"]["company"]] == "Company c2"


def test_explain_says_what_became_of_records(after: Workshop) -> None:
    """By an e-mail, a contact's id or a record's key; also where nothing else is left of the person."""
    work = after.work()
    king = "\n".join(explain_text.one(work, "lovelace@x.example"))
    assert "toy contact 2 (toy/contacts): Augusta King" in king
    lost = "its keys and values no longer count"
    assert f"toy contact 1 (toy/contacts): merged into contact 2 in the source on 2026-01-06: {lost}" in king
    assert "is one with" not in king  # the person has kept the id
    converted = "\n".join(explain_text.one(work, "toy/contacts/toy:20"))
    assert f"toy lead 20 (toy/leads): converted into contact 21 in the source on 2026-01-06: {lost}" in converted
    gauss = before(after, "Gauss").id
    for wanted in (gauss, "gauss@x.example", "toy/contacts/toy:5"):
        (first, *rest) = explain_text.one(work, wanted)
        assert gauss in first
        assert f"    toy contact 5 (toy/contacts): deleted in the source on 2026-01-06: {lost}" in rest
    assert explain_text.one(work, "toy/contacts/toy:99") == [
        f"toy contact 99 (toy/contacts): deleted in the source on 2026-01-06: {lost}"
    ]
    company = explain_text.one(work, "toy/companies/toy:c1")
    assert company == [f"toy company c1 (toy/companies): merged into company c2 in the source on 2026-01-06: {lost}"]
    maar = explain_text.one(work, "theo@y.example")
    assert "    email_opt_out = opted out since 2025-05-05  ← toy contact 8 (toy/contacts)" in "\n".join(maar)
    assert sum("merged into contact 9" in line for line in maar) == 2  # 8, and 77 that was never read


def test_a_second_plan_is_empty(after: Workshop) -> None:
    """What a record's end changes is changed once."""
    assert after.work_after.reports["verify"].counts["remaining"] == 0  # type: ignore[attr-defined]
    assert after.run().reports["apply"].counts["calls"] == 0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty world."""
    made = World()
    with installed(tmp_path / "packages", small=made):
        yield made


@pytest.fixture
def small(tmp_path: Path, world: World) -> Workshop:
    """A workshop that pulls from it."""
    return Workshop(tmp_path / "small", sources={"toy": section("small"), "inbox": FILES})


FILES = {"kind": "csv_file", "options": {"path": "inbox"}}


def test_an_opt_out_outlives_a_deleted_record(small: Workshop, world: World) -> None:
    """It stays with the person by the link of earlier runs, else by the e-mail; and a restored record is back."""
    world.put("contacts", "1", day=1, first="Ada", last="Lovelace", email="ada@x.example", no_mail="yes")
    world.put("contacts", "2", day=1, first="Dora", last="Maar", email="dora@x.example", no_mail="yes")
    world.put("contacts", "4", day=1, first="Emil", last="Berliner", email="emil@x.example", no_mail="yes")
    small.file("people.csv", "First name,Last name,Email\nAda,Lovelace,ada@x.example")
    small.run()
    world.bury("contacts", "1", "deleted", day=2)
    world.bury("contacts", "2", "archived", day=2)
    world.bury("contacts", "4", "deleted", day=2)
    small.file("people.csv", "First name,Last name,Email\nAda,Lovelace,ada@x.example\nDora,Maar,dora@x.example", day=2)
    small.run()
    assert {one.last_name for one in small.contacts() if one.tags == ["email opt-out"]} == {
        *("Lovelace", "Maar", "Berliner"),
    }
    assert {row["last_name"]: row["email_opt_out"] for row in small.rows("golden")} == {"Lovelace": True, "Maar": True}
    assert not [row for row in small.rows("plan") if row["decision"] != "keep"]
    world.put("contacts", "4", day=3, first="Emil", last="Berliner", email="emil@x.example", title="Inventor")
    small.run()
    assert small.contact("Berliner").title == "Inventor"
    assert {row["record_key"][-1] for row in small.rows("gone_records")} == {"1", "2"}


def test_an_opt_out_is_known_by_the_e_mail_where_nobody_was_linked(small: Workshop, world: World) -> None:
    """A record that opted out and went before the first run: whoever has its e-mail is not written to."""
    world.put("contacts", "1", day=1, first="Ada", last="Lovelace", email="ada@x.example", no_mail="yes")
    small.run("extract", "clean")
    world.bury("contacts", "1", "deleted", day=2)
    small.file("people.csv", "First name,Last name,Email\nAda,Lovelace,ada@x.example")
    small.run()
    assert small.contact("Lovelace").tags == ["email opt-out"]


def test_thousands_deleted_at_once_stop_at_the_gate(small: Workshop, world: World) -> None:
    """Records that the source reports as gone count as dropped, however many new ones come."""
    small.sections["gates"] = {"floor": 5, "dropped_share": 0.3}
    for number in range(20):
        world.put("contacts", str(number), day=1, last=f"Doe {number}", first="Jo", email=f"p{number}@x.example")
    small.run()
    for number in range(10):
        world.bury("contacts", str(number), "deleted", day=2)
        world.put("contacts", f"1{number:02}", day=2, last=f"Roe {number}", first="Jo", email=f"q{number}@x.example")
    with pytest.raises(GateClosed, match="10 records are gone from the source toy"):
        small.run()
    small.allowed = {"dropped": 10, "created": 10}
    small.run()
    small.allowed = {}
    small.run()

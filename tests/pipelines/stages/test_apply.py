"""Apply over a rough line: each effect once, whatever the calls meet."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.errors import AccessError, Ambiguous, NotApplied, Rejected, StateRefused
from pipelines import summary
from tests.pipelines.faults import Fault, RoughShop, on
from tests.pipelines.workshop import TO_PLAN

PEOPLE = """
    First Name,Last Name,Email,Title
    Ada,Lovelace,ada@gmail.com,Countess
    Alan,Turing,alan@gmail.com,Fellow
    Grace,Hopper,grace@gmail.com,Admiral
    Kurt,Gödel,kurt@gmail.com,Professor
"""

NAMES = ("ada", "alan", "grace", "kurt")


@pytest.fixture
def shop(tmp_path: Path) -> RoughShop:
    """Give a fresh workshop with four people in its inbox."""
    shop = RoughShop(tmp_path)
    shop.file("people.csv", PEOPLE)
    return shop


def states(shop: RoughShop) -> dict[str, int]:
    """How many operations the ledger has in each state."""
    with shop.work("reading").ledger() as ledger:
        return ledger.states()


def assert_in_step(shop: RoughShop) -> None:
    """Assert that each of the four people is there once with one entry, and that there is nothing more to send."""
    assert sorted(contact.last_name for contact in shop.contacts()) == ["Gödel", "Hopper", "Lovelace", "Turing"]
    assert sorted(shop.entries()) == [(f"{name}@gmail.com", "Imported from people.csv") for name in NAMES]
    shop.again()
    assert shop.writes == []


def test_a_create_whose_answer_is_lost_is_found_by_its_mark(shop: RoughShop) -> None:
    """A contact whose creation was applied but not heard of is found in the same run, and gets its entry there too."""
    faults = {1: Fault.LOST_AFTER, 2: Fault.FAILED_AFTER, 3: Fault.GARBLED_AFTER}
    work = shop.sync(lambda call: faults.get(call.number) if call.what == "POST contacts" else None)
    assert work.reports["apply"].counts["unsure"] == 3
    assert states(shop) == {"DONE": 8}
    assert shop.writes.count("POST contacts") == 4
    assert_in_step(shop)


def test_a_create_that_never_arrived_is_made_by_the_next_run(shop: RoughShop) -> None:
    """A creation that broke off before the server did anything is sent once more, by the next run."""
    shop.sync(on("POST contacts", Fault.LOST_BEFORE, 3))
    assert len(shop.contacts()) == 3
    shop.again()
    assert shop.writes == ["POST contacts", "POST activities"]
    assert_in_step(shop)


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.LOST_AFTER])
def test_an_entry_is_logged_exactly_once(shop: RoughShop, fault: Fault) -> None:
    """An entry whose answer was lost is read back by its key, and sent again only when it is not there."""
    shop.sync(on("POST activities", fault, 1, 4))
    shop.again()
    assert shop.writes == (["POST activities"] * 2 if fault is Fault.LOST_BEFORE else [])
    assert_in_step(shop)


def test_what_a_run_sent_for_an_earlier_one_is_in_its_table(shop: RoughShop) -> None:
    """An entry that an earlier run owed stands in the table `applied` of the run that sent it."""
    shop.sync(on("POST activities", Fault.LOST_BEFORE, 1))
    shop.again()
    assert [(row["kind"], row["state"], row["attempts"]) for row in shop.rows("applied")] == [("log", "DONE", 2)]


def test_one_call_that_is_cut_off_does_not_end_the_run(tmp_path: Path) -> None:
    """A batch of a single call that fails is looked for, and the run goes on."""
    shop = RoughShop(tmp_path)
    shop.file("people.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com")
    shop.sync(on("POST contacts", Fault.LOST_AFTER))
    assert shop.writes == ["POST contacts", "POST activities"]
    assert [text for _, text in shop.entries()] == ["Imported from people.csv"]


def test_a_company_whose_answer_is_lost_is_linked_in_the_same_run(tmp_path: Path) -> None:
    """Contacts are written after the companies that were cut off have been looked for."""
    shop = RoughShop(tmp_path)
    shop.file("people.csv", "First Name,Last Name,Email,Company\nAda,Lovelace,ada@engines.example,Engines")
    shop.sync(on("POST companies", Fault.LOST_AFTER))
    (company,) = shop.companies()
    assert shop.contact("Lovelace").company_id == company.id
    shop.again()
    assert shop.writes == []


def test_a_person_created_meanwhile_is_linked_and_filled(shop: RoughShop) -> None:
    """A contact that a human creates with the e-mail between plan and apply is taken for that person at once."""
    planned = shop.sync(None, *TO_PLAN)
    human = shop.type_in(first_name="Ada", last_name="LOVELACE", email="ada@gmail.com", department="Looms")
    applied = shop.run("apply", run=planned.run)
    assert applied.reports["apply"].counts["linked_meanwhile"] == 1
    found = shop.contact(human.id)
    assert (found.title, found.department, found.last_name) == ("Countess", "Looms", "LOVELACE")
    shop.again()
    assert shop.writes == []
    assert len(shop.contacts()) == 4


def test_a_create_that_was_delivered_late_is_ours(shop: RoughShop) -> None:
    """A 409 by a contact that bears our own mark means that the create was carried out."""
    planned = shop.sync(None, *TO_PLAN)
    mark = next(row["entity_id"] for row in shop.rows("plan") if row["proposed"] == "ada@gmail.com")
    shop.type_in(
        first_name="Ada",
        last_name="Lovelace",
        email="ada@gmail.com",
        title="Countess",
        properties={"crm_bridge_id": mark},
    )
    applied = shop.run("apply", run=planned.run)
    assert applied.reports["apply"].counts["contacts_create_done"] == 4
    assert_in_step(shop)


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
    planned = shop.sync(None, *TO_PLAN)
    shop.type_in(first_name="Grace", last_name="Murray", email="ada@gmail.com")
    applied = shop.run("apply", run=planned.run)
    assert applied.reports["apply"].counts["conflicts"] == 1
    assert [row["reason"] for row in shop.rows("applied") if row["state"] == "INTENT" and row["kind"] == "create"] == [
        row["reason"] for row in shop.rows("collisions")
    ]
    assert len(shop.contacts()) == 4


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
    work = shop.sync(lambda call: 409 if call.what == "POST contacts" and "ada" in str(call.body) else None)
    assert len(shop.contacts()) == 3
    assert sum("ada" in str(call.body) for call in shop.calls if call.what == "POST contacts") <= 2
    assert work.reports["apply"].counts["conflicts"] == 1


def test_what_is_refused_is_set_aside_and_the_others_go_on(shop: RoughShop) -> None:
    """A refused contact is listed with its reason, and sent again only once there is something else to send."""
    work = shop.sync(on("POST contacts", 400, 1))
    assert work.reports["apply"].counts["refused"] == 1
    assert [row["reason"] for row in shop.rows("applied") if row["state"] == "REJECTED"] == ["400 no"]
    assert len(shop.contacts()) == 3
    again = shop.again()
    assert shop.writes == []
    assert again.reports["apply"].counts["refused_before"] == 1
    assert "refused" in summary.verdict(again)
    missing = {"Gödel", "Hopper", "Lovelace", "Turing"} - {contact.last_name for contact in shop.contacts()}
    lines = [line + (" II" if any(name in line for name in missing) else "") for line in PEOPLE.strip().splitlines()]
    shop.file("people.csv", "\n".join(lines), day=2)
    shop.sync()
    assert shop.writes == ["POST contacts", "POST activities"]
    assert_in_step(shop)


def crowd(tmp_path: Path, people: int, **limits: int) -> RoughShop:
    """A workshop with so many people, of whom one is written at a time."""
    shop = RoughShop(tmp_path, limits={"concurrency": 1, "threads": 1, **limits})
    names = "\n".join(f"A,L{n},a{n}@gmail.com" for n in range(people))
    shop.file("people.csv", f"First Name,Last Name,Email\n{names}")
    return shop


def test_a_single_row_that_may_not_be_written_is_set_aside(tmp_path: Path) -> None:
    """One 403 is a matter of its row: it is listed with the CRM's words and request, and the others go on."""
    shop = crowd(tmp_path, 6)
    work = shop.sync(on("POST contacts", 403, 3))
    assert work.reports["apply"].counts["refused"] == 1
    assert len(shop.contacts()) == 5
    (row,) = [row for row in shop.rows("applied") if row["state"] == "REJECTED"]
    assert (row["reason"], row["request_id"]) == ("403 no", "r-1")


def test_without_the_right_to_write_the_run_stops(tmp_path: Path) -> None:
    """Many 403s of one kind end the run in one line, and none of their rows is taken for refused."""
    shop = crowd(tmp_path, 9, max_refusals=3)
    with pytest.raises(AccessError, match=r"POST …/contacts: 4 calls were refused.*403 no"):
        shop.sync(on("POST contacts", 403))
    assert shop.writes == ["POST contacts"] * 4
    assert states(shop) == {"INTENT": 18}
    shop.again()
    assert len(shop.contacts()) == 9


def test_many_refusals_of_one_kind_end_the_run(tmp_path: Path) -> None:
    """Past the limit it is no matter of single rows; what was refused stays so, the rest is sent by the next run."""
    shop = crowd(tmp_path, 9, max_refusals=3)
    with pytest.raises(Rejected, match=r"POST …/contacts: 4 calls were refused.*400 no"):
        shop.sync(on("POST contacts", 400))
    assert states(shop) == {"REJECTED": 4, "INTENT": 14}
    shop.again()
    assert len(shop.contacts()) == 5


@pytest.mark.parametrize("status", [404, 405])
def test_a_crm_that_takes_no_companies_gets_contacts_without(tmp_path: Path, status: int) -> None:
    """The first refusal is remembered, contacts are written without a company, and the run says so."""
    shop = RoughShop(tmp_path, limits={"concurrency": 1, "threads": 1})
    names = "\n".join(f"A,L{n},a{n}@c{n}.example,C{n}" for n in range(6))
    shop.file("people.csv", f"First Name,Last Name,Email,Company\n{names}")
    work = shop.sync(on("POST companies", status))
    assert len(shop.contacts()) == 6
    assert shop.companies() == []
    assert "takes none" in summary.verdict(work)
    shop.again()
    assert shop.calls
    assert shop.writes == []
    company = shop.type_in_company(name="C3", website="https://c3.example")
    shop.again()
    assert shop.writes == ["PUT contacts/*"]
    assert shop.contact("L3").company_id == company.id


def test_an_unreachable_crm_ends_the_run_soon(shop: RoughShop) -> None:
    """When nothing comes through the run ends after the first batch, and the next one picks up all of it."""
    with pytest.raises(NotApplied, match="POST …/contacts: the connection failed"):
        shop.sync(lambda call: Fault.UNREACHABLE if call.writes else None)
    assert set(shop.writes) == {"POST contacts"}
    assert states(shop) == {"INTENT": 8}
    shop.again()
    assert_in_step(shop)


def test_a_crm_that_fails_every_call_ends_the_run(shop: RoughShop) -> None:
    """When every call of a batch is cut off the run ends, and the next one looks for them before it sends."""
    with pytest.raises(Ambiguous):
        shop.sync(lambda call: Fault.LOST_AFTER if call.writes else None)
    assert states(shop) == {"SENT": 4, "INTENT": 4}
    shop.again()
    assert shop.writes == ["POST activities"] * 4
    assert_in_step(shop)


@pytest.mark.parametrize("also", [{}, {"imported_activity": "change"}])
def test_an_update_whose_answer_is_lost_stays_ours(tmp_path: Path, also: dict[str, str]) -> None:
    """What arrived with an update that was cut off is not taken for a human's: the sources may change it again."""
    shop = RoughShop(tmp_path, crm=also)
    for day, title in enumerate(("Countess", "Mathematician", "Programmer"), 1):
        shop.file("people.csv", f"First Name,Last Name,Email,Title\nAda,Lovelace,ada@gmail.com,{title}", day=day)
        shop.sync(on("PUT contacts/*", Fault.LOST_AFTER, 1, 2) if title == "Mathematician" else None)
    assert shop.contact("Lovelace").title == "Programmer"
    changes = ["Updated from people.csv"] * 2 if also else []
    assert sorted(text for _, text in shop.entries()) == ["Imported from people.csv", *changes]


def test_a_human_who_edits_after_a_cut_keeps_the_edit(tmp_path: Path) -> None:
    """Of an update that was cut off, what still stands is ours and what a human changed meanwhile is theirs."""
    shop = RoughShop(tmp_path)
    header = "First Name,Last Name,Email,Title,Department"
    shop.file("people.csv", f"{header}\nAda,Lovelace,ada@gmail.com,,")
    shop.sync()
    shop.file("people.csv", f"{header}\nAda,Lovelace,ada@gmail.com,Countess,Engines", day=2)
    with pytest.raises(NotApplied):
        shop.sync(lambda call: Fault.LOST_AFTER if call.writes else Fault.UNREACHABLE if late(shop) else None)
    ada = shop.contact("Lovelace")
    shop.edit(ada.id, department=None)
    shop.again()
    assert shop.writes == []
    shop.file("people.csv", f"{header}\nAda,Lovelace,ada@gmail.com,Programmer,Looms", day=3)
    shop.sync()
    found = shop.contact("Lovelace")
    assert (found.title, found.department) == ("Programmer", None)


def late(shop: RoughShop) -> bool:
    """Whether the run has begun to write: from there on the CRM cannot be reached."""
    return bool(shop.writes)


def test_a_human_who_edits_a_create_that_was_cut_off_keeps_the_edit(tmp_path: Path) -> None:
    """What a human changed in a contact before we learned that we had created it is never overwritten."""
    shop = RoughShop(tmp_path)
    shop.file("people.csv", "First Name,Last Name,Email,Title\nAda,Lovelace,ada@gmail.com,Countess")
    with pytest.raises(NotApplied):
        shop.sync(lambda call: Fault.LOST_AFTER if call.writes else Fault.UNREACHABLE if late(shop) else None)
    shop.edit(shop.contact("Lovelace").id, title="Lady", email="lady@gmail.com")
    shop.sync()
    shop.file("people.csv", "First Name,Last Name,Email,Title\nAda,Lovelace,ada@gmail.com,Programmer", day=2)
    shop.sync()
    found = shop.contact("Lovelace")
    assert found.title == "Lady"
    assert [text for _, text in shop.entries()] == ["Imported from people.csv"]


def test_a_plan_is_not_applied_once_the_ledger_has_moved_on(shop: RoughShop) -> None:
    """A sealed plan is refused when something was written after it was made."""
    first = shop.sync(None, *TO_PLAN)
    shop.run("apply", run=first.run)
    with pytest.raises(StateRefused, match="out of date"):
        shop.run("apply", run=first.run)


def test_with_writes_off_nothing_is_sent(tmp_path: Path) -> None:
    """With `crm.writes = false` a run ends with a plan, a sentence that says so, and an untouched ledger."""
    shop = RoughShop(tmp_path, crm={"writes": False})
    shop.file("people.csv", PEOPLE)
    work = shop.sync()
    assert shop.writes == []
    assert states(shop) == {}
    assert summary.verdict(work).startswith("Writes are off")

"""Apply over a rough line: each effect once, whatever the calls meet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.errors import AccessError, Ambiguous, NotApplied, Rejected, StateRefused
from pipelines.report import summary
from pipelines.workspace import Workspace
from tests.pipelines.faults import Fault, RoughShop, Rule, on
from tests.pipelines.truth import states
from tests.pipelines.workshop import TO_PLAN, TO_RESOLVE

PEOPLE = """
    First Name,Last Name,Email,Title
    Ada,Lovelace,ada@gmail.com,Countess
    Alan,Turing,alan@gmail.com,Fellow
    Grace,Hopper,grace@gmail.com,Admiral
    Kurt,Gödel,kurt@gmail.com,Professor
"""

NAMES = ("ada", "alan", "grace", "kurt")


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> RoughShop:
    """Four people in the inbox, planned as run `first`."""
    return planned(tmp_path_factory.mktemp("four"), PEOPLE)


@pytest.fixture
def shop(four: RoughShop, tmp_path: Path) -> RoughShop:
    """Give a workshop of its own, with four people planned, to one test."""
    return four.twin(tmp_path)


def planned(root: Path, text: str, **sections: Any) -> RoughShop:
    """A workshop with these people in its inbox, planned as run `first`, and an empty CRM."""
    shop = RoughShop(root, **sections)
    shop.file("people.csv", text)
    shop.sync(None, *TO_PLAN, run="first")
    return shop


def apply(shop: RoughShop, rule: Rule | None = None) -> Workspace:
    """Carry out the first plan under this rule."""
    return shop.sync(rule, "apply", run="first")


def assert_in_step(shop: RoughShop) -> None:
    """Assert that each of the four people is there once with one entry, and that there is nothing more to send."""
    assert sorted(contact.last_name for contact in shop.contacts()) == ["Gödel", "Hopper", "Lovelace", "Turing"]
    assert sorted(shop.entries()) == [(f"{name}@gmail.com", "Imported from people.csv") for name in NAMES]
    shop.again()
    assert shop.writes == []


def test_a_create_whose_answer_is_lost_is_found_by_its_mark(shop: RoughShop) -> None:
    """A contact whose creation was applied but not heard of is found in the same run, and gets its entry there too."""
    faults = {1: Fault.LOST_AFTER, 2: Fault.FAILED_AFTER, 3: Fault.GARBLED_AFTER}
    work = apply(shop, lambda call: faults.get(call.number) if call.what == "POST contacts" else None)
    assert work.reports["apply"].counts["unsure"] == 3
    assert states(shop) == {"DONE": 8}
    assert shop.writes.count("POST contacts") == 4
    assert_in_step(shop)


def test_a_create_that_never_arrived_is_made_by_the_same_run(shop: RoughShop) -> None:
    """A creation that broke off before the server did anything is sent once more, and gets its entry there too."""
    apply(shop, on("POST contacts", Fault.LOST_BEFORE, 3))
    assert shop.writes == ["POST contacts"] * 5 + ["POST activities"] * 4
    assert_in_step(shop)


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.LOST_AFTER])
def test_an_entry_is_logged_exactly_once(shop: RoughShop, fault: Fault) -> None:
    """An entry whose answer was lost is read back by its key, and sent again only when it is not there."""
    apply(shop, on("POST activities", fault, 1, 4))
    assert shop.writes.count("POST activities") == (6 if fault is Fault.LOST_BEFORE else 4)
    assert_in_step(shop)


def test_what_a_run_sent_for_an_earlier_one_is_in_its_table(shop: RoughShop) -> None:
    """An entry that an earlier run owed stands in the table `applied` of the run that sent it."""
    apply(shop, on("POST activities", Fault.LOST_BEFORE, 1, 5))
    shop.again()
    assert [(row["kind"], row["state"], row["attempts"]) for row in shop.rows("applied")] == [("log", "DONE", 3)]


def test_one_call_that_is_cut_off_does_not_end_the_run(tmp_path: Path) -> None:
    """A batch of a single call that fails is looked for, and the run goes on."""
    shop = planned(tmp_path, "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com")
    apply(shop, on("POST contacts", Fault.LOST_AFTER))
    assert shop.writes == ["POST contacts", "POST activities"]
    assert [text for _, text in shop.entries()] == ["Imported from people.csv"]


def test_a_company_whose_answer_is_lost_is_linked_in_the_same_run(tmp_path: Path) -> None:
    """Contacts are written after the companies that were cut off have been looked for."""
    shop = planned(tmp_path, "First Name,Last Name,Email,Company\nAda,Lovelace,ada@engines.example,Engines")
    apply(shop, on("POST companies", Fault.LOST_AFTER))
    (company,) = shop.companies()
    assert shop.contact("Lovelace").company_id == company.id
    shop.again()
    assert shop.writes == []


def test_what_is_refused_is_set_aside_and_the_others_go_on(shop: RoughShop) -> None:
    """A refused contact is listed with its reason, and sent again only once there is something else to send."""
    work = apply(shop, on("POST contacts", 400, 1))
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


@pytest.fixture(scope="module")
def nine(tmp_path_factory: pytest.TempPathFactory) -> RoughShop:
    """Nine people, of whom one is written at a time and three may be refused, planned as run `first`."""
    names = "\n".join(f"A,L{n},a{n}@gmail.com" for n in range(9))
    limits = {"concurrency": 1, "threads": 1, "max_refusals": 3}
    return planned(tmp_path_factory.mktemp("nine"), f"First Name,Last Name,Email\n{names}", limits=limits)


def test_a_single_row_that_may_not_be_written_is_set_aside(nine: RoughShop, tmp_path: Path) -> None:
    """One 403 is a matter of its row: it is listed with the CRM's words and request, and the others go on."""
    shop = nine.twin(tmp_path)
    work = apply(shop, on("POST contacts", 403, 3))
    assert work.reports["apply"].counts["refused"] == 1
    assert len(shop.contacts()) == 8
    (row,) = [row for row in shop.rows("applied") if row["state"] == "REJECTED"]
    assert (row["reason"], row["request_id"]) == ("403 no", "r-1")


def test_without_the_right_to_write_the_run_stops(nine: RoughShop, tmp_path: Path) -> None:
    """Many 403s of one kind end the run in one line, and none of their rows is taken for refused."""
    shop = nine.twin(tmp_path)
    with pytest.raises(AccessError, match=r"POST …/contacts: 4 calls were refused.*403 no"):
        apply(shop, on("POST contacts", 403))
    assert shop.writes == ["POST contacts"] * 4
    assert states(shop) == {"INTENT": 18}
    shop.again()
    assert len(shop.contacts()) == 9


def test_many_refusals_of_one_kind_end_the_run(nine: RoughShop, tmp_path: Path) -> None:
    """Past the limit it is no matter of single rows; what was refused stays so, the rest is sent by the next run."""
    shop = nine.twin(tmp_path)
    with pytest.raises(Rejected, match=r"POST …/contacts: 4 calls were refused.*400 no"):
        apply(shop, on("POST contacts", 400))
    assert states(shop) == {"REJECTED": 4, "INTENT": 14}
    shop.again()
    assert len(shop.contacts()) == 5


@pytest.fixture(scope="module")
def employed(tmp_path_factory: pytest.TempPathFactory) -> RoughShop:
    """Six people of six companies, of whom one is written at a time, planned as run `first`."""
    names = "\n".join(f"A,L{n},a{n}@c{n}.example,C{n}" for n in range(6))
    limits, text = {"concurrency": 1, "threads": 1}, f"First Name,Last Name,Email,Company\n{names}"
    return planned(tmp_path_factory.mktemp("employed"), text, limits=limits)


@pytest.mark.parametrize("status", [404, 405])
def test_a_crm_that_takes_no_companies_gets_contacts_without(employed: RoughShop, tmp_path: Path, status: int) -> None:
    """The first refusal is remembered, contacts are written without a company, and the run says so."""
    shop = employed.twin(tmp_path)
    work = shop.sync(on("POST companies", status), "plan", "apply")
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
    with pytest.raises(NotApplied, match=r"POST …/contacts: the connection to .* failed"):
        apply(shop, lambda call: Fault.UNREACHABLE if call.writes else None)
    assert set(shop.writes) == {"POST contacts"}
    assert states(shop) == {"INTENT": 8}
    shop.again()
    assert_in_step(shop)


def test_a_crm_that_fails_every_call_ends_the_run(shop: RoughShop) -> None:
    """When every call of a batch is cut off the run ends, and the next one looks for them before it sends."""
    with pytest.raises(Ambiguous):
        apply(shop, lambda call: Fault.LOST_AFTER if call.writes else None)
    assert states(shop) == {"SENT": 4, "INTENT": 4}
    shop.again()
    assert shop.writes == ["POST activities"] * 4
    assert_in_step(shop)


def titled(title: str) -> str:
    """A file in which Ada has this title."""
    return f"First Name,Last Name,Email,Title\nAda,Lovelace,ada@gmail.com,{title}"


@pytest.fixture(scope="module")
def promoted(tmp_path_factory: pytest.TempPathFactory) -> RoughShop:
    """Ada is in the CRM and has another title by now, which is not planned yet."""
    shop = planned(tmp_path_factory.mktemp("promoted"), titled("Countess"))
    apply(shop)
    shop.file("people.csv", titled("Mathematician"), day=2)
    shop.sync(None, *TO_RESOLVE)
    return shop


@pytest.mark.parametrize("also", [{}, {"imported_activity": "change"}])
def test_an_update_whose_answer_is_lost_stays_ours(promoted: RoughShop, tmp_path: Path, also: dict[str, str]) -> None:
    """What arrived with an update that was cut off is not taken for a human's: the sources may change it again."""
    shop = promoted.twin(tmp_path)
    shop.sections["crm"] = also
    shop.sync(on("PUT contacts/*", Fault.LOST_AFTER, 1, 2), "plan", "apply")
    assert "PUT contacts/*" in shop.writes
    shop.file("people.csv", titled("Programmer"), day=3)
    shop.sync()
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
    shop.again()
    shop.file("people.csv", "First Name,Last Name,Email,Title\nAda,Lovelace,ada@gmail.com,Programmer", day=2)
    shop.sync()
    found = shop.contact("Lovelace")
    assert found.title == "Lady"
    assert [text for _, text in shop.entries()] == ["Imported from people.csv"]


def test_a_plan_is_not_applied_once_the_ledger_has_moved_on(shop: RoughShop) -> None:
    """A sealed plan is refused when something was written after it was made."""
    apply(shop)
    with pytest.raises(StateRefused, match="out of date"):
        apply(shop)


def test_with_writes_off_nothing_is_sent(tmp_path: Path) -> None:
    """With `crm.writes = false` a run ends with a plan, a sentence that says so, and an untouched ledger."""
    shop = RoughShop(tmp_path, crm={"writes": False})
    shop.file("people.csv", PEOPLE)
    work = shop.sync()
    assert shop.writes == []
    assert states(shop) == {}
    assert summary.verdict(work).startswith("Writes are off")

"""What was sent, was looked for and is surely not there is sent again until it arrives, later each time."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path

import pytest
from rich.console import Console

from connectors.errors import BridgeError
from pipelines.report import summary
from pipelines.workspace import Workspace
from tests.pipelines.faults import Call, Fault, RoughShop, Rule, on
from tests.pipelines.truth import states, unsound
from tests.pipelines.workshop import AGAIN, SYNC

HEADER = "First Name,Last Name,Email"
CROWD = 40


def shop_of(root: Path, people: int = 1, **sections: object) -> RoughShop:
    """A workshop with so many people in its inbox."""
    shop = RoughShop(root, **sections)
    rows = "\n".join(f"Ada{n},Lovelace{n},ada{n}@a.example" for n in range(people))
    shop.file("a.csv", f"{HEADER}\n{rows}")
    return shop


def lost(what: str, times: int) -> Rule:
    """The rule that the first calls of a kind break off before the server has done anything, in all runs together."""
    left = times

    def rule(call: Call) -> Fault | None:
        nonlocal left
        if call.what != what or left == 0:
            return None
        left -= 1
        return Fault.LOST_BEFORE

    return rule


def shown(work: Workspace) -> str:
    """The table of a run, as people see it."""
    console = Console(file=io.StringIO(), width=200)
    summary.show(work, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_after_two_outages_everybody_arrives(tmp_path: Path) -> None:
    """Nobody is given up because the CRM was down twice: the next run in fair weather brings all of them."""
    shop = shop_of(tmp_path, CROWD)
    for _ in range(2):
        with suppress(BridgeError):
            shop.sync(on("POST contacts", 502))
    healthy = shop.sync(None, *SYNC, "verify")
    assert len(shop.contacts()) == len(shop.entries()) == CROWD
    assert states(shop) == {"DONE": 2 * CROWD}
    assert "a second plan would be empty" in shown(healthy)
    assert unsound(shop) == []


@pytest.mark.parametrize("what", ["POST contacts", "POST activities"])
def test_what_is_surely_absent_is_sent_again_by_the_same_run(tmp_path: Path, what: str) -> None:
    """One answer lost on the way: the run looks, finds nothing, sends it once more, and owes nothing."""
    shop = shop_of(tmp_path, 3)
    work = shop.sync(lost(what, 1), *SYNC, "verify")
    assert shop.writes.count(what) == 4
    assert states(shop) == {"DONE": 6}
    assert "owed" not in work.reports["apply"].counts
    assert "a second plan would be empty" in shown(work)


def test_a_run_that_owes_something_says_so(tmp_path: Path) -> None:
    """What never arrived is in the table, in the sentence and in the counts; nothing is claimed of a second plan."""
    shop = shop_of(tmp_path, 3)
    work = shop.sync(on("POST contacts", Fault.LOST_BEFORE, 1, 4), *SYNC, "verify")
    assert len(shop.contacts()) == 2
    assert work.reports["apply"].counts["owed"] == 1
    table = shown(work)
    assert "1  write owed" in table
    assert "a second plan would be empty" not in table
    assert "1 owed" in summary.verdict(work)
    assert summary.set_aside(work) == 1


def test_an_entry_that_is_owed_is_told_too(tmp_path: Path) -> None:
    """All contacts are there and one entry is not: that is no empty second plan."""
    shop = shop_of(tmp_path, 3)
    work = shop.sync(on("POST activities", Fault.LOST_BEFORE, 1, 4), *SYNC, "verify")
    assert work.reports["apply"].counts["owed"] == 1
    assert work.reports["verify"].counts["remaining"] == 0
    assert "a second plan would be empty" not in shown(work)


def test_what_is_not_due_yet_is_left_alone_and_owed(tmp_path: Path) -> None:
    """After many losses the next attempt waits its time, over runs, and each run says what it owes."""
    shop = shop_of(tmp_path, 1)
    shop.sync()
    shop.file("b.csv", f"{HEADER}\nEve,Evans,eve@e.example", day=2)
    shop.sync(on("POST contacts", Fault.LOST_BEFORE))
    with shop.work().ledger() as ledger:
        (create,) = [one for one in ledger.journal.in_state("INTENT") if one.kind == "create"]
        for _ in range(9):
            ledger.journal.mark_sent("before", [create])
            ledger.journal.end(create, "SENT", "the answer was lost", doubt=True)
    work = shop.sync(None, *AGAIN, "verify")
    assert shop.writes == []
    assert work.reports["apply"].counts["owed"] == 1
    assert "already agrees" not in summary.verdict(work)
    assert "owed" in summary.verdict(work)
    assert states(shop)["INTENT"] == 2


def test_a_setting_says_when_to_give_up(tmp_path: Path) -> None:
    """After `limits.max_lost_answers` it is no more sent by itself, and said to be given up; a retry takes it up."""
    shop = shop_of(tmp_path, 1, limits={"threads": 1, "max_lost_answers": 2})
    shop.sync(on("POST contacts", Fault.LOST_BEFORE))
    assert shop.writes == ["POST contacts"] * 2
    work = shop.again()
    assert shop.writes == []
    assert work.reports["apply"].counts["given_up"] == 1
    assert "crm-bridge retry" in summary.verdict(work)
    with shop.work().ledger() as ledger:
        for lost_one in ledger.journal.lost():
            ledger.journal.end(lost_one.operation, "INTENT", "taken up again by hand", certain=True)
    shop.again()
    assert len(shop.contacts()) == 1


def test_a_create_that_arrives_later_than_anybody_waits_is_ours_all_the_same(tmp_path: Path) -> None:
    """The next run meets its mark: the contact gets its entry, and what the sources say later is written."""
    shop = shop_of(tmp_path, 1)
    shop.sync(on("POST contacts", Fault.LOST_BEFORE, 1, 2))
    with shop.work().ledger() as ledger:
        (create,) = [one for one in ledger.journal.in_state("INTENT") if one.kind == "create"]
    late = shop.type_in(
        first_name="Ada0", last_name="Lovelace0", email="ada0@a.example", properties=create.body["properties"]
    )
    shop.sync()
    assert len(shop.timeline(late.id)) == len(shop.entries()) == 1
    assert states(shop) == {"DONE": 2}
    shop.file("a.csv", f"{HEADER},Title\nAda0,Lovelace0,ada0@a.example,Countess", day=2)
    shop.sync()
    shop.file("a.csv", f"{HEADER},Title\nAda0,Lovelace0,ada0@a.example,Duchess", day=3)
    shop.sync()
    assert shop.contact(late.id).title == "Duchess"
    assert unsound(shop) == []


def test_a_contact_waits_for_its_company_that_is_owed(tmp_path: Path) -> None:
    """Its company never arrived, so it is not linked: that is owed and told, and no failure of the run."""
    shop = RoughShop(tmp_path)
    shop.file("a.csv", f"{HEADER},Company,Website\nAda,Lovelace,ada@engines.example,Engines,engines.example")
    work = shop.sync(on("POST companies", Fault.LOST_BEFORE, 1, 2), *SYNC, "verify")
    assert len(shop.contacts()) == 1
    assert work.reports["verify"].counts["remaining"] == 0
    assert work.reports["verify"].counts["left"] > 0
    assert "1  write owed" in shown(work)
    shop.sync()
    assert shop.contact("ada@engines.example").company is not None


def test_an_entry_that_was_never_sent_is_never_unknown(tmp_path: Path) -> None:
    """Where nobody can tell whether an entry is there, the run leaves it owed; the next one logs it, and all others."""
    shop = shop_of(tmp_path, 4)
    with suppress(BridgeError):
        shop.sync(on("POST activities", Fault.UNREACHABLE))
    assert states(shop) == {"DONE": 4, "INTENT": 4}
    work = shop.again(on("GET contacts/*/activities", 404, 1))
    assert (states(shop), work.reports["apply"].counts["owed"]) == ({"DONE": 7, "INTENT": 1}, 1)
    shop.again()
    assert states(shop) == {"DONE": 8}
    assert unsound(shop) == []

"""After a run, what was written is read back and planned again: nothing is left to do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.applying.intentions import HELD
from tests.pipelines.faults import RoughShop, on
from tests.pipelines.workshop import AGAIN, SYNC, TO_PLAN

HEADER = "ID,First name,Last name,Email,Phone,Title,Tags,Company,Website"
ADA = "1,Ada,Lovelace,ada@acme.com;a2@acme.com,312-555-0101,Countess,vip;new,Acme,acme.com"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> RoughShop:
    """A workshop with two people, one of them at a company, planned as run `first`."""
    shop = RoughShop(tmp_path_factory.mktemp("planned"))
    shop.file("a.csv", f"{HEADER}\n{ADA}\n2,Alan,Turing,alan@b.example,312-555-0102,Fellow,,,")
    shop.sync(None, *TO_PLAN, run="first")
    return shop


@pytest.fixture
def shop(planned: RoughShop, tmp_path: Path) -> RoughShop:
    """Give those two people to one test."""
    return planned.twin(tmp_path)


def test_after_creates_and_updates_a_second_plan_is_empty(shop: RoughShop) -> None:
    """Contacts, companies, tags and further keys that were just written are all found as planned."""
    created = shop.sync(None, "apply", "verify", run="first")
    assert created.reports["verify"].counts == {
        "remaining": 0,
        "read_back": 2,
        "not_read_back": 0,
        "changed_again": 0,
        "left": 0,
    }
    shop.file("a.csv", f"{HEADER}\n{ADA.replace('Countess', 'Lady').replace('vip;new', 'vip;hot')}", day=2)
    updated = shop.sync(None, *SYNC, "verify")
    assert updated.reports["verify"].counts == {
        "remaining": 0,
        "read_back": 1,
        "not_read_back": 0,
        "changed_again": 0,
        "left": 0,
    }
    assert shop.calls[-1].what == "GET contacts/*"


def test_a_run_that_wrote_nothing_asks_nothing(shop: RoughShop) -> None:
    """After a run without changes no contact is read again."""
    shop.sync(None, "apply", run="first")
    before = shop.again()
    calls = len(shop.calls)
    again = shop.sync(None, *AGAIN, "verify")
    assert before.reports["apply"].counts["calls"] == 0
    assert len(shop.calls) == calls
    assert again.reports["verify"].counts["remaining"] == 0


def test_many_are_read_back_by_the_page(tmp_path: Path) -> None:
    """Thirty created contacts take a page of the list, not thirty calls."""
    shop = RoughShop(tmp_path)
    people = "\n".join(f"{n},A{n},N{n},a{n}@acme.com" for n in range(30))
    shop.file("a.csv", f"ID,First name,Last name,Email\n{people}")
    work = shop.sync(None, *SYNC, "verify")
    assert work.reports["verify"].counts["remaining"] == 0
    assert work.reports["verify"].counts["read_back"] == 30
    assert "GET contacts/*" not in {call.what for call in shop.calls}


def test_what_was_refused_is_listed_and_not_held_against_the_plan(shop: RoughShop) -> None:
    """A refused contact stands in `applied`; the check is about everything else."""
    work = shop.sync(on("POST contacts", 400, 1), "apply", "verify", run="first")
    assert work.reports["verify"].counts["remaining"] == 0
    assert work.reports["verify"].counts["left"] == 2
    assert sorted(row["state"] for row in shop.rows("applied")) == ["DONE"] * 3 + ["INTENT", "REJECTED"]


@pytest.mark.parametrize(
    ("call", "row"),
    [
        ("PUT contacts/*", "2,Alan,Turing,alan@b.example,312-555-0102,Professor,,,"),
        ("POST contacts", "3,Grace,Hopper,grace@c.example,,Admiral,,,"),
    ],
)
def test_what_was_refused_in_an_earlier_run_fails_no_later_one(shop: RoughShop, call: str, row: str) -> None:
    """A row that the CRM refused is not sent in the same words again: it is in `skipped`, and that is all."""
    shop.sections = {"crm": {"imported_activity": "never"}}
    shop.sync()
    shop.file("a.csv", f"{HEADER}\n{ADA}\n{row}", day=2)
    refused = shop.sync(on(call, 400), *SYNC, "verify")
    assert refused.reports["apply"].counts["refused"] == 1
    shop.file("c.csv", f"{HEADER}\n4,Emmy,Noether,emmy@d.example,,Professor,,,", day=3)
    later = shop.sync(None, *SYNC, "verify")
    assert later.reports["apply"].counts["contacts_create_done"] == 1
    assert later.reports["verify"].counts["remaining"] == 0
    assert {row["reason"] for row in shop.rows("skipped")} == {HELD["REJECTED"]}


def test_an_email_that_collided_is_not_held_against_the_plan(shop: RoughShop) -> None:
    """A contact that was sent without its e-mail, since somebody has just typed it in elsewhere, is in `collisions`."""

    def typed_in() -> None:
        with ThreadPoolExecutor(1) as human:
            human.submit(shop.type_in, first_name="Eve", last_name="Other", email="alan@b.example").result()

    shop.sections = {"crm": {"imported_activity": "change"}}
    work = shop.sync(on("POST contacts", typed_in, 1), *SYNC, "verify")
    assert work.reports["apply"].counts["sent_without_key"] == 1
    assert work.reports["verify"].counts["remaining"] == 0


def test_what_the_crm_did_not_keep_is_noticed(shop: RoughShop) -> None:
    """A field that stands otherwise than the CRM answered a moment ago is counted and named."""
    work = shop.sync(None, "apply", run="first")
    ada = shop.contact("Lovelace")
    shop.edit(ada.id, title="Overwritten by a workflow")
    again = shop.run("verify", run=work.run)
    assert again.reports["verify"].counts["changed_again"] == 1
    (row,) = [row for row in shop.rows("read_back") if not row["as_written"]]
    assert (row["crm_id"], row["differs"]) == (ada.id, ["title"])


def test_a_plan_that_would_go_on_for_ever_fails_the_check(shop: RoughShop) -> None:
    """Where the sources win and something in the CRM undoes the write at once, the check says what remains."""
    shop.sections = {"fields": {"title": {"policy": "source_wins"}}}
    work = shop.sync(None, "plan", "apply", run="first")
    shop.edit(shop.contact("Lovelace").id, title="Overwritten by a workflow")
    again = shop.run("verify", run=work.run)
    assert again.reports["verify"].counts["remaining"] == 1
    assert [row["field"] for row in shop.rows("remaining")] == ["title"]

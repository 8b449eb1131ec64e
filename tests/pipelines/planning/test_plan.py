"""The plan compares what we wrote, what stands there and what the sources say, and a human's edit wins.

One world for all: people are synced, a human edits the CRM, the sources change, and the next plan is looked at.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.workshop import TO_PLAN, Workshop

HEADER = "ID,First name,Last name,Email,Phone,Title,Department,Tags"
BEFORE = f"""{HEADER}
1,Cleared,A,cleared@acme.com,,CEO,,
2,Edited,B,edited@acme.com,,CEO,,
3,Same,C,same@acme.com,,CEO,,
4,Ours,D,ours@acme.com,,CEO,,
5,Untagged,E,untagged@acme.com,,,,vip;new
6,Archived,F,archived@acme.com,,CEO,,
7,Deleted,G,deleted@acme.com,,CEO,,
8,Phone,H,phone@acme.com,312-555-0101,,,
9,Case,I,Case@Acme.com,,,,
10,Agreed,J,agreed@acme.com,,CEO,,
11,Empty,K,empty@acme.com,,,,"""
AFTER = f"""{HEADER}
1,Cleared,A,cleared@acme.com,,CFO,,
2,Edited,B,edited@acme.com,,CFO,,
3,Same,C,same@acme.com,,CEO,,
4,Ours,D,ours@acme.com,312-555-0199,CFO,,
5,Untagged,E,untagged@acme.com,,,,vip;new;hot
6,Archived,F,archived@acme.com,,CFO,,
7,Deleted,G,deleted@acme.com,,CFO,,
8,Phone,H,phone@acme.com,(312) 555-0101,,,
9,Case,I,CASE@acme.com,,,,
10,Agreed,J,agreed@acme.com,,CFO,,
11,Empty,K,empty@acme.com,,Buyer,Sales,"""

Row = dict[str, Any]


def settle(shop: Workshop) -> Workshop:
    """Sync once, edit the CRM by hand, change the sources."""
    shop.file("people.csv", BEFORE, day=1)
    shop.run()
    edits: dict[str, Row] = {
        "A": {"title": None},
        "B": {"title": "Chair"},
        "C": {"title": "Chair"},
        "F": {"status": "archived"},
        "H": {"phone": "(312) 555-0101"},
        "I": {"email": "CASE@ACME.COM"},
        "J": {"title": "CFO"},
        "K": {"department": "Purchasing"},
    }
    for last_name, changes in edits.items():
        shop.edit(shop.contact(last_name).id, **changes)
    shop.untag(shop.contact("E").id, "vip")
    shop.remove(shop.contact("G").id)
    shop.file("people.csv", AFTER, day=2)
    return shop


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """The settled world and its next plan: to be looked at only."""
    shop = settle(Workshop(tmp_path_factory.mktemp("world")))
    shop.run(*TO_PLAN)
    return shop


@pytest.fixture
def mine(world: Workshop, tmp_path: Path) -> Workshop:
    """A copy of the world that a test may change."""
    shutil.copytree(world.root, tmp_path / "world")
    return Workshop(tmp_path / "world")


def of(shop: Workshop, person: str) -> list[Row]:
    """The plan's rows about one person, by first name, without their logs."""
    ids = {row["person_id"] for row in shop.rows("golden") if row["first_name"] == person}
    return [row for row in shop.rows("plan", order="number") if row["entity_id"] in ids and row["op"] != "log"]


def briefly(rows: list[Row]) -> list[tuple[Any, ...]]:
    """What of a row matters most."""
    return [(row["field"], row["current"], row["proposed"], row["decision"]) for row in rows]


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("Cleared", [("title", None, "CFO", "keep")]),
        ("Edited", [("title", "Chair", "CFO", "keep")]),
        ("Same", []),
        ("Ours", [("phone", None, "+13125550199", "write"), ("title", "CEO", "CFO", "write")]),
        ("Untagged", [("tags", None, "hot", "write")]),
        ("Phone", []),
        ("Case", []),
        ("Agreed", []),
        ("Empty", [("department", "Purchasing", "Sales", "keep"), ("title", None, "Buyer", "write")]),
    ],
)
def test_field_is_judged_three_ways(world: Workshop, person: str, expected: list[tuple[Any, ...]]) -> None:
    """Ours and changed at the source: written. Edited or cleared by a human: kept, and told if the source changed.

    Empty and never ours: filled. Formatted otherwise, re-cased, or agreed by now: nothing to say.
    """
    assert briefly(of(world, person)) == expected


def test_rules_say_why(world: Workshop) -> None:
    """Each in words, with what we had written as the base."""
    rules = {
        (row["base"], row["rule"]) for person in ("Cleared", "Edited", "Ours", "Empty") for row in of(world, person)
    }
    assert rules == {
        ("CEO", "a human cleared it, and the sources changed"),
        ("CEO", "a human changed it, and so did the sources"),
        ("CEO", "ours, and the sources changed"),
        (None, "fills an empty field"),
        (None, "it was there before us"),
    }


def test_archived_and_deleted_contacts_are_left_alone_and_listed(world: Workshop) -> None:
    """Neither revived nor created again."""
    found = [(row["op"], row["decision"], row["rule"]) for row in (*of(world, "Archived"), *of(world, "Deleted"))]
    assert found == [
        ("update", "review", "archived in the CRM: left alone"),
        ("update", "review", "deleted in the CRM: not created again"),
    ]
    assert len(world.rows("gone_contacts")) == 1


def test_every_written_value_has_its_evidence(world: Workshop) -> None:
    """Source, file and row, except for our own marks and the entries in the timeline."""
    written = [row for row in world.rows("plan") if row["decision"] == "write" and row["op"] != "log"]
    assert len(written) == 4
    assert all(row["source"] == "inbox" and row["file"] == "people.csv" and row["row"] is not None for row in written)
    (title,) = [row for row in of(world, "Ours") if row["field"] == "title"]
    assert title["row"] == 3


def test_counts_are_those_of_the_plan(world: Workshop) -> None:
    """By contact and by field."""
    counts = {row["name"]: row["rows"] for row in world.rows("plan_counts")}
    assert counts == {
        "contacts_created": 0,
        "contacts_updated": 3,
        "contacts_unchanged": 6,
        "contacts_overwritten": 1,
        "contacts_retracted": 0,
        "held_for_review": 2,
        "companies_created": 0,
        "companies_updated": 0,
        "companies_unchanged": 0,
        "activities_logged": 0,
        "fields_written": 4,
        "fields_kept": 3,
        "conflicts": 2,
        "values_omitted": 0,
        "opted_out_skipped": 0,
    }


@pytest.mark.parametrize(
    ("policy", "written"),
    [
        ("source_wins", {"Cleared": "CFO", "Edited": "CFO", "Same": "CEO", "Ours": "CFO", "Empty": "Buyer"}),
        ("fill_empty", {"Empty": "Buyer"}),
    ],
)
def test_policy_of_a_field_decides(mine: Workshop, policy: str, written: dict[str, str]) -> None:
    """`source_wins` overwrites a human's edit, `fill_empty` never overwrites anything, not even what is ours."""
    mine.sections = {"fields": {"title": {"policy": policy}, "tags": {"policy": policy}}}
    mine.run("plan", run="policy")
    rows = [row for row in mine.rows("plan") if row["field"] == "title" and row["decision"] == "write"]
    names = {row["person_id"]: row["first_name"] for row in mine.rows("golden")}
    assert {names[row["entity_id"]]: row["proposed"] for row in rows} == written
    tags = {row["proposed"] for row in mine.rows("plan") if row["field"] == "tags" and row["decision"] == "write"}
    assert tags == ({"vip", "hot"} if policy == "source_wins" else set())


def test_plan_is_carried_out_and_the_next_one_is_empty(mine: Workshop) -> None:
    """What was kept stays kept, what a human took away stays away, and nothing is left to write."""
    mine.run("plan", "apply")
    titles = {contact.last_name: contact.title for contact in mine.contacts()}
    named = {"B": "Chair", "C": "Chair", "D": "CFO", "F": "CEO", "J": "CFO", "K": "Buyer"}
    assert titles == {**dict.fromkeys("AEHI"), **named}
    assert sorted(mine.contact("E").tags) == ["hot", "new"]
    assert mine.contact("F").status == "archived"
    assert mine.contact("H").phone == "(312) 555-0101"
    mine.run(*TO_PLAN)
    assert [row for row in mine.rows("plan") if row["decision"] == "write"] == []

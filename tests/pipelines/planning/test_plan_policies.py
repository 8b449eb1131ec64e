"""Policies beyond the default, clears, and lists: who wins where the CRM and the sources differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.workshop import TO_CLEAN, TO_PLAN, TO_RESOLVE, Workshop

HEADER = "ID,First name,Last name,Email,Phone,Title,Department,Tags,Modified"
COLUMNS = {"modified_at": "Modified"}
AGAIN = ("snapshot", "resolve", "plan", "apply")
EMAILS = "ada@acme.com;a1@acme.com;a2@acme.com"


def row(**fields: str) -> str:
    """A CSV row about Ada."""
    given = {"ID": "1", "First name": "Ada", "Last name": "Lovelace", "Email": EMAILS, **fields}
    return f"{HEADER}\n{','.join(given.get(name, '') for name in HEADER.split(','))}"


def source(**more: Any) -> dict[str, Any]:
    """The settings of the one source."""
    return {"inbox": {"kind": "csv_file", "options": {"path": "inbox"}, "columns": COLUMNS, **more}}


def rows(shop: Workshop, *decisions: str) -> list[tuple[Any, ...]]:
    """The plan's rows with these decisions, briefly; without entries of the timeline."""
    found = shop.rows("plan", order="number")
    return [
        (one["field"], one["current"], one["proposed"], one["change"], one["decision"])
        for one in found
        if one["op"] != "log" and (not decisions or one["decision"] in decisions)
    ]


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Ada is in the CRM, with a title, a phone, further e-mails and tags, all of them ours."""
    shop = Workshop(tmp_path_factory.mktemp("synced"), sources=source())
    shop.file("a.csv", row(Title="CEO", Phone="312-555-0100", Tags="vip;new;lead"))
    shop.run()
    return shop


@pytest.fixture
def ours(synced: Workshop, tmp_path: Path) -> Workshop:
    """Give Ada as she was synced to one test."""
    return synced.twin(tmp_path)


MODIFIED = {"Undated": "", "Future": "2099-01-01T00:00:00Z", "Past": "2026-01-03T00:00:00Z"}
"""People by the moment at which the source says that it has changed them."""


@pytest.fixture(scope="module")
def both_changed(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Titles that a human and the source have both changed since we wrote them, not planned yet."""
    shop = Workshop(tmp_path_factory.mktemp("both"), sources=source())
    for day, title in ((1, "CEO"), (2, "CFO")):
        people = [
            f"{n},Ada,{name},a{n}@acme.com,,{title},,,{modified}" for n, (name, modified) in enumerate(MODIFIED.items())
        ]
        shop.file("a.csv", "\n".join((HEADER, *people)), day=day)
        if day == 1:
            shop.run()
            for name in MODIFIED:
                shop.edit(shop.contact(name).id, title="Chair")
    shop.run(*TO_CLEAN, "snapshot")
    return shop


@pytest.mark.parametrize(
    ("policy", "decisions"),
    [
        ("crm_wins", {"Undated": "keep"}),
        ("fill_empty", {"Undated": "keep"}),
        ("review", {"Undated": "review"}),
        ("source_wins", {"Undated": "write"}),
        ("newest", {"Future": "write", "Past": "keep", "Undated": "keep"}),
    ],
)
def test_a_field_that_both_changed_is_a_conflict_that_its_policy_decides(
    both_changed: Workshop, tmp_path: Path, policy: str, decisions: dict[str, str]
) -> None:
    """Whoever wins, the plan has a row that says so, marked as a conflict, with all three values."""
    shop = both_changed.twin(tmp_path)
    shop.sections["fields"] = {"title": {"policy": policy}}
    shop.run("resolve", "plan", "apply")
    for name, decision in decisions.items():
        found = shop.contact(name)
        assert found.title == ("CFO" if decision == "write" else "Chair")
        (conflict,) = [one for one in shop.rows("plan") if one["conflict"] and one["crm_id"] == found.id]
        assert (conflict["base"], conflict["current"], conflict["proposed"]) == ("CEO", "Chair", "CFO")
        assert conflict["decision"] == decision


def test_review_writes_nothing_until_a_human_has_decided(shop: Workshop) -> None:
    """Neither a change of ours nor an empty field is written: both are listed. A new contact is created whole."""
    shop.sections = {"fields": {"title": {"policy": "review"}, "department": {"policy": "review"}}}
    shop.file("a.csv", row(Title="CEO"))
    shop.run()
    assert shop.contact("Lovelace").title == "CEO"
    shop.file("a.csv", row(Title="CFO", Department="Looms"), day=2)
    shop.run()
    assert rows(shop) == [
        ("department", None, "Looms", "fill", "review"),
        ("title", "CEO", "CFO", "overwrite", "review"),
    ]


@pytest.mark.parametrize(("how", "by_hand"), [({"blank_clears": True}, True), ({"clear_marker": "(none)"}, False)])
def test_a_source_that_says_there_is_nothing_clears_what_is_ours(
    ours: Workshop, how: dict[str, Any], by_hand: bool
) -> None:
    """A clear goes the way of any change: it is written over what is ours, and a human's edit stands."""
    shop = ours
    shop.sections = {"sources": source(**how)}
    if by_hand:
        shop.edit(shop.contact("Lovelace").id, title="Chair")
    nothing, tags = how.get("clear_marker", ""), "vip;new;lead"
    shop.file("a.csv", row(Title=nothing, Phone=nothing, Tags=tags), day=2)
    shop.run(*TO_PLAN)
    title = ("title", "Chair", None, "clear", "keep") if by_hand else ("title", "CEO", None, "clear", "write")
    assert rows(shop) == [("phone", "+13125550100", None, "clear", "write"), title]
    shop.run("apply", run=current_run(shop))
    found = shop.contact("Lovelace")
    assert (found.title, found.phone) == ("Chair" if by_hand else None, None)
    again = shop.run(*AGAIN)
    assert again.reports["apply"].counts["calls"] == 0
    shop.file("a.csv", row(Title="CTO", Phone=nothing, Tags=tags), day=3)
    shop.run()
    assert shop.contact("Lovelace").title == ("Chair" if by_hand else "CTO")


def test_a_property_that_we_cleared_is_still_ours_to_fill(shop: Workshop) -> None:
    """After our own clear a property is written again: what stands there is what we left, and no human's edit."""
    url = "https://www.linkedin.com/in/ada"
    shop.sections = {"sources": source(blank_clears=True, columns={"source_id": "ID", "linkedin_url": "Web"})}
    for day, cell in enumerate((url, "", url), 1):
        shop.file("a.csv", f"ID,First name,Last name,Email,Web\n1,Ada,Lovelace,ada@acme.com,{cell}", day=day)
        shop.run()
        assert shop.contact("Lovelace").properties.get("linkedin_url") == (cell or None)


def current_run(shop: Workshop) -> str:
    """The run that made the plan that is current."""
    return shop.work().lake.current()["plan"]


def test_a_blank_cell_says_nothing_unless_the_source_says_otherwise(ours: Workshop) -> None:
    """By default a value that a newer file leaves blank stays, and nothing is listed."""
    shop = ours
    shop.file("a.csv", row(), day=2)
    shop.run()
    assert rows(shop) == []
    assert shop.contact("Lovelace").title == "CEO"


def test_of_several_records_the_one_to_be_believed_first_may_clear(shop: Workshop) -> None:
    """A clear is the word of its record: it counts against the sources behind it, and not against those before it."""
    first = {"kind": "csv_file", "options": {"path": "inbox"}, "blank_clears": True}
    second = {"kind": "csv_file", "options": {"path": "more"}}
    shop.file("a.csv", "ID,First name,Last name,Email,Title,Department\n1,Ada,Lovelace,ada@acme.com,,Looms")
    shop.file(
        "b.csv", "ID,First name,Last name,Email,Title,Department\n1,Ada,Lovelace,ada@acme.com,CEO,Sales", folder="more"
    )
    for sources, title in (({"one": first, "two": second}, None), ({"two": second, "one": first}, "CEO")):
        shop.sections = {"sources": sources}
        shop.run(*TO_RESOLVE)
        (golden,) = shop.rows("golden")
        assert golden["title"] == title


@pytest.mark.parametrize("policy", ["crm_wins", "source_wins"])
def test_a_name_that_a_source_clears_waits_for_a_human(ours: Workshop, policy: str) -> None:
    """The CRM wants a first and a last name, so that none is ever sent as nothing; the rest of the row goes its way."""
    shop = ours
    shop.sections = {"sources": source(blank_clears=True), "fields": {"last_name": {"policy": policy}}}
    nameless = row(Title="CFO", Phone="312-555-0100", Tags="vip;new;lead").replace("Lovelace", "")
    shop.file("a.csv", nameless, day=2)
    shop.run()
    shop.run(*TO_PLAN)
    (change,) = [one for one in shop.rows("plan") if one["op"] != "log"]
    assert (change["field"], change["current"], change["proposed"]) == ("last_name", "Lovelace", None)
    assert (change["decision"], change["rule"]) == ("review", "the CRM wants a first and a last name")
    assert (shop.contact("Lovelace").title, change["file"], change["row"]) == ("CFO", "a.csv", 0)


def test_a_cleared_name_waits_for_a_human_without_an_id_as_well(shop: Workshop) -> None:
    """A row without an id is another record once its name has changed: what its file said before has no say then."""
    header = "First name,Last name,Email,Title"
    shop.sections = {"sources": source(blank_clears=True, columns={})}
    shop.file("a.csv", f"{header}\nAnna,Alt,a1@acme.com,CEO\nBert,Bau,b1@acme.com,CTO\nCora,Cel,c1@acme.com,CFO")
    shop.run()
    shop.file("a.csv", f"{header}\n,Alt,a1@acme.com,CEO\nBertold,Bau,b1@acme.com,CTO\nCora,,c1@acme.com,CFO", day=2)
    shop.run()
    found = [(one["field"], one["current"], one["decision"], one["row"]) for one in shop.rows("plan", order="field")]
    reviews = [one for one in found if one[2] == "review"]
    assert reviews == [("first_name", "Anna", "review", 0), ("last_name", "Cel", "review", 2)]
    assert {c.first_name for c in shop.contacts()} == {"Anna", "Bertold", "Cora"}


def test_a_whole_name_left_blank_clears_both_names(shop: Workshop) -> None:
    """Unless the row gives the part in a column of its own, or its address spells it."""
    header = "ID,Name,First name,Email"
    shop.sections = {"sources": source(blank_clears=True, columns={})}
    shop.file("a.csv", f"{header}\n1,,,info7@a.com\n2,,Ada,ada7@a.com\n3,Ada Lovelace,,ada8@a.com")
    shop.run(*TO_CLEAN)
    found = {one["source_id"]: set(one["cleared"]) & {"first_name", "last_name"} for one in shop.rows("records")}
    assert found == {"1": {"first_name", "last_name"}, "2": {"last_name"}, "3": set()}


def test_what_is_cleared_and_what_is_untagged_says_by_which_row(ours: Workshop) -> None:
    """The evidence of a clear is the row that says that there is nothing; of a tag taken away, the row without it."""
    shop = ours
    shop.sections = {"sources": source(blank_clears=True)}
    shop.file("a.csv", row(Title="", Phone="", Tags="vip;new"), day=2)
    shop.run(*TO_PLAN)
    changes = {one["change"]: one for one in shop.rows("plan") if one["op"] != "log"}
    assert set(changes) == {"clear", "untag"}
    assert {(one["file"], one["row"]) for one in changes.values()} == {("a.csv", 0)}


def test_where_clearing_is_turned_off_a_clear_is_listed(ours: Workshop) -> None:
    """With `crm.clears = "never"` nothing is sent that would leave a field empty."""
    shop = ours
    shop.sections = {"sources": source(blank_clears=True), "crm": {"clears": "never"}}
    shop.file("a.csv", row(Phone="312-555-0100", Tags="vip;new;lead"), day=2)
    shop.run()
    assert rows(shop) == [("title", "CEO", None, "clear", "review")]
    assert shop.contact("Lovelace").title == "CEO"


def test_a_tag_that_the_source_takes_away_goes_and_a_humans_stays(ours: Workshop) -> None:
    """Tags are compared one by one: ours go with the source, a human's stay, and what a human removed stays away."""
    shop = ours
    ada = shop.contact("Lovelace")
    shop.untag(ada.id, "lead")
    shop.crm(lambda crm: crm.tag_contact(ada.id, "by hand"))
    shop.file("a.csv", row(Tags="vip;lead"), day=2)
    shop.run()
    assert rows(shop) == [("tags", "new", None, "untag", "write")]
    assert shop.contact("Lovelace").tags == ["vip", "by hand"]
    shop.file("a.csv", row(Tags="vip;new"), day=3)
    shop.run()
    assert sorted(shop.contact("Lovelace").tags) == ["by hand", "new", "vip"]


def test_a_tag_that_a_human_took_away_does_not_come_back_in_another_spelling(shop: Workshop) -> None:
    """Whether a tag was ever ours does not hang on capitals or on blanks around it."""
    shop.file("a.csv", row(Tags="VIP;new"))
    shop.run()
    shop.untag(shop.contact("Lovelace").id, "VIP")
    shop.file("a.csv", row(Tags="vip;new;hot"), day=2)
    shop.run()
    assert sorted(shop.contact("Lovelace").tags) == ["hot", "new"]


def test_append_adds_tags_and_never_takes_one_away(ours: Workshop) -> None:
    """Under `append` a tag that the source no longer has stays."""
    shop = ours
    shop.sections["fields"] = {"tags": {"policy": "append"}}
    shop.file("a.csv", row(Tags="vip;hot"), day=2)
    shop.run()
    assert sorted(shop.contact("Lovelace").tags) == ["hot", "lead", "new", "vip"]


def test_further_addresses_are_merged_one_by_one(ours: Workshop) -> None:
    """A further e-mail joins what stands there; what a human added stays, and what a human removed stays away."""
    shop = ours
    ada = shop.contact("Lovelace")
    assert ada.properties["other_emails"] == ["a1@acme.com", "a2@acme.com"]
    shop.crm(lambda crm: crm.set_contact_field(ada.id, "other_emails", ["human@acme.com", "a2@acme.com"]))
    shop.file("a.csv", row(Email=f"{EMAILS};a3@acme.com"), day=2)
    shop.run()
    assert shop.contact("Lovelace").properties["other_emails"] == ["human@acme.com", "a2@acme.com", "a3@acme.com"]
    assert shop.run(*AGAIN).reports["apply"].counts["calls"] == 0

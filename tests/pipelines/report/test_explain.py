"""Who is who, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.errors import BridgeError, StateRefused
from pipelines.report import explain_text
from pipelines.report.explain import find
from pipelines.report.joined import Joined
from tests.pipelines.workshop import TO_PLAN, Workshop

WEB = """
    First Name,Last Name,Email,Phone,Title
    Alan,Turing,alan@gmail.com,,
    Ada,Lovelace,ADA@gmail.com,312-555-0100,Countess
"""


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A workshop that knows Ada from two files, the second row of which spans two lines, planned as run `first`."""
    shop = Workshop(tmp_path_factory.mktemp("planned"))
    shop.file("a_web.csv", WEB)
    shop.table(
        "b_fair.csv", ("First Name", "Last Name", "Email", "Department"), [("Al\nbert", "E", "al@gmail.com", "")]
    )
    with (shop.inbox / "b_fair.csv").open("a") as file:
        file.write('"Ada","Lovelace","ada@gmail.com","Engines"\n')
    shop.run(*TO_PLAN, run="first")
    return shop


@pytest.fixture
def filled(planned: Workshop, tmp_path: Path) -> Workshop:
    """Give that workshop to one test."""
    return planned.twin(tmp_path)


def test_a_person_is_found_by_any_of_their_names(filled: Workshop) -> None:
    """E-mail in any case, phone in any form, contact id and person id lead to one person; a stranger to nobody."""
    work = filled.run("apply", run="first")
    ada = filled.contact("Lovelace")
    (by_email,) = find(work, " Ada@Gmail.com ")
    wanted = ("ada@gmail.com", "+1 312 555 0100", "(312) 555-0100", ada.id, by_email.person_id)
    assert [[person.person_id for person in find(work, who)] for who in wanted] == [[by_email.person_id]] * 5
    assert by_email.crm_id == ada.id
    assert find(work, "nobody@gmail.com") == find(work, "") == []


def test_it_shows_the_lines_the_keys_and_where_each_value_comes_from(filled: Workshop) -> None:
    """Rows come with their physical lines, joins with the keys that make them, values with file and line."""
    (ada,) = find(filled.work("first"), "ada@gmail.com")
    assert [(row["file"], row["place"]) for row in ada.rows] == [("a_web.csv", "line 3"), ("b_fair.csv", "line 4")]
    assert ada.joins == [Joined("the same e-mail", "email", "ada@gmail.com", 2)]
    assert ("department", "Engines", "b_fair.csv", "line 4") in ada.fields
    assert ("title", "Countess", "a_web.csv", "line 3") in ada.fields
    assert ada.crm_id is None


def test_before_anything_is_sent_a_match_is_shown(filled: Workshop) -> None:
    """A contact of the CRM that a person is found to be is named even before the link is kept."""
    human = filled.type_in(first_name="Ada", last_name="Lovelace", email="ada@gmail.com")
    (ada,) = find(filled.run("snapshot", "resolve", "plan"), "ada@gmail.com")
    assert ada.crm_id == human.id


def test_a_file_that_is_gone_leaves_the_row_number(filled: Workshop) -> None:
    """Once the file is changed or gone, or its source is no longer in the settings, there is no physical line."""
    work = filled.work("first")
    (filled.inbox / "a_web.csv").write_text("other\n")
    (filled.inbox / "b_fair.csv").unlink()
    (ada,) = find(work, "ada@gmail.com")
    read = f"row 2 of what was read on {datetime.now(UTC):%Y-%m-%d}"
    assert [row["place"] for row in ada.rows] == [read, read]
    assert ("title", "Countess", "a_web.csv", read) in ada.fields
    filled.sections["sources"] = {"other": {"kind": "csv_file", "options": {"path": "inbox"}}}
    (ada,) = find(filled.work(), "ada@gmail.com")
    assert all(row["place"].startswith("row ") for row in ada.rows)


def test_what_a_guard_held_back_is_told(shop: Workshop) -> None:
    """A shared mailbox joins nobody, and both people hear why."""
    shop.file(
        "a.csv",
        """
        First Name,Last Name,Email,Phone
        Ada,Lovelace,ada@gmail.com,312-555-0100
        Alan,Turing,alan@gmail.com,312-555-0100
        """,
    )
    (ada,) = find(shop.run(*TO_PLAN), "ada@gmail.com")
    assert [(kind, key, other) for kind, key, _, other in ada.held_back] == [
        ("phone", "+13125550100", "a.csv line 3 (Alan Turing)")
    ]


def test_before_the_first_run_it_says_what_to_do(tmp_path: Path) -> None:
    """Without any table there is one clear line."""
    with pytest.raises(StateRefused, match="crm-bridge run"):
        find(Workshop(tmp_path).work(), "ada@gmail.com")


CHAIN = """
    First Name,Last Name,Email,Phone,Title
    Ada,King,ada@gmail.com,312-555-0100,Countess
    Ada,King,,312-555-0100,Lady
    Ada,King,ak@gmail.com;ada@gmail.com,,
    Alan,Turing,alan@gmail.com,312-555-0100,
    Kim,Poe,kim@gmail.com,,
"""


@pytest.fixture(scope="module")
def chained(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """The chain's records, planned as run `first`; nobody changes anything here."""
    shop = Workshop(tmp_path_factory.mktemp("chained"))
    shop.file("a.csv", CHAIN)
    shop.run(*TO_PLAN, run="first")
    return shop


def test_two_records_are_led_to_each_other(chained: Workshop) -> None:
    """By a chain of keys, each with its rule; one record is named; strangers hear what kept them apart, or nothing."""
    work = chained.work("first")
    rows = {row["row"]: row["record_key"] for row in chained.rows("records")}
    assert explain_text.two(work, rows[1], "AK@gmail.com") == [
        "One person:",
        "  a.csv line 3 (Ada King)",
        "    ↓ the same phone and name: +13125550100",
        "  a.csv line 2 (Ada King)",
        "    ↓ the same e-mail: ada@gmail.com",
        "  a.csv line 4 (Ada King)",
    ]
    assert explain_text.two(work, "kim@gmail.com", rows[4]) == ["One record: a.csv line 6 (Kim Poe)"]
    assert explain_text.two(work, "kim@gmail.com", "alan@gmail.com") == ["Two people:", "  they share no key."]
    apart = explain_text.two(work, "ak@gmail.com", "alan@gmail.com")
    assert apart[:2] == ["Two people:", "  not joined by phone +13125550100: the names on it differ"]
    assert apart[2].endswith("| a.csv line 5 (Alan Turing)")
    with pytest.raises(BridgeError, match="nobody is known by who"):
        explain_text.two(work, "ada@gmail.com", "who@gmail.com")


def test_the_values_that_lost_are_told_beside_the_winner(chained: Workshop) -> None:
    """With the row that says them."""
    lines = explain_text.one(chained.work("first"), "ada@gmail.com")
    winner = lines.index("    title = Countess  ← a.csv line 2")
    assert lines[winner + 1] == "        not Lady  ← a.csv line 3: it says less"

"""Pairs that no key joins and that are likely one person are listed, scored, and never joined."""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.identity import candidates, nicknames
from pipelines.lake.engine import sql
from pipelines.settings.sections import Match
from tests.pipelines.workshop import TO_CLEAN, TO_RESOLVE, Workshop

LABELLED = Path(__file__).parents[4] / "shared" / "data" / "identity" / "splink_fake_20000.csv"

INPUTS = (
    *("records", "clusters", "unmatched", "current_contacts", "current_companies", "contact_matches"),
    "merge_candidates",
)
HEADER = ("First Name", "Last Name", "Email", "Company", "City", "Birthday")
PEOPLE = [
    ("Petra", "Quandt", "petra.quandt@kesselbau.example", "Kesselbau", "", ""),
    ("Petra", "Quandt", "", "Kesselbau GmbH", "", ""),  # as LinkedIn gives her: no e-mail
    ("Ole", "Vinter", "ole.vinter81@harbour.example", "", "", ""),
    ("Ole", "Vinter", "ole.vintr81@harbour.example", "", "", ""),  # a letter is missing
    ("Bob", "Stanhope", "bob@gmail.com", "", "Leeds", "1961-04-03"),
    ("Stanhope", "Robert", "r.stanhope@gmx.de", "", "Leeds", "03.04.1961"),  # names swapped, day first, a nickname
    ("", "", "ines.calderon@gmail.com", "", "", ""),
    ("Inés", "Calderón", "icalderon@faro.example", "", "", ""),  # the other e-mail spells her
    ("Rosa", "Lindt", "rosa1@ufer.example", "Ufer", "Ulm", "1970-01-02"),
    ("Hans", "Lindt", "hans@tal.example", "Tal", "Ulm", "1969-08-30"),  # her husband
    ("Tom", "Oakes", "tom.oakes1@mill.example", "", "", "1980-05-05"),
    ("Tom", "Oakes", "tom.oakes2@farm.example", "", "", "1999-11-23"),  # another: his birthday says so
    *(("John", "Smith", f"js{n}@firm{n}.example", f"Firm {n}", "", "") for n in range(101, 121)),
    *(
        (first, last, f"{first}.{last}@bureau{n}.example".lower(), f"Bureau {n}", "", "")
        for n, (first, last) in enumerate(
            product(("Anna", "Clara", "Erik", "Greta", "Ingo", "Jonas", "Klaus"), ("Brandt", "Dorn", "Falk", "Hahn"))
        )
    ),
]


def with_candidates(root: Path, people: Sequence[Sequence[str]]) -> Workshop:
    """A workshop that has resolved a table of people, candidates and all."""
    shop = Workshop(root, match={"default_region": "US"})
    shop.table("people.csv", HEADER, people)
    shop.run(*TO_RESOLVE, "candidates")
    return shop


def judged_again(shop: Workshop, **match: Any) -> dict[str, list[dict[str, Any]]]:
    """The tables that candidates make of what the shop has resolved, its rows in another order."""
    with shop.work().engine() as engine:
        for table in INPUTS:
            path = engine.lake.find(None, table)
            assert path is not None
            engine.view("given", path)
            engine.connection.execute(f"CREATE TABLE {table} AS FROM given ORDER BY md5(given::VARCHAR)")
        engine.macros("keys/macros")
        engine.put("nicknames", nicknames.table())
        engine.make("identity/people/nickname_pairs")
        candidates.make(engine, Match(**match))
        return {table: engine.arrow(f"FROM {table}").to_pylist() for table in candidates.TABLES}


def pairs(shop: Workshop) -> list[tuple[str, str]]:
    """The names of each listed pair."""
    return sorted((min(names), max(names)) for row in shop.rows("candidates") if (names := _names(row)))


def _names(row: dict[str, Any]) -> tuple[str, str]:
    return row["name_a"] or "", row["name_b"] or ""


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """All the people above, resolved once."""
    return with_candidates(tmp_path_factory.mktemp("crowd"), PEOPLE)


def test_likely_pairs_are_listed_and_the_others_are_not(crowd: Workshop) -> None:
    """By name and company, a mistyped or a spelling e-mail, swapped names; no couple, no namesakes, no common names."""
    assert pairs(crowd) == [
        ("", "Inés Calderón"),
        ("Bob Stanhope", "Stanhope Robert"),
        ("Ole Vinter", "Ole Vinter"),
        ("Petra Quandt", "Petra Quandt"),
    ]


def test_a_row_without_keys_has_no_person(crowd: Workshop) -> None:
    """Its side of the pair is its record key alone; the other side names the person it may be."""
    people = {row["record_key"]: row["person_id"] for row in crowd.rows("clusters")}
    (row,) = (row for row in crowd.rows("candidates") if "Petra Quandt" in _names(row))
    assert sorted([row["person_a"], row["person_b"]], key=str) == sorted(
        [people.get(row["a"]), people.get(row["b"])], key=str
    )
    assert [row["person_a"], row["person_b"]].count(None) == 1
    assert {row["a"], row["b"]} & {unmatched["record_key"] for unmatched in crowd.rows("unmatched")}


def test_evidence_adds_up_to_the_score(crowd: Workshop) -> None:
    """The bits it names, summed, are the score's; the reason names the fields that speak for the pair."""
    for row in crowd.rows("candidates"):
        bits = [float(found) for found in re.findall(r"[+-]\d+\.\d", row["evidence"])]
        assert math.isclose(row["score"], 1 / (1 + 2 ** -sum(bits)), abs_tol=0.02), row
        for field in row["reason"].removeprefix("alike in ").split(", "):
            assert re.search(rf"{field} \w+ \+", row["evidence"])


def test_a_pair_is_never_one_person_and_never_listed_twice(crowd: Workshop) -> None:
    """Whoever a key has joined is no candidate any more."""
    sides = [(row["person_a"] or row["a"], row["person_b"] or row["b"]) for row in crowd.rows("candidates")]
    assert all(a != b for a, b in sides)
    assert len({frozenset(side) for side in sides}) == len(sides)


def test_order_of_rows_is_no_matter(crowd: Workshop) -> None:
    """The same rows in another order give the same pairs with the same scores."""
    listed = {(row["a"], row["b"]): row["score"] for row in crowd.rows("candidates")}
    again = judged_again(crowd)
    assert {(row["a"], row["b"]): row["score"] for row in again["candidates"]} == pytest.approx(listed, abs=0.001)


def test_switched_off_the_tables_are_there_and_empty(crowd: Workshop) -> None:
    """With the same columns, so that whoever reads them goes on."""
    assert not any(judged_again(crowd, candidates=False).values())
    work = crowd.work()
    with work.engine() as engine:
        engine.read(*candidates.TABLES)
        for name, schema in candidates.SCHEMAS.items():
            assert engine.arrow(f"FROM {name}").schema.equals(schema)


def test_candidates_change_nobody(crowd: Workshop) -> None:
    """They are made of who is who, and leave it as it is: no listed pair shares a person."""
    people = {row["record_key"]: row["person_id"] for row in crowd.rows("clusters")}
    assert len(set(people.values())) == len(people) == len(PEOPLE) - 1
    assert all(people.get(row["a"]) != people.get(row["b"]) for row in crowd.rows("candidates"))


def test_every_rule_is_carried_out(crowd: Workshop) -> None:
    """Each is known to the SQL that looks for its blocks, and says what it compared."""
    text = sql("identity/candidates/candidate_blocks")
    assert all(f"WHEN '{rule}' THEN" in text for rule in candidates.RULES)
    assert {row["rule"] for row in crowd.rows("candidate_blocking")} == set(candidates.RULES)


def test_score_of_the_settings_is_the_bar(crowd: Workshop) -> None:
    """Only pairs that reach it are listed."""
    scores = sorted(row["score"] for row in crowd.rows("candidates"))
    strict = judged_again(crowd, candidate_score=(scores[0] + scores[1]) / 2)
    assert len(strict["candidates"]) == len(scores) - 1


def test_a_key_that_too_many_share_is_left_out_and_counted(tmp_path: Path) -> None:
    """The cost grows with the rows, not with their square: a name on 150 people brings nobody together."""
    shop = with_candidates(tmp_path, [("Kim", "Lee", f"k{n}@firm{n}.example", "", "", "") for n in range(150)])
    (name,) = (row for row in shop.rows("candidate_blocking") if row["rule"] == "name")
    assert (name["pairs"], name["blocks_left_out"], name["members_left_out"]) == (0, 1, 150)


def test_contact_that_only_the_crm_has_is_compared(tmp_path: Path) -> None:
    """One that a human typed in without a key is listed beside the person it may be; one that is matched is not."""
    shop = Workshop(tmp_path, match={"default_region": "US"})
    typed = shop.type_in(first_name="Petra", last_name="Quandt")
    shop.type_in(first_name="Ole", last_name="Vinter", email="ole.vinter81@harbour.example")
    shop.table("people.csv", HEADER, PEOPLE[:3:2])
    shop.run(*TO_RESOLVE, "candidates")
    (row,) = shop.rows("candidates")
    assert f"crm:{typed.id}" in (row["a"], row["b"])


def test_nothing_to_compare_is_nothing_listed(tmp_path: Path) -> None:
    """An inbox without people gives empty tables, not an error."""
    shop = Workshop(tmp_path, match={})
    shop.file("companies.csv", "Company,Website,Industry\nKesselbau,kesselbau.example,Boilers")
    shop.run(*TO_RESOLVE, "candidates")
    assert shop.rows("candidates") == []


@pytest.mark.parametrize(
    ("given", "key"),
    [
        *(("1961-04-03", "19610403"), ("1961-04-03T00:00:00", "19610403"), ("03.04.1961", "19610403")),
        *(("04/03/1961", "19610403"), ("23/04/1961", "19610423"), ("April 3, 1961", "19610403"), ("--04-03", None)),
        ("soon", None),
    ],
)
def test_birthdays_are_read_in_many_notations(given: str, key: str | None) -> None:
    """What is not a whole date is no birthday."""
    connection = duckdb.connect()
    connection.execute(sql("identity/candidates/macros"))
    assert connection.execute("SELECT birthday_key($1)", [given]).fetchall() == [(key,)]


@pytest.mark.skipif(not LABELLED.exists(), reason="the labelled people are not here")
def test_labelled_duplicates_are_found(tmp_path: Path) -> None:
    """What keys join and what is listed cover four fifths of the true pairs; nine tenths of the listed are true."""
    columns = {"source_id": "unique_id", "last_name": "surname", "birthday": "dob"}
    options = {"path": str(LABELLED)}
    shop = Workshop(
        tmp_path, match={}, sources={"people": {"kind": "csv_file", "options": options, "columns": columns}}
    )
    shop.run(*TO_CLEAN, "snapshot", "resolve", "candidates")
    with LABELLED.open(encoding="utf-8") as file:
        truth = {row["unique_id"]: row["group"] for row in csv.DictReader(file)}
    person = {row["record_key"]: row["person_id"] for row in shop.rows("clusters")}
    members: dict[str, list[str]] = {}
    for key in [*person, *(row["record_key"] for row in shop.rows("unmatched"))]:
        members.setdefault(person.get(key, key), []).append(truth[key.rsplit(":", 1)[-1]])
    sizes = Counter(truth.values()).values()
    joined = sum(a == b for groups in members.values() for n, a in enumerate(groups) for b in groups[:n])
    listed = [
        a == b
        for row in shop.rows("candidates")
        for a, b in product(members[row["person_a"] or row["a"]], members[row["person_b"] or row["b"]])
    ]
    assert sum(listed) / len(listed) >= 0.9
    assert (joined + sum(listed)) / sum(size * (size - 1) // 2 for size in sizes) >= 0.8

"""Resolve says who is who: shared keys join, with guards, and ids stay."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.identity.resolve import NAMESPACE
from tests.pipelines.workshop import TO_CLEAN, TO_RESOLVE, Workshop

CASES: dict[str, tuple[list[tuple[str, str, str]], list[str]]] = {
    "a shared e-mail joins in any case": (
        [("Jane Doe", "jane@a.com", ""), ("J. D.", "JANE@A.com", ""), ("Jane Doe", "other@a.com", "")],
        ["01", "2"],
    ),
    "one phone in three notations joins": (
        [
            *(("Jane Doe", "", "312-555-0115"), ("Jane Doe", "j1@n.com", "+1 (312) 555 0115")),
            ("Jane Doe", "j2@n.com", "312.555.0115"),
        ],
        ["012"],
    ),
    "a chain joins its ends": (
        [("Jane Doe", "a@b.com", ""), ("Jane Doe", "a@b.com;b@b.com", ""), ("Jane Doe", "b@b.com", "312-555-0116")],
        ["012"],
    ),
    "a shared mailbox never joins": (
        [("Jane Doe", "info@c.com;jane@c.com", ""), ("John Roe", "info@c.com;john@c.com", "")],
        ["0", "1"],
    ),
    "a couple at one phone stays two": (
        [("Jane Doe", "jane@d.com", "312-555-0117"), ("John Doe", "john@d.com", "312-555-0117")],
        ["0", "1"],
    ),
    "an initial, a middle name and swapped names join at one phone": (
        [
            *(("J. Doe", "", "312-555-0118"), ("Jane Doe", "jane@e.com", "312-555-0118")),
            *(("Jane Mary Doe", "mary@e.com", "312-555-0118"), ("Doe Jane", "doe@e.com", "312-555-0119")),
            ("Jane Doe", "dj@e.com", "312-555-0119"),
        ],
        ["012", "34"],
    ),
    "a nickname is its formal name at one phone": (
        [("Bob Doe", "bob@n.com", "312-555-0127"), ("Robert Doe", "", "312-555-0127")],
        ["01"],
    ),
    "two e-mails and less than a whole name never join at one phone": (
        [
            *(("J. Doe", "j@o.com", "312-555-0128"), ("Jane Doe", "jane@o.com", "312-555-0128")),
            *(("", "x@o.com", "312-555-0129"), ("Kim Poe", "kim@o.com", "312-555-0129")),
            *(("", "y@o.com", "312-555-0130"), ("", "z@o.com", "312-555-0130")),
        ],
        ["0", "1", "2", "3", "4", "5"],
    ),
    "a row without a name does not bring two phones' people together": (
        [
            *(("Jane Doe", "jane@p.com", "312-555-0131"), ("", "", "312-555-0131;312-555-0132")),
            ("Bob Roe", "bob@p.com", "312-555-0132"),
        ],
        ["0", "1", "2"],
    ),
    "an initial that fits two people at one phone joins neither": (
        [
            *(("J. Doe", "j@f.com", "312-555-0120"), ("Jane Doe", "jane@f.com", "312-555-0120")),
            ("John Doe", "john@f.com", "312-555-0120"),
        ],
        ["0", "1", "2"],
    ),
    "a first name with two middle names at one phone joins neither": (
        [
            *(("Jane Doe", "jane@g.com", "312-555-0121"), ("Jane Ann Doe", "ann@g.com", "312-555-0121")),
            ("Jane Bea Doe", "bea@g.com", "312-555-0121"),
        ],
        ["0", "1", "2"],
    ),
    "a row without a name joins an undisputed phone": (
        [("", "", "312-555-0122"), ("Jane Doe", "jane@h.com", "312-555-0122"), ("J Doe", "", "312-555-0122")],
        ["012"],
    ),
    "a row without a name joins nobody at a disputed phone": (
        [("", "x@i.com", "312-555-0123"), ("Jane Doe", "jane@i.com", "312-555-0123"), ("Bob Roe", "", "312-555-0123")],
        ["0", "1", "2"],
    ),
    "rows that may be either of two people at one phone do not join each other": (
        [
            *(("Jane Doe", "jane@w.com", "312-555-0140"), ("John Doe", "john@w.com", "312-555-0140")),
            *(("J. Doe", "", "312-555-0140"), ("", "x@w.com", "312-555-0140")),
        ],
        ["0", "1", "2", "3"],
    ),
    "two extensions of one number are two phones": (
        [("J. Doe", "j@j.com", "312-555-0124 x1"), ("Jane Doe", "jane@j.com", "312-555-0124 x2")],
        ["0", "1"],
    ),
    "a family's e-mail joins nobody but who has the same first name": (
        [
            *(("Edward Moe", "moes@q.com", ""), ("Mary Moe", "moes@q.com", ""), ("Ed Moe", "ed@q.com", "312-555-0133")),
            *(("Mary Moe", "moes@q.com", "312-555-0134"), ("Edward Moe", "", "312-555-0133")),
        ],
        ["0", "13", "24"],
    ),
    "a first name that is mistyped or short does not make an e-mail a family's": (
        [("Jonathan Low", "jlow@r.com", ""), ("Jonahtan Low", "jlow@r.com", ""), ("Jon Low", "jlow@r.com", "")],
        ["012"],
    ),
    "a slip in the last name joins at one phone, one in the first alone does not": (
        [
            *(("Kirsten Salinger", "", "312-555-0135"), ("Kristen Salenger", "", "312-555-0135")),
            *(("Hanna Moreno", "", "312-555-0136"), ("Hanno Moreno", "", "312-555-0136")),
        ],
        ["01", "2", "3"],
    ),
    "father and son at one phone stay two": (
        [("John Doe Jr.", "jr@t.com", "312-555-0137"), ("John Doe Sr.", "", "312-555-0137")],
        ["0", "1"],
    ),
    "a name of its own that is also short for another does not outweigh two e-mails": (
        [("Louis Doe", "louis@u.com", "312-555-0138"), ("Louise Doe", "louise@u.com", "312-555-0138")],
        ["0", "1"],
    ),
    "more e-mails than one person has, on one phone and under one name, join nobody": (
        [("Customer Support", f"c{number}@v.com", "312-555-0139") for number in range(6)],
        list("012345"),
    ),
    "accents and case of a name make no difference": (
        [("JOSÉ GROß", "jo@k.com", "312-555-0125"), ("Jose Gross", "nu@k.com", "312-555-0125")],
        ["01"],
    ),
    "a key of more names than one person has joins nobody": (
        [(f"P{letter} Q{letter}", f"{letter}@l.com;team1@l.com", "312-555-0126") for letter in "abcdef"],
        list("012345"),
    ),
    "an e-mail of as many names as the limit still joins": (
        [(f"P{letter} Q{letter}", "one@m.com", "") for letter in "abcde"],
        ["01234"],
    ),
}


def record_name(row: dict[str, Any]) -> str:
    """A record's case and place in it, which the department bears."""
    return str(row["department"])


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """All cases in one inbox, resolved in one run."""
    shop = Workshop(tmp_path_factory.mktemp("cases"))
    rows = [
        [*row, f"{number}|{place}"]
        for number, (given, _) in enumerate(CASES.values())
        for place, row in enumerate(given)
    ]
    shop.table("people.csv", ["Name", "Email", "Phone", "Department"], rows)
    shop.run(*TO_RESOLVE)
    return shop


def people(shop: Workshop) -> list[list[dict[str, Any]]]:
    """The records of each person."""
    records = {row["record_key"]: row for row in shop.rows("records")}
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in shop.rows("clusters"):
        grouped.setdefault(row["person_id"], []).append(records[row["record_key"]])
    return list(grouped.values())


@pytest.mark.parametrize("name", CASES)
def test_case(cases: Workshop, name: str) -> None:
    """What the case's name says."""
    number = str(list(CASES).index(name))
    found = []
    for person in people(cases):
        places = [place for case, _, place in (record_name(row).partition("|") for row in person) if case == number]
        assert len(places) in (0, len(person)), "joined with another case"
        if places:
            found.append("".join(sorted(places)))
    assert sorted(found) == sorted(CASES[name][1])


def test_what_a_guard_held_back_is_listed(cases: Workshop) -> None:
    """With the key and the reason."""
    held = {(row["kind"], row["key"], row["reason"]) for row in cases.rows("held_back")}
    assert {
        ("email", "info@c.com", "a shared mailbox, not a person"),
        ("email", "team1@l.com", "6 different people hold it: a shared line, not a person"),
        ("phone", "+13125550126", "6 different people hold it: a shared line, not a person"),
        ("phone", "+13125550117", "the names on it differ"),
        ("phone", "+13125550120", "it fits more than one person on it"),
        ("phone", "+13125550123", "it fits more than one person on it"),
        ("phone", "+13125550128", "their e-mails differ, and their names do not say that they are one"),
        ("phone", "+13125550131", "it would make one person of what does not fit"),
    } <= held
    assert {key for _, key, _ in held}.isdisjoint({"+13125550118", "+13125550122", "one@m.com"})


def test_a_shared_line_is_nobodys_phone(cases: Workshop) -> None:
    """A hub is left out of golden values."""
    keys = {row["key"] for row in cases.rows("golden_keys")}
    assert "+13125550117" in keys
    assert keys.isdisjoint({"+13125550126", "team1@l.com", "info@c.com"})


def test_new_id_is_the_uuid5_of_the_least_record_key(cases: Workshop) -> None:
    """RFC 9562's version 5 in our namespace, as Python makes it."""
    members: dict[str, list[str]] = {}
    for row in cases.rows("clusters"):
        members.setdefault(row["person_id"], []).append(row["record_key"])
    assert len(members) > 20
    assert set(members) == {str(uuid.uuid5(NAMESPACE, min(keys))) for keys in members.values()}


def test_every_golden_value_points_at_a_record_that_holds_it(cases: Workshop) -> None:
    """Fields, keys and tags alike."""
    records = {row["record_key"]: row for row in cases.rows("records")}
    for row in cases.rows("golden"):
        for field in ("first_name", "last_name", "title", "department"):
            if row[field] is not None and records[row[f"{field}_from"]][field] is not None:
                assert records[row[f"{field}_from"]][field] == row[field]
        for field in ("email", "phone"):
            assert row[field] is None or row[field] in records[row[f"{field}_from"]][f"{field}s"]
    for row in cases.rows("golden_keys"):
        assert row["key"] in records[row["record_key"]][f"{row['kind']}s"]


def test_further_exact_keys_join_if_the_settings_name_them(shop: Workshop) -> None:
    """A profile however it is written, and an id that several sources share; what stands for nothing joins nobody."""
    shop.sections = {
        "sources": {
            "inbox": {"kind": "csv_file", "options": {"path": "inbox"}, "columns": {"external_ids": "Customer No"}}
        },
        "match": {"keys": ["linkedin_url", "external_ids"], "candidates": False},
    }
    shop.file(
        "people.csv",
        """Name,Email,Linkedin URL,Customer No
        Jane Doe,jane@a.com,https://www.linkedin.com/in/jane/?x=1,
        Jane Smith,smith@a.com,linkedin.com/in/jane,
        Bob Roe,bob@a.com,https://www.linkedin.com/,4711
        Rob Roe,rob@a.com,https://www.linkedin.com/,4711
        Kim Poe,kim@a.com,n/a,0
        Lou Low,lou@a.com,n/a,0""",
    )
    shop.run(*TO_RESOLVE)
    found = sorted(sorted(row["emails"][0] for row in person) for person in people(shop))
    assert found == [["bob@a.com", "rob@a.com"], ["jane@a.com", "smith@a.com"], ["kim@a.com"], ["lou@a.com"]]


def test_gmail_spellings_are_one_mailbox_if_the_settings_say_so(shop: Workshop) -> None:
    """Dots and tags do not count then, and both spellings are kept; elsewhere they always count."""
    emails = ("jane.doe@gmail.com", "janedoe+x@googlemail.com", "j.d@a.com", "jd@a.com")
    shop.table("people.csv", ["Name", "Email"], [["Jane Doe", email] for email in emails])
    shop.run(*TO_RESOLVE)
    assert len(people(shop)) == 4
    shop.sections["match"] = {"gmail_variants": True, "candidates": False}
    shop.run("resolve")
    assert sorted(sorted(row["emails"]) for row in shop.rows("golden")) == [
        *(["j.d@a.com"], ["jane.doe@gmail.com", "janedoe+x@googlemail.com"], ["jd@a.com"])
    ]


persons = st.lists(
    st.tuples(
        st.sampled_from(["Jane Doe", "J Doe", "John Doe", "", "Jane Ann Doe", "Doe Jane"]),
        st.lists(st.sampled_from([f"p{number}@x.com" for number in range(5)]), max_size=2, unique=True).map(";".join),
        st.sampled_from(["", "312-555-0115", "312-555-0116"]),
    ),
    min_size=2,
    max_size=9,
    unique=True,
)


@settings(max_examples=3, deadline=None)
@given(persons, st.randoms(use_true_random=False))
def test_order_of_rows_and_files_makes_no_difference(rows: list[tuple[str, str, str]], random: Any) -> None:
    """The same rows in another order, in two files, some of them twice, give the same people, ids and golden values."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Workshop(Path(folder))
        seen: list[Any] = []
        for stages in (TO_RESOLVE, (*TO_CLEAN, "resolve")):
            half = len(rows) // 2
            shop.table("people.csv", ["Name", "Email", "Phone"], rows[half:])
            shop.table("others.csv", ["Name", "Email", "Phone"], rows[: half + len(seen)])
            shop.run(*stages)
            golden = [{**row, "records": None} for row in shop.rows("golden", order="person_id")]
            seen.append((sorted((row["record_key"], row["person_id"]) for row in shop.rows("clusters")), golden))
            random.shuffle(rows)
        assert seen[0] == seen[1]

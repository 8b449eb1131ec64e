"""E-mail cells become keys, or are set aside with a reason: the SQL's part and Python's."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.keys.normalise import normalise
from pipelines.lake.engine import Engine, engine
from pipelines.lake.lake import Lake
from pipelines.settings.sections import Match

GIVEN = pa.schema(
    [
        *((name, pa.string()) for name in ("object", "landing", "raw")),
        *((name, pa.int64()) for name in ("row", "ord", "cells")),
    ]
)

Answer = list[tuple[str | None, bool, str | None]]


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for all cells: its tables are replaced each time."""
    with engine(Lake(tmp_path_factory.mktemp("data")), "run", memory="2GB", threads=2) as opened:
        opened.macros("keys/macros")
        opened.put("given_phones", GIVEN.append(pa.field("country", pa.string())).empty_table())
        opened.put("mapped_contacts", pa.table({"company_website": pa.array([], pa.string())}))
        opened.put("mapped_companies", pa.table({"website": pa.array([], pa.string())}))
        yield opened


def read_all(step: Engine, *cells: str, match: Match | None = None) -> list[Answer]:
    """For each cell, each of its parts: its key, whether it is a shared mailbox, and the reason why there is none."""
    rows = [
        {"object": "contacts", "landing": "l", "row": at, "ord": 1, "cells": 1, "raw": cell}
        for at, cell in enumerate(cells)
    ]
    step.put("given_emails", pa.Table.from_pylist(rows, GIVEN))
    normalise(step, match or Match(), hosts="intake/hosts")
    answers: list[Answer] = [[] for _ in cells]
    for at, _, *answer in step.rows(
        "SELECT row, part, email, role, NULL AS reason FROM read_emails UNION ALL "
        "SELECT row, part, NULL, false, reason FROM given_emails JOIN email_keys USING (raw) WHERE reason IS NOT NULL "
        "ORDER BY row, part"
    ):
        answers[at].append(tuple(answer))
    return answers


def read(step: Engine, *cells: str, match: Match | None = None) -> Answer:
    """The one part of each cell."""
    return [part for (part,) in read_all(step, *cells, match=match)]


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("jane@acme.com", "jane@acme.com"),
        ("Jane.DOE@Acme.COM", "jane.doe@acme.com"),
        ("  jane@acme.com\u00a0", "jane@acme.com"),
        ("\ufeffjane\u200b@acme.com", "jane@acme.com"),
        ("mailto:jane@acme.com", "jane@acme.com"),
        ("MAILTO:jane@acme.com", "jane@acme.com"),
        ("Jane Doe <Jane@acme.com>", "jane@acme.com"),
        ('"Doe, Jane" <mailto:jane@acme.com>', "jane@acme.com"),
        ("mailto:jane@acme.com?subject=Hello%20you&cc=john@acme.com", "jane@acme.com"),
        ("Jane <mailto:jane%2Bcrm@acme.com?body=x>", "jane+crm@acme.com"),
        ("mailto:jane%FF@acme.com", "jane%ff@acme.com"),
        ("jane%2Bcrm@acme.com", "jane%2bcrm@acme.com"),
        ("ja\u202ene\u200d@ac\u00adme.com", "jane@acme.com"),
        ("* jane@acme.com", "jane@acme.com"),
        ("jane@acme.com.", "jane@acme.com"),
        ("jane@acme.com,", "jane@acme.com"),
        ("jane+crm@acme.com", "jane+crm@acme.com"),
        ("o'hara@acme.com", "o'hara@acme.com"),
        ("jane@MÜNCHEN.de", "jane@xn--mnchen-3ya.de"),
        ("jane@xn--mnchen-3ya.de", "jane@xn--mnchen-3ya.de"),
        ("jane@straße.de", "jane@xn--strae-oqa.de"),
        ("Straße@acme.com", "straße@acme.com"),
        ("RENE\u0301@acme.com", "rené@acme.com"),
        ("İlker@acme.com", "ilker@acme.com"),
        ("яна@почта.рф", "яна@xn--80a1acny.xn--p1ai"),
    ],
)
def test_address_is_one_key_however_it_is_written(step: Engine, cell: str, key: str) -> None:
    """Wrapping, case, invisible characters and the domain's script make no difference; the mailbox stays itself."""
    assert read(step, cell) == [(key, False, None)]


@pytest.mark.parametrize(
    "cell",
    [
        "jane@acme.com, j@x.org",
        "Jane@acme.com ; j@x.org;",
        "jane@acme.com\nj@x.org",
        "jane@acme.com j@x.org",
        "jane@acme.com / j@x.org",
        "Jane Doe <jane@acme.com>, Doe <j@x.org>",
        '"Doe, Jane" <mailto:jane@acme.com>; <j@x.org>',
        "mailto:jane@acme.com,j@x.org",
    ],
)
def test_several_addresses_in_a_cell_are_parted(step: Engine, cell: str) -> None:
    """Where nothing but addresses and what parts them stands in it, or where each has its brackets."""
    assert read_all(step, cell) == [[("jane@acme.com", False, None), ("j@x.org", False, None)]]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("jane@acme.com and j@x.org", "not an e-mail address"),
        ("jane@acme.com, j@@x.org", "not an e-mail address"),
        ("jane@acme.com, j@x", "several addresses, and one that cannot be read"),
        ("jane@acme.com, j@ж..рф", "several addresses, and one that cannot be read"),
    ],
)
def test_what_is_not_certainly_several_addresses_is_none(step: Engine, cell: str, reason: str) -> None:
    """The cell is set aside as a whole, since who is meant is not certain."""
    assert set(read_all(step, cell)[0]) == {(None, False, reason)}


def test_placeholder_among_several_addresses_is_set_aside_alone(step: Engine) -> None:
    """The others are keys, and a shared mailbox is known as one."""
    assert read_all(step, "info@acme.com, test@test.com, j@x.org") == [
        [("info@acme.com", True, None), (None, False, 'stands for "no e-mail"'), ("j@x.org", False, None)]
    ]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("jane@@acme.com", "not an e-mail address"),
        ("jane", "not an e-mail address"),
        ("jane@acme", "not an e-mail address"),
        ("@acme.com", "not an e-mail address"),
        ("jane..doe@acme.com", "not an e-mail address"),
        ("jane doe@acme.com", "not an e-mail address"),
        ('"jane doe"@acme.com', "not an e-mail address"),
        ("jane@-acme.com", "not an e-mail address"),
        ("jane@ж..рф", "its domain is no domain name"),
        ("N/A", 'stands for "no e-mail"'),
        ("-", 'stands for "no e-mail"'),
        ("Test@Test.com", 'stands for "no e-mail"'),
        (f"{'j' * 60}@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 6}.com", None),
        (f"{'j' * 60}@{'a' * 60}.{'b' * 60}.{'c' * 60}.{'d' * 7}.com", "longer than an e-mail address can be"),
        (f"{'j' * 65}@acme.com", "longer than an e-mail address can be"),
    ],
)
def test_what_is_no_address_is_set_aside_with_its_reason(step: Engine, cell: str, reason: str | None) -> None:
    """Nothing is repaired by guessing, and 254 characters is the limit."""
    assert read(step, cell)[0][2] == reason


def test_shared_mailbox_is_known_by_its_local_part(step: Engine) -> None:
    """`info@` of any domain and case is one; the settings may name others, in any case."""
    assert [role for _, role, _ in read(step, "INFO@acme.com", "information.desk@acme.com")] == [True, False]
    own = Match(role_mailboxes=("Empfang",), placeholder_emails=("Weiss@Nicht.de",))
    answers = read(step, "empfang@acme.com", "info@acme.com", "weiss@nicht.de", match=own)
    assert answers == [
        ("empfang@acme.com", True, None),
        ("info@acme.com", False, None),
        (None, False, 'stands for "no e-mail"'),
    ]


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.text(st.sampled_from("aZ0@.<>* ,;:\"'üßİıŞ\u0301\u200b\u00a0ñ中-+_"), max_size=16),
        min_size=1,
        max_size=20,
        unique=True,
    )
)
def test_any_cell_gives_a_key_or_a_reason_and_reading_twice_is_reading_once(step: Engine, cells: list[str]) -> None:
    """Whatever the cells hold, also several: of each never both, never neither, and a key is its own key."""
    answers = read_all(step, *cells)
    assert all(answers)
    parts = [part for answer in answers for part in answer]
    assert all((key is None) != (reason is None) for key, _, reason in parts)
    kept = sorted({key for key, _, _ in parts if key is not None})
    assert [key for key, _, _ in (read(step, *kept) if kept else [])] == kept

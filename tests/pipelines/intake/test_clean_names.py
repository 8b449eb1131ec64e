"""Names: one field becomes two, and what somebody typed in capitals is written as names are."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.lake.engine import Engine, engine
from pipelines.lake.lake import Lake
from tests.pipelines.intake.test_clean import cleaned
from tests.pipelines.workshop import Workshop


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database with the macros."""
    with engine(Lake(tmp_path_factory.mktemp("data")), "run", memory="2GB", threads=2) as opened:
        for name in ("keys/macros", "intake/macros"):
            opened.macros(name)
        yield opened


def test_names_are_parted(shop: Workshop) -> None:
    """`First Last` or `Last, First`; a part that is given stays as it is, and the whole name fills in the other."""
    names = {
        ("Jane Doe", "", ""): ("Jane", "Doe"),
        ("Doe, Jane", "", ""): ("Jane", "Doe"),
        ("von der Leyen, Ursula", "", ""): ("Ursula", "von der Leyen"),
        ("Mary Ann Doe", "", ""): ("Mary Ann", "Doe"),
        ("Jane Doe, PhD", "", ""): ("Jane", "Doe"),
        ("Doe, Jane, MBA", "", ""): ("Jane", "Doe"),
        ("Cher", "", ""): ("Cher", None),
        ("Jane Doe", "J.", "D."): ("J.", "D."),
        ("Jane Doe", "-", "n/a"): ("Jane", "Doe"),
        ("", "Mary Ann", ""): ("Mary Ann", None),
        ("Mary Ann van Dyke", "Mary Ann", ""): ("Mary Ann", "van Dyke"),
        ("Ursula von der Leyen", "", "von der Leyen"): ("Ursula", "von der Leyen"),
        ("", "Jane", ""): ("Jane", None),
        ("", "", "van Dyke"): (None, "van Dyke"),
        ("\u00a0Jane\u200b", "", "Doe"): ("Jane", "Doe"),
        ("Doe", "", "Doe"): (None, "Doe"),
        ("unknown", "", ""): (None, None),
        (",", "", ""): (None, None),
        ("Ludwig van Beethoven", "", ""): ("Ludwig", "van Beethoven"),
        ("Robert De Niro", "", ""): ("Robert", "De Niro"),
        ("Maria Garcia de la Cruz", "", ""): ("Maria Garcia", "de la Cruz"),
        ("José Ortega y Gasset", "", ""): ("José", "Ortega y Gasset"),
        ("Mohammed bin Salman", "", ""): ("Mohammed", "bin Salman"),
        ("Abd al-Rahman", "", ""): ("Abd", "al-Rahman"),
        ("von der Heide", "", ""): (None, "von der Heide"),
        ("Van Smith", "", ""): ("Van", "Smith"),
        ("John Doe, Jr.", "", ""): ("John", "Doe Jr."),
        ("Doe, John, Jr., PhD", "", ""): ("John", "Doe Jr."),
        ("Mary Ann Doe III", "", ""): ("Mary Ann", "Doe III"),
        ("Jane Doe MBA", "", ""): ("Jane", "Doe"),
        ("Prof. Dr. med. Jane Doe", "", ""): ("Jane", "Doe"),
        ("Doe, Dr. Jane", "", ""): ("Jane", "Doe"),
        ("Mr. Doe", "", ""): (None, "Doe"),
        ("Jean-Pierre Doe-Roe", "", ""): ("Jean-Pierre", "Doe-Roe"),
        ("山田 太郎", "", ""): ("太郎", "山田"),
        ("Иван Петров", "", ""): ("Иван", "Петров"),
        ("JANE VAN DYKE", "", ""): ("Jane", "van Dyke"),
        ("jane mcdonald", "", ""): ("Jane", "McDonald"),
        ("", "\u202aJA\u200bNE\u202c", "O’HARA"): ("Jane", "O’Hara"),
        ("", "JD", "DeVito"): ("JD", "DeVito"),
    }
    rows = [[*name, f"p{number}@x.com"] for number, name in enumerate(names)]
    shop.table("people.csv", ["Name", "First name", "Last name", "Email"], rows)
    found = {row["emails"][0]: (row["first_name"], row["last_name"]) for row in cleaned(shop)}
    expected = {f"p{number}@x.com": parts for number, parts in enumerate(names.values())}
    assert found == expected


def say(step: Engine, macro: str, cells: list[str]) -> list[str | None]:
    """What a macro makes of each cell."""
    step.put("cells", pa.table({"place": list(range(len(cells))), "cell": pa.array(cells, pa.string())}))
    return [found for (found,) in step.rows(f"SELECT {macro}(cell) FROM cells ORDER BY place")]  # noqa: S608 - a name of ours


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("ANNE-MARIE", "Anne-Marie"),
        ("MÜLLER", "Müller"),
        ("d'angelo", "D'Angelo"),
        ("DE LA CRUZ", "de la Cruz"),
        ("AL-RAHMAN", "al-Rahman"),
        ("j.r.", "J.R."),
        ("john iii", "John III"),
        ("MACEY", "Macey"),
        ("van", "Van"),
        *(
            (same, same)
            for same in ("McDonald", "jane DOE", "LaToya", "JD", "ИВАН", "иван", "IŞIL", "IJSSEL", "R2D2", "GROß")
        ),
    ],
)
def test_only_capitals_or_small_letters_alone_are_written_anew(step: Engine, given: str, written: str) -> None:
    """Particles stay small; mixed case, initials, other scripts and what is not certain stay as they are."""
    assert say(step, "recased", [given]) == [written]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text("aBcMO'’-. ÉßñIJivİжЖ中z", max_size=12), min_size=1, max_size=40))
def test_writing_anew_changes_case_alone_and_once(step: Engine, cells: list[str]) -> None:
    """Whatever the name: the same letters, and a second time changes nothing."""
    once = say(step, "recased", cells)
    assert [cell.casefold() for cell in cells] == [str(cell).casefold() for cell in once]
    assert say(step, "recased", [str(cell) for cell in once]) == once


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text("aZ9 éİßñ-中ı\u0301\u200b'", max_size=10), min_size=1, max_size=40))
def test_the_fast_fold_is_the_careful_one(step: Engine, cells: list[str]) -> None:
    """Plain words are folded at once, to what the long way makes of them."""
    step.put("cells", pa.table({"cell": pa.array(cells, pa.string())}))
    careful = (
        "nullif(trim(regexp_replace(replace(lower(strip_accents(nfc_normalize(cell))), 'ß', 'ss'), "
        "'[^\\p{L}\\p{N}]+', ' ', 'g')), '')"
    )
    assert step.rows(f"SELECT cell FROM cells WHERE folded(cell) IS DISTINCT FROM {careful}") == []  # noqa: S608 - ours


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("j.a.ne@gmail.com", "jane@gmail.com"),
        ("jane+news@googlemail.com", "jane@gmail.com"),
        ("j.ane+a+b@gmail.com", "jane@gmail.com"),
        ("j.ane+a@acme.com", "j.ane+a@acme.com"),
        ("j.ane@mail.gmail.com", "j.ane@mail.gmail.com"),
        ("+news@gmail.com", "+news@gmail.com"),
    ],
)
def test_gmail_addresses_lead_to_one_mailbox(step: Engine, email: str, mailbox: str) -> None:
    """Dots, a tag and the older domain make no difference there, and all the difference elsewhere."""
    assert say(step, "mailbox", [email]) == [mailbox]

"""Phone cells become E.164 keys exactly as libphonenumber reads them, or are set aside with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.phone_numbers import REGIONS, evenly
from benchmarks.phones import differences, give
from pipelines.keys.phones import reading as phones
from pipelines.keys.phones.library import port
from pipelines.lake.engine import Engine, engine
from pipelines.lake.lake import Lake

NO_COUNTRY = "a national number of no known country (set match.default_region)"
UNKNOWN_COUNTRY = "a national number, and its row's country is none that we know"
BY_PLAN, BY_LIBRARY = 1, 10**9

NEEDS_PORT = pytest.mark.skipif(port() is None, reason="the extra `fast` is not installed")

Read = tuple[str | None, str | None]


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for all cells: its tables are replaced each time."""
    with engine(Lake(tmp_path_factory.mktemp("data")), "run", memory="2GB", threads=1) as opened:
        yield opened


def parts(
    step: Engine, cells: Sequence[tuple[str, str]], default: str | None = None, worthwhile: int = BY_PLAN
) -> list[list[tuple[str, Read]]]:
    """Each cell's parts in their order: the text, and its number or the reason why it is none."""
    raws, countries = zip(*cells, strict=True)
    given_cells = {"raw": pa.array(raws, pa.string()), "country": pa.array(countries, pa.string())}
    step.put("given_phones", pa.table(given_cells))
    phones.keys(step, default, worthwhile=worthwhile)
    found: dict[tuple[str, str], list[tuple[str, Read]]] = {}
    rows = step.rows("SELECT raw, country, text, phone, reason, part FROM phone_keys ORDER BY raw, country, part")
    for raw, country, text, phone, reason, part in rows:
        read = found.setdefault((raw, country), [])
        read.append((text, (phone, reason)))
        assert part == len(read)
    return [found[cell] for cell in cells]


def read(step: Engine, raw: str, country: str = "", default: str | None = None) -> Read:
    """The number and the reason of one cell that is not taken apart, by plan and by library alike."""
    (((text, by_plan),),) = parts(step, [(raw, country)], default, BY_PLAN)
    (((_, by_library),),) = parts(step, [(raw, country)], default, BY_LIBRARY)
    assert text == raw
    assert by_plan == by_library
    return by_plan


@pytest.mark.parametrize(
    ("raw", "country", "default", "expected"),
    [
        ("+1 312-555-0115", "", None, "+13125550115"),
        ("(312) 555-0115", "United States", None, "+13125550115"),
        ("312.555.0115", "", "US", "+13125550115"),
        ("* 312-555-0115", "", "US", "+13125550115"),
        ("３１２５５５０１１５", "", "US", "+13125550115"),
        ("\u202a+1 312-555-0115\u202c", "", None, "+13125550115"),
        ("312\u2011555\u00a00115", "", "US", "+13125550115"),
        ("tel:+13125550115", "", None, "+13125550115"),
        ("1-800-FLOWERS", "", "US", "+18003569377"),
        ("310/246-1501", "", "US", "+13102461501"),
        ("030/23125550", "DE", None, "+493023125550"),
        ("030 23125 550", "Deutschland", "US", "+493023125550"),
        ("+49 (0)30 23125-550", "", "US", "+493023125550"),
        ("0041 44 668 18 00", "DE", None, "+41446681800"),
        ("+44 20 7946 0958", "DE", None, "+442079460958"),
        ("+39 06 12345678", "DE", None, "+390612345678"),
        ("011 15-2345-6789", "AR", None, "+5491123456789"),
        ("+1 312-555-0100 ext. 12", "", None, "+13125550100 ext. 12"),
        ("(312) 555-0100, Ext. 007", "US", None, "+13125550100 ext. 007"),
        ("Tel.: 030 23125550 x5", "DE", None, "+493023125550 ext. 5"),
    ],
)
def test_number_is_read_by_its_own_country_first(
    step: Engine, raw: str, country: str, default: str | None, expected: str
) -> None:
    """A country code in the number goes before the row's country, and that before the default region."""
    assert read(step, raw, country, default) == (expected, None)


@pytest.mark.parametrize(
    ("raw", "country", "default", "reason"),
    [
        ("312-555-0115", "", None, NO_COUNTRY),
        ("030 23125 550", "Narnia", "DE", UNKNOWN_COUNTRY),
        ("110", "DE", None, "no number that can be dialled"),
        ("0301", "DE", None, "no number that can be dialled"),
        ("312-555-011", "", "US", "no number that can be dialled"),
        ("900-555-0100", "", "US", "a premium-rate number"),
        ("1.31256E+10", "", "US", "not a phone number"),
        ("call me", "", "US", "not a phone number"),
        ("9" * 300, "", "US", "not a phone number"),
        ("n/a", "", "US", 'stands for "no phone"'),
        ("-", "", "US", 'stands for "no phone"'),
        ("Fax 312-555-0115", "", "US", "a fax number"),
    ],
)
def test_number_that_cannot_be_dialled_is_set_aside(
    step: Engine, raw: str, country: str, default: str | None, reason: str
) -> None:
    """What is no number, or a national one of no known country, is never guessed."""
    assert read(step, raw, country, default) == (None, reason)


def test_extension_keeps_two_people_behind_one_switchboard_apart(step: Engine) -> None:
    """The same number with two extensions is two numbers, and reading one of them again changes nothing."""
    first, second = read(step, "+1 312-555-0100 x12"), read(step, "+1 312-555-0100;ext=34")
    assert first == ("+13125550100 ext. 12", None)
    assert second == ("+13125550100 ext. 34", None)
    assert read(step, first[0] or "") == first


@pytest.mark.parametrize(
    ("cell", "texts", "numbers"),
    [
        ("312-555-0115; 312-555-0116", ("312-555-0115", "312-555-0116"), ("+13125550115", "+13125550116")),
        ("3125550115;3125550116", ("3125550115", "3125550116"), ("+13125550115", "+13125550116")),
        ("312-555-0115, 312-555-0116", ("312-555-0115", "312-555-0116"), ("+13125550115", "+13125550116")),
        ("312-555-0115/312-555-0116", ("312-555-0115", "312-555-0116"), ("+13125550115", "+13125550116")),
        ("312-555-0115 | +49 30 23125550", ("312-555-0115", "+49 30 23125550"), ("+13125550115", "+493023125550")),
        ("312-555-0115\n312-555-0116", ("312-555-0115", "312-555-0116"), ("+13125550115", "+13125550116")),
        ("312-555-0115 or 312-555-0116", ("312-555-0115", "312-555-0116"), ("+13125550115", "+13125550116")),
        ("+49 30 23125550 UND 312-555-0116", ("+49 30 23125550", "312-555-0116"), ("+493023125550", "+13125550116")),
        ("312-555-0115 ::: 312-555-0116", ("312-555-0115", "312-555-0116"), ("+13125550115", "+13125550116")),
        ("312-555-0115; ask Ann", ("312-555-0115", "ask Ann"), ("+13125550115", None)),
        ("900-555-0100 / 312-555-0115", ("900-555-0100", "312-555-0115"), (None, "+13125550115")),
        ("312-555-0115 / 312-555-011", ("312-555-0115", "312-555-011"), ("+13125550115", None)),
        ("Tel: 312-555-0115, Fax: 312-555-0116", ("Tel: 312-555-0115", "Fax: 312-555-0116"), ("+13125550115", None)),
        ("312-555-0115 x5 / 312-555-0116 x6", None, ("+13125550115 ext. 5", "+13125550116 ext. 6")),
    ],
)
def test_several_numbers_in_a_cell_are_taken_apart(
    step: Engine, cell: str, texts: tuple[str, ...] | None, numbers: tuple[str | None, ...]
) -> None:
    """Each part is a number or has its reason, whatever stands between them; a bad one does not spoil the good one."""
    (found,) = parts(step, [(cell, "US")])
    assert tuple(number for _, (number, _) in found) == numbers
    assert all((number is None) != (reason is None) for _, (number, reason) in found)
    if texts:
        assert tuple(text for text, _ in found) == texts


@pytest.mark.parametrize(
    "cell",
    [
        *("030/23125550", "310/246-1501", "312-555-0115; 12", "312-555-0115, ext 12", "+1 312-555-0100;ext=34"),
        *("0171/30123456789012", "+49 30, 1234567 Berlin", "ask / nobody", "1; 2; 3", "n/a", "312-555-011 / 12"),
    ],
)
def test_cell_of_one_number_or_of_none_stays_whole(step: Engine, cell: str) -> None:
    """What the library reads as a number is one; a short first part is an area code; no good part, no parts."""
    (found,) = parts(step, [(cell, "DE")])
    assert [text for text, _ in found] == [cell]


@pytest.mark.parametrize("ported", [False, pytest.param(True, marks=NEEDS_PORT)])
def test_numbers_of_sixty_regions_are_what_the_library_says(step: Engine, ported: bool) -> None:
    """A sample of what the benchmark compares: six notations, a sixth of them spoilt; no difference."""
    assert len(REGIONS) == 60
    cells = sorted(set(evenly(2400, seed=7)), key=lambda cell: cell[1])
    give(step, cells)
    phones.keys(step, None, worthwhile=1, ported=ported)
    assert differences(step, cells) == 0


CELLS = st.text(st.sampled_from("+00123456789 ()-./xext;,|=*#:\u00a0\u200b٣３äNf"), max_size=24)
COUNTRIES = st.sampled_from(["", "DE", "US", "?"])
PLAIN = st.from_regex(r"\(?\+?(1|49|44|0049|0)?[ ./()-]*[0-9 ./()-]{6,14}( ?x[0-9]{1,3})?", fullmatch=True)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(CELLS | PLAIN, COUNTRIES), min_size=10, max_size=40, unique=True))
def test_any_text_gives_a_valid_number_or_a_reason_and_reading_twice_is_reading_once(
    step: Engine, cells: list[tuple[str, str]]
) -> None:
    """Whatever the cells hold: one of number and reason, the same by plan and by library; a number is its own key."""
    found = parts(step, cells, "US", BY_PLAN)
    assert found == parts(step, cells, "US", BY_LIBRARY)
    answers = [answer for cell in found for _, answer in cell]
    assert all((number is None) != (reason is None) for number, reason in answers)
    numbers = sorted({number for number, _ in answers if number is not None})
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number, None)) for number in numbers)
    if numbers:
        again = parts(step, [(number, "") for number in numbers])
        assert again == [[(number, (number, None))] for number in numbers]


def test_nothing_given_is_nothing_read(step: Engine) -> None:
    """No cells, no keys."""
    step.put("given_phones", pa.table({"raw": pa.array([], pa.string()), "country": pa.array([], pa.string())}))
    phones.keys(step, "US")
    assert step.count("phone_keys") == 0

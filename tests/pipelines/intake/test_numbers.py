"""Numbers of companies are read by their column's own evidence, or set aside with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.lake.engine import Engine, engine
from pipelines.lake.lake import Lake
from tests.pipelines.workshop import TO_CLEAN, Workshop

NOT_SAID = "a decimal sign or a thousands separator: nothing in its column says which"


def read(shop: Workshop, column: str, cells: Sequence[str]) -> tuple[list[object], dict[str, str]]:
    """What a column of cells becomes, and which of them are set aside for what reason."""
    rows = [[f"Firm {place}", f"firm{place}.example", cell] for place, cell in enumerate(cells)]
    shop.table("firms.csv", ["Company name", "Website", column], rows)
    shop.run(*TO_CLEAN)
    field = "revenue" if column == "Annual revenue" else "size_range"
    rejected = {row["value"]: row["reason"] for row in shop.rows("rejected_values")}
    return [row[field] for row in shop.rows("company_records", order="row")], rejected


@pytest.mark.parametrize(
    ("cells", "revenues"),
    [
        (["1.234,56", "1.234", "5.000 €", "12"], [1234.56, 1234.0, 5000.0, 12.0]),
        (["1,234.56", "1.234", "$5,000", "12"], [1234.56, 1.234, 5000.0, 12.0]),
        (["2,500,000", "1,234", "1 000 000.5", "1.2E+06"], [2.5e6, 1234.0, 1000000.5, 1.2e6]),
        (["12,34,567", "1,234", "USD 5", "CHF 1’234.50"], [1234567.0, 1234.0, 5.0, 1234.5]),
    ],
)
def test_one_clear_cell_settles_the_sign_for_its_column(
    shop: Workshop, cells: list[str], revenues: list[float]
) -> None:
    """`1.234` is a thousand where a cell beside it has a decimal comma, and one and a bit where it has a point."""
    assert read(shop, "Annual revenue", cells) == (revenues, {})


@pytest.mark.parametrize(
    ("cells", "revenues", "unclear"),
    [(["1.234", "7"], [None, 7.0], "1.234"), (["1.234,56", "1,234.56", "1,234"], [1234.56, 1234.56, None], "1,234")],
)
def test_column_that_does_not_say_is_set_aside(
    shop: Workshop, cells: list[str], revenues: list[float | None], unclear: str
) -> None:
    """Without a clear cell, or with two that contradict each other, a clear one is read and an unclear one is not."""
    assert read(shop, "Annual revenue", cells) == (revenues, {unclear: NOT_SAID})


def test_what_is_no_finite_number_is_set_aside(shop: Workshop) -> None:
    """None of them vanishes: each stands in rejected_values."""
    cells = [
        "NaN",
        "Infinity",
        "-inf",
        "1e400",
        "9" * 400,
        "1,2,3",
        "1.2.3",
        "12 34",
        "secret",
        "5 Mio",
        "0x1F",
        "1_000",
    ]
    found, rejected = read(shop, "Annual revenue", cells)
    assert found == [None] * len(cells)
    assert rejected == dict.fromkeys(cells, "not a number")


@pytest.mark.parametrize(
    ("cell", "size"),
    [
        *(("7", "1-10"), ("11-50", "11-50"), ("51-200 employees", "51-200"), ("1,234", "500+"), ("1.234", "500+")),
        *(("201 – 500", "201-500"), ("500+", "500+"), ("10,001+ employees", "500+"), ("ca. 50 Mitarbeiter", "11-50")),
        *(("150.0", "51-200"), ("1 200", "500+"), ("51 to 200", "51-200"), ("501", "500+"), ("500", "201-500")),
        *(("1e400", None), ("-5", None), ("0", None), ("1.5", None), ("5k", None), ("NaN", None), ("many", None)),
        *(("Infinity", None), ("1e3", None), ("5 Tsd.", None), ("9" * 30, None)),
    ],
)
def test_number_of_employees_is_a_whole_number_or_a_range(numbers: Engine, cell: str, size: str | None) -> None:
    """Whatever else stands there is no number of employees; `1e400` once was one, and `-5` five."""
    assert numbers.rows("SELECT employee_range(cell) FROM (SELECT $1 AS cell)", [cell]) == [(size,)]


def test_employees_that_cannot_be_read_are_listed(shop: Workshop) -> None:
    """With their cell and reason."""
    found, rejected = read(shop, "Number of employees", ["1e400", "-5", "12"])
    assert found == [None, None, "11-50"]
    assert rejected == dict.fromkeys(["1e400", "-5"], "not a number of employees")


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database with the macros."""
    with engine(Lake(tmp_path_factory.mktemp("data")), "run", memory="1GB", threads=1) as opened:
        for name in ("keys/macros", "intake/macros"):
            opened.macros(name)
        yield opened


amounts = st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False, allow_infinity=False)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(amounts, min_size=1, max_size=6),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("’", "."), ("", ",")]),
)
@example([Decimal(1234)], (".", ","))
def test_no_number_is_read_as_another_one(numbers: Engine, values: list[Decimal], signs: tuple[str, str]) -> None:
    """Written in whatever convention, with or without cents, a number is read as itself or not at all."""
    thousands, decimal = signs
    cells = []
    for place, value in enumerate(values):
        text = f"{value:,.2f}" if place % 2 else f"{int(value):,}"
        cells.append(text.replace(",", "\0").replace(".", decimal).replace("\0", thousands))
    found = numbers.rows(
        "WITH cells AS (SELECT unnest($1) AS cell), "
        "signs AS (SELECT column_sign(decimal_sign(cell)) AS sign FROM cells) "
        "SELECT number_of(cell, sign) FROM cells, signs",
        [cells],
    )
    for place, ((number,), value) in enumerate(zip(found, values, strict=True)):
        assert number is None or number == pytest.approx(float(value if place % 2 else int(value)))
    if thousands == " " and any("," in cell for cell in cells):
        assert all(number is not None for (number,) in found)

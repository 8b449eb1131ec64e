"""Columns become fields, whatever they are called and whatever their cells hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contract import REJECTED_SCHEMA, Layout
from connectors.records import SCHEMAS
from pipelines.intake import mapping
from pipelines.lake.engine import Engine, engine, parquet_literal
from pipelines.lake.lake import Lake, Landing

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOSTILE = 'x" int); drop table t; --'

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1b\x9b"), max_size=10)


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database and one lake for all landings."""
    with engine(Lake(tmp_path_factory.mktemp("data")), "run", memory="2GB", threads=2) as opened:
        for name in ("keys/macros", "intake/macros"):
            opened.macros(name)
        yield opened


def land(step: Engine, rows: Sequence[Mapping[str, str | None]], columns: list[str], name: str = "a.csv") -> Landing:
    """Land rows of text."""
    schema = pa.schema([(column, pa.string()) for column in columns])
    sequence = len(step.lake.landings()) + 1
    return step.lake.land(
        source="inbox",
        object_name="contacts",
        name=name,
        digest="0" * 64,
        dated=NOON,
        landed_at=NOON,
        sequence=sequence,
        columns=tuple(columns),
        facts={},
        batches=iter(pa.Table.from_pylist([dict(row) for row in rows], schema).to_batches()),
        rejected=REJECTED_SCHEMA.empty_table,
    )


def read(step: Engine, landing: Landing, **layout: Any) -> list[dict[str, Any]]:
    """The landing's rows as contacts."""
    meaning = Layout("plain", "contacts", **layout)
    text = mapping.select(landing, meaning, source_order=0, path_literal=parquet_literal(landing.path))
    rows: list[dict[str, Any]] = step.arrow(f"{text} ORDER BY row").to_pylist()
    return rows


def one(step: Engine, row: Mapping[str, str | None], **layout: Any) -> dict[str, Any]:
    """One row as a contact."""
    (found,) = read(step, land(step, [row], list(row)), **layout)
    return found


def test_row_has_every_field_and_says_where_it_comes_from(step: Engine) -> None:
    """Fields without a column are empty: text null, lists without members."""
    row = one(step, {"Name": "Jane"}, columns={"full_name": ("Name",)})
    assert set(row) >= set(SCHEMAS["contacts"].names)
    assert (row["full_name"], row["title"], row["emails"], row["modified_at"]) == ("Jane", None, [], None)
    assert (row["source"], row["file"], row["row"], row["dated"], row["layout"]) == ("inbox", "a.csv", 0, NOON, "plain")


@pytest.mark.parametrize("column", [HOSTILE, "it's", "Größe (m²)", "a.b", "%", "select", "row", "landing", " "])
def test_column_may_be_called_anything(step: Engine, column: str) -> None:
    """A quote, a semicolon or a word of SQL in a header is part of its name; so it is in a label's."""
    row = {column: "jane", "Other": "x", f"{column} label": "Fax"}
    assert one(step, row, columns={"title": (column,)})["title"] == "jane"
    layout = {"columns": {"phones": (column, "Other")}, "labels": {column: f"{column} label"}}
    assert one(step, row, **layout)["phones"] == ["x"]


def test_first_column_that_says_something_wins(step: Engine) -> None:
    """Blank cells, NBSP and zero-width characters say nothing; columns are found in any case."""
    row = {"A": "\u00a0\u200b\ufeff ", "B": None, "C": " x\u00a0", "D": "y"}
    assert one(step, row, columns={"title": ("gone", "a", "b", "c", "d")})["title"] == "x"


def test_cells_are_one_line(step: Engine) -> None:
    """A line break within a cell becomes a blank."""
    assert one(step, {"A": "Head of\r\nSales\n"}, columns={"title": ("A",)})["title"] == "Head of Sales"


def test_many_values_come_from_many_columns_and_are_parted(step: Engine) -> None:
    """In the order of the columns, then within the cell; blanks and Google's star go."""
    row = {"A": "* a@x.com ::: b@x.com", "B": "", "C": " c@x.com :::  ::: "}
    found = one(step, row, columns={"emails": ("C", "B", "A")}, separators=(" ::: ",))
    assert found["emails"] == ["c@x.com", "a@x.com", "b@x.com"]


def test_fax_is_no_phone(step: Engine) -> None:
    """A number whose label says fax, in any case, is left out; a missing label says nothing against it."""
    row = {"P1": "1", "L1": "Work Fax", "P2": "2", "L2": None, "P3": "3", "L3": "Mobile", "P4": "4", "L4": "HOMEFAX"}
    labels = {f"P{number}": f"L{number}" for number in range(1, 5)}
    assert one(step, row, columns={"phones": ("P1", "P2", "P3", "P4")}, labels=labels)["phones"] == ["2", "3"]


@pytest.mark.parametrize(
    ("text", "form", "moment"),
    [
        ("2026-03-04", None, datetime(2026, 3, 4, tzinfo=UTC)),
        ("2026-03-04T05:06:07+02:00", None, datetime(2026, 3, 4, 3, 6, 7, tzinfo=UTC)),
        ("04.03.2026", "%d.%m.%Y", datetime(2026, 3, 4, tzinfo=UTC)),
        ("04 Mar 2026", "%d %b %Y", datetime(2026, 3, 4, tzinfo=UTC)),
        ("03/04/2026", None, None),
        ("2026-03-04", "%d.%m.%Y", None),
        ("infinity", None, None),
        ("294247-01-10", None, None),
        ("31.02.2026", "%d.%m.%Y", None),
    ],
)
def test_moment_is_read_in_its_form_or_kept_as_text(step: Engine, text: str, form: str | None, moment: Any) -> None:
    """UTC where no zone is given; what is no date, or no date of this world, is not guessed."""
    row = one(step, {"M": text}, columns={"modified_at": ("M",)}, date_format=form)
    assert (row["modified_at"], row["modified_text"]) == (moment, text)


def test_no_landings_give_the_same_columns(step: Engine) -> None:
    """A run without contacts has the table of contacts all the same."""
    landing = land(step, [{"A": "x"}], ["A"])
    text = mapping.select(
        landing, Layout("plain", "contacts", {}), source_order=0, path_literal=parquet_literal(landing.path)
    )
    empty = step.connection.sql(mapping.nothing("contacts"))
    filled = step.connection.sql(text)
    assert dict(zip(empty.columns, empty.types, strict=True)) == dict(zip(filled.columns, filled.types, strict=True))


def squeezed(cells: list[str | None]) -> str:
    """What cells say, without blanks, separators, control characters and Google's star."""
    return re.sub(r"[\s*;'\x00-\x1f\x7f-\x9f\u200b\ufeff]+", "", "".join(cell or "" for cell in cells))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(texts.filter(bool), min_size=3, max_size=3, unique_by=str.casefold),
    st.lists(st.lists(st.none() | texts, min_size=3, max_size=3), max_size=5),
)
def test_every_row_comes_through_whatever_it_holds(
    step: Engine, columns: list[str], rows: list[list[str | None]]
) -> None:
    """No header and no cell loses or doubles a row or a value."""
    landing = land(step, [dict(zip(columns, row, strict=True)) for row in rows], columns)
    found = read(step, landing, columns={"title": columns[:1], "emails": columns[1:]}, separators=(";", "'"))
    assert [row["row"] for row in found] == list(range(len(rows)))
    for row, cells in zip(found, rows, strict=True):
        assert squeezed(row["emails"]) == squeezed(cells[1:])


@pytest.mark.parametrize(
    ("text", "form", "hour"),
    [
        *(("2026-01-01 12:00:00+99:99", None, None), ("2026-01-01 12:00:00-99", None, None)),
        *(
            ("2026-01-01 12:00+15:00", None, None),
            ("2026-01-01 12:00+14:30", None, None),
            ("2026-01-01 12:00:00.5+05:75", None, None),
        ),
        *(("2026-01-01 12:00 +9999", "%Y-%m-%d %H:%M %z", None), ("2026-01-01 12:00+14:00", None, 22)),
        *(("2026-01-01 12:00:00.123-11:30", None, 23), ("2026-01-01T12:00:00Z", None, 12), ("2026-01-01", None, 0)),
        *(("2026-01-01 12:00 +0130", "%Y-%m-%d %H:%M %z", 10), ("2026-01-01 12:00:00 Europe/Berlin", None, 11)),
    ],
)
def test_moment_in_no_zone_is_none(step: Engine, text: str, form: str | None, hour: int | None) -> None:
    """Clocks are at most 14 hours apart from UTC; `+99:99` would make a date four days older than it says."""
    found = one(step, {"Changed": text}, columns={"modified_at": ("Changed",)}, date_format=form)
    moment = found["modified_at"]
    assert (moment.astimezone(UTC).hour if moment else None) == hour
    assert found["modified_text"] == text

"""What is newer, and why: a word with a date goes before one without, whatever the date of the file it comes in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.lake.engine import Engine, engine
from pipelines.lake.lake import Lake
from tests.pipelines.workshop import TO_RESOLVE, Workshop

HEADER = "ID,First name,Last name,Email,Title,Updated at"
BORN = datetime(2026, 1, 1, tzinfo=UTC)
MOMENT = pa.timestamp("us", "UTC")
TOLD = pa.schema(
    [
        *((name, pa.int64()) for name in ("person", "node", "source_order", "says")),
        ("record_key", pa.string()),
        *((name, pa.bool_()) for name in ("superseded", "alone", "plain", "outdated")),
        ("modified_at", MOMENT),
        ("day", MOMENT),
    ]
)

days = st.integers(0, 3).map(lambda day: BORN + timedelta(days=day))
tellings = st.fixed_dictionaries(
    {
        "source_order": st.integers(0, 1),
        "says": st.integers(0, 2),
        "superseded": st.booleans(),
        "modified_at": st.none() | days,
        "day": days,
    }
)


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for all examples."""
    with engine(Lake(tmp_path_factory.mktemp("data")), "run", memory="1GB", threads=1) as opened:
        yield opened


@settings(deadline=None)
@given(st.lists(tellings, min_size=2, max_size=6))
def test_undated_never_goes_before_dated(step: Engine, given_rows: list[dict[str, Any]]) -> None:
    """Within a source by any order of ages, and across sources where the newest wins; but for rows that are gone."""
    rows = [
        {**row, "person": 1, "node": node, "record_key": str(node), "alone": False, "plain": False, "outdated": False}
        for node, row in enumerate(given_rows)
    ]
    step.put("told", pa.Table.from_pylist(rows, TOLD))
    for name, across in (("by_source", False), ("by_age", True)):
        step.make(f"identity/golden/{name}")
        places = dict(step.rows(f"SELECT node, place FROM {name}"))  # noqa: S608 - a constant name
        assert sorted(places.values()) == list(range(1, len(rows) + 1))
        for one in rows:
            for other in rows:
                alike = one["superseded"] == other["superseded"]
                alike &= across or one["source_order"] == other["source_order"]
                if alike and one["modified_at"] is not None and other["modified_at"] is None:
                    assert places[one["node"]] < places[other["node"]]


def two_sources(shop: Workshop, **title: Any) -> None:
    """Two people on a file each of two sources: what is undated was copied today, what is dated changed before."""
    first = {"kind": "csv_file", "options": {"path": "inbox"}}
    shop.sections = {"sources": {"one": first, "two": {"kind": "csv_file", "options": {"path": "more"}}}}
    shop.sections["fields"] = {"title": title} if title else {}
    shop.file("a.csv", f"{HEADER}\n1,Ada,Lovelace,ada@acme.com,Undated,", day=300)
    shop.file("b.csv", f"{HEADER}\n1,Ada,Lovelace,ada@acme.com,Dated,2026-01-05", day=5)
    shop.file("c.csv", f"{HEADER}\n1,Ada,Lovelace,ada@acme.com,Other,2026-01-04", folder="more")
    shop.run(*TO_RESOLVE)


def golden(shop: Workshop) -> tuple[str, dict[str, str]]:
    """The title that won, and each that did not with the rule by which it gave way."""
    (ada,) = shop.rows("golden")
    return ada["title"], {row["value"]: row["rule"] for row in shop.rows("conflicts") if row["field"] == "title"}


@pytest.mark.parametrize(
    ("title", "winner", "rules"),
    [
        ({}, "Dated", {"Undated": "it does not say when it changed", "Other": "its source comes later"}),
        (
            {"survivorship": "newest"},
            "Dated",
            {"Undated": "it does not say when it changed", "Other": "it changed earlier"},
        ),
        (
            {"sources": ["two", "one"]},
            "Other",
            {"Undated": "its source comes later for this field", "Dated": "its source comes later for this field"},
        ),
    ],
)
def test_a_dated_row_beats_an_undated_one_of_a_file_copied_today(
    shop: Workshop, title: dict[str, Any], winner: str, rules: dict[str, str]
) -> None:
    """Within a source, and across sources too where the newest wins; the order of sources goes before ages."""
    two_sources(shop, **title)
    assert golden(shop) == (winner, rules)


def test_the_order_of_sources_lets_an_undated_word_win(shop: Workshop) -> None:
    """A source that the settings put first is believed whether it is dated or not."""
    shop.sections = {
        "sources": {
            "one": {"kind": "csv_file", "options": {"path": "inbox"}},
            "two": {"kind": "csv_file", "options": {"path": "more"}},
        }
    }
    shop.file("a.csv", f"{HEADER}\n1,Ada,Lovelace,ada@acme.com,Undated,")
    shop.file("c.csv", f"{HEADER}\n1,Ada,Lovelace,ada@acme.com,Dated,2026-01-04", folder="more")
    shop.run(*TO_RESOLVE)
    assert golden(shop) == ("Undated", {"Dated": "its source comes later"})


@pytest.mark.parametrize(
    ("rows", "rule"),
    [
        (("Win,2026-01-05", "Lose,2026-01-04"), "it changed earlier"),
        (("Win,", "Lose,"), "its file is older"),
    ],
)
def test_of_two_dated_or_two_undated_rows_the_newer_one_wins(shop: Workshop, rows: tuple[str, str], rule: str) -> None:
    """By their change times, or by the dates of their files."""
    for name, row, day in zip("ab", rows, (2, 1), strict=True):
        shop.file(f"{name}.csv", f"{HEADER}\n1,Ada,Lovelace,ada@acme.com,{row}", day=day)
    shop.run(*TO_RESOLVE)
    assert golden(shop) == ("Win", {"Lose": rule})


def test_each_rule_by_which_a_value_gives_way_is_named(shop: Workshop) -> None:
    """A name that is not whole, a row that its file has no more, one that says less, and the key where all is equal."""
    header = "First name,Last name,Email,Title,Department"
    shop.file("a.csv", f"{header}\nJ.,,j@acme.com,Gone,Sales\nJane,Doe,j@acme.com,CEO,")
    shop.run("extract")
    shop.file("a.csv", f"{header}\nJane,Doe,j@acme.com,CEO,\nKim,Poe,k@acme.com,CFO,\nKim,Roe,k@acme.com,,")
    shop.file("b.csv", f"{header}\nAl,Ash,al@acme.com,,\nAl,Elm,al@acme.com,,")
    shop.run(*TO_RESOLVE)
    found = {(row["field"], row["value"]): row["rule"] for row in shop.rows("conflicts")}
    assert found["first_name", "J."] == "it is no whole name"
    assert found["title", "Gone"] == "its file has it no more"
    assert found["last_name", "Roe"] == "it says less"
    (equal,) = [rule for (_, value), rule in found.items() if value in ("Ash", "Elm")]
    assert equal == "no rule tells them apart"


def test_a_company_is_told_by_its_dated_row(shop: Workshop) -> None:
    """Companies' values are chosen by the same ages."""
    header = "Company name,Website,Industry,Updated at"
    shop.file("a.csv", f"{header}\nAcme,acme.com,Undated,", day=300)
    shop.file("b.csv", f"{header}\nAcme Inc,acme.com,Dated,2026-01-05", day=5)
    shop.run(*TO_RESOLVE)
    (acme,) = shop.rows("golden_companies")
    assert acme["industry"] == "Dated"

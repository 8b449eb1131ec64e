"""A query over Parquet and CSV files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.api import ApiSource
from connectors.errors import ConfigurationError
from tests.connectors.pulled import checked, pulled, source, windowed
from tests.connectors.sql import ENDED
from tests.pipelines.workshop import TO_CLEAN, Workshop


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """People in Parquet, ten changes a day apart, and their cities in CSV."""
    people = (
        "SELECT i AS id, 'p' || i || '@acme.example' AS email, TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_days(i::INT)"
        " AS updated_at FROM range(10) t(i)"
    )
    with duckdb.connect() as made:
        made.execute(f"COPY ({people}) TO '{tmp_path}/people.parquet'")
    (tmp_path / "cities.csv").write_text("id,city\n1,Köln\n2,\n")
    return tmp_path


def lake(folder: Path, query: str = "SELECT * FROM 'people.parquet'", **options: Any) -> ApiSource:
    """A source of contacts over the folder."""
    return source("sql", query=query, object="contacts", folder=folder, **options)


def test_parquet_and_csv_join_in_one_query(folder: Path) -> None:
    """Relative paths start at the folder, wherever the process is."""
    query = "SELECT p.id, email, city FROM 'people.parquet' p JOIN 'cities.csv' c USING (id) ORDER BY p.id;"
    assert pulled(lake(folder, query)).rows == [
        {"id": "1", "email": "p1@acme.example", "city": "Köln"},
        {"id": "2", "email": "p2@acme.example", "city": None},
    ]


def test_odd_types_are_text_without_loss(folder: Path) -> None:
    """Times with their zone, exact decimals, true and false, JSON of lists and structures; NaN says nothing."""
    query = """
        SELECT 1 AS id, TIMESTAMPTZ '2026-03-01 12:00:00.25+02' AS zoned, TIMESTAMP '2026-07-01 12:00:00' AS naive,
        DATE '2026-01-02' AS day, 1.10::DECIMAL(30,2) AS money,
        170141183460469231731687303715884105727 AS huge, true AS yes,
        ['a', 'b'] AS list, {'k': 'ü', 'n': [1]} AS struct, 'NaN'::DOUBLE AS nothing, 'x'::BLOB AS bytes,
        NULL AS null, 0.1::DOUBLE AS tenth, TIMESTAMP 'infinity' AS never, '' AS empty
    """
    [row] = pulled(lake(folder, query, time_zone="Europe/Berlin")).rows
    assert row == {
        "id": "1",
        "zoned": "2026-03-01T10:00:00.250000Z",
        "naive": "2026-07-01T10:00:00.000000Z",
        "day": "2026-01-02",
        "money": "1.10",
        "huge": "170141183460469231731687303715884105727",
        "yes": "true",
        "list": '["a","b"]',
        "struct": '{"k":"ü","n":[1]}',
        "nothing": None,
        "bytes": "eA==",
        "null": None,
        "tenth": "0.1",
        "never": "infinity",
        "empty": "",
    }


@pytest.mark.parametrize("query", ENDED)
def test_what_stands_behind_the_query_is_no_part_of_it(folder: Path, query: str) -> None:
    """A semicolon, and comments after it, end the query as in any shell; those in a text or a comment do not."""
    assert pulled(lake(folder, query)).rows == [{"id": "1", "email": "a;-- b"}]


def test_an_empty_answer_has_its_columns(folder: Path) -> None:
    """A pull of nothing still says which columns there are."""
    read = pulled(lake(folder, "SELECT * FROM 'people.parquet' WHERE false"))
    assert (read.rows, read.columns) == ([], ("id", "email", "updated_at"))


def test_pulls_give_what_changed_less_an_overlap(folder: Path) -> None:
    """The second pull asks from the greatest change time on, less the overlap; with a window only its rows come."""
    of = lake(folder, change_column="Updated_At", id_column="id", overlap_minutes=24 * 60)
    first = pulled(of)
    assert [row["id"] for row in first.rows] == [str(number) for number in range(10)]
    assert [row["id"] for row in pulled(of, first.cursor).rows] == ["8", "9"]
    days = windowed(of, datetime(2026, 1, 3, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC))
    assert [row["id"] for row in days.rows] == ["2", "3"]


def test_a_row_of_the_future_hides_no_other(folder: Path) -> None:
    """A change time of the year 2099 does not move the cursor there; rows without one come with each pull."""
    rows = [("now", "2026-01-05"), ("late", "2026-01-04 23:00:00"), ("far", "2099-01-01"), ("never", None)]

    def asked(rows: list[tuple[str, str | None]]) -> str:
        values = ", ".join(f"('{name}', {repr(at) if at else 'NULL'}::TIMESTAMP)" for name, at in rows)
        return f"SELECT id, changed FROM (VALUES {values}) v(id, changed)"  # noqa: S608 - made up here

    of = lake(folder, asked(rows), change_column="changed")
    first = pulled(of)
    assert [row["id"] for row in first.rows] == ["never", "late", "now", "far"]
    # A clock without a zone goes back by an hour in autumn: the overlap is longer by it.
    assert [row["id"] for row in pulled(of, first.cursor).rows] == ["never", "late", "now", "far"]
    earlier = asked([("late", "2026-01-04 22:49:00"), rows[0]])
    assert [row["id"] for row in pulled(lake(folder, earlier, change_column="changed"), first.cursor).rows] == ["now"]


def test_days_are_asked_for_from_their_beginning(folder: Path) -> None:
    """A column of days: what changes later on the greatest day comes with the next pull."""
    query = "SELECT i AS id, DATE '2026-01-01' + i::INT AS day FROM range(5) t(i)"
    of = lake(folder, query, change_column="day")
    assert [row["id"] for row in pulled(of, pulled(of).cursor).rows] == ["3", "4"]


def test_each_page_can_be_gone_on_from(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the cursor of any page a pull gives all that the pages after it gave, also where many have one time."""
    monkeypatch.setattr("connectors.sql.files.ROWS", 2_000)
    query = """
        SELECT i AS id, TIMESTAMPTZ '2026-01-01 00:00:00Z' + to_minutes((i // 5000)::INT) AS at FROM range(20_000) t(i)
    """
    of = lake(folder, query, change_column="at", id_column="id", overlap_minutes=0)
    whole = pulled(of)
    assert len(whole.rows) == 20_000
    assert len(set(whole.cursors)) > 3
    later = pulled(of, whole.cursors[len(whole.cursors) // 2])
    assert {row["id"] for row in whole.rows[12_000:]} <= {row["id"] for row in later.rows}
    assert len(later.rows) < 20_000


@pytest.mark.parametrize(
    "cursor",
    [
        "garbage",
        "{}",
        "[]",
        "3",
        "null",
        '{"since": 3}',
        '{"since": "noon"}',
        '{"since": "2026-01-09"}',
        '{"given": 1}',
    ],
)
def test_a_cursor_that_cannot_be_read_begins_anew(folder: Path, cursor: str) -> None:
    """Everything comes again, since a stream that is refused at each run would never come at all."""
    of = lake(folder, change_column="updated_at", id_column="id")
    read = pulled(of, cursor)
    assert len(read.rows) == 10
    assert len(pulled(of, read.cursor).rows) == 1


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("DELETE FROM x", "it is not one SELECT"),
        ("SELECT 1; SELECT 2", "it is not one SELECT"),
        ("COPY (SELECT 1) TO 'out.csv'", "it is not one SELECT"),
        ("SELECT 1) AS q; DROP TABLE x; --", "syntax error"),
        ("SELECT 1 AS id, 2 AS ID", "two columns called 'ID'"),
        ("SELECT emial FROM 'people.parquet'", 'column "emial" not found'),
        ("SELECT * FROM 'nothing.parquet'", 'pattern "nothing.parquet"'),
        ("SELECT * FROM 'https://x.example/people.parquet'", "a file on another machine"),
    ],
)
def test_a_query_that_cannot_be_asked_is_said_in_one_line(folder: Path, query: str, told: str) -> None:
    """The line names the settings' key and what is wrong, and nothing is written."""
    before = sorted(folder.iterdir())
    with pytest.raises(ConfigurationError, match=r"sources\.wh\.options\.query: ") as caught:
        pulled(lake(folder, query))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert sorted(folder.iterdir()) == before


def test_an_error_shows_no_value(folder: Path) -> None:
    """DuckDB's own text quotes the cell over which it stumbled; ours does not."""
    with pytest.raises(ConfigurationError) as caught:
        pulled(lake(folder, "SELECT id, email::INT AS n FROM 'people.parquet'"))
    assert "acme" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_file_of_the_same_name_elsewhere_is_not_taken(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB looks in the process's folder first: where a file of that name lies there, nothing is read."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "people.parquet").write_bytes((folder / "people.parquet").read_bytes())
    monkeypatch.chdir(elsewhere)
    with pytest.raises(ConfigurationError, match="stands in the folder of this command, too"):
        pulled(lake(folder))
    monkeypatch.chdir(folder)
    assert len(pulled(lake(folder)).rows) == 10


@pytest.mark.parametrize(
    ("option", "told"),
    [({"id_column": "key"}, "no column 'key'"), ({"change_column": "email"}, "is VARCHAR, no time")],
)
def test_columns_that_options_name_are_there(folder: Path, option: dict[str, str], told: str) -> None:
    """An id or a change time that the query does not give is said before anything is landed."""
    with pytest.raises(ConfigurationError, match=told):
        pulled(lake(folder, **option))


def test_a_check_says_what_is_asked(folder: Path) -> None:
    """For people: where the files are, and how many columns come."""
    access = checked(lake(folder))
    assert (str(folder) in access.account, access.notes) == (True, ("3 columns",))


def test_an_overlap_that_says_nothing_new_lands_no_third_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many rows of the greatest change time are landed once, and only pieces of them that differ are landed again."""
    monkeypatch.setattr("pipelines.intake.segment.ROWS", 20)
    monkeypatch.setattr("connectors.sql.files.ROWS", 10)
    path = tmp_path / "people.csv"
    lines = [f"{number},p{number}@acme.example,2026-01-01 12:00:00" for number in range(50)]
    query = "SELECT * FROM read_csv('people.csv', types = {'at': 'TIMESTAMPTZ'})"
    options = {"query": query, "object": "contacts", "folder": str(tmp_path), "change_column": "at", "id_column": "id"}
    shop = Workshop(tmp_path, sources={"wh": {"kind": "sql", "options": options}})

    def landed() -> int:
        path.write_text("\n".join(["id,email,at", *lines]))
        return shop.run(*TO_CLEAN).reports["extract"].counts["rows_new"]

    def landed_once(least: int) -> None:
        assert least <= landed() <= len(lines) + 2
        assert (landed(), landed()) == (0, 0)

    landed_once(50)
    lines.append("50,late@acme.example,2026-01-01 11:55:00")
    landed_once(1)
    lines[7] = lines[7].replace("p7", "other")
    landed_once(1)
    lines.append("51,undated@acme.example,")
    landed_once(1)
    lines.append("52,new@acme.example,2026-01-01 13:00:00")
    assert landed() >= 1
    landed()  # the overlap begins anew, with another mark
    assert landed() == 0
    assert len(shop.rows("records")) == 53


def test_a_pull_that_stops_in_its_overlap_is_given_all_of_it_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the last page's cursor says that all rows of the overlap were given."""
    monkeypatch.setattr("connectors.sql.files.ROWS", 2)
    query = "SELECT i AS id, TIMESTAMPTZ '2026-01-01 00:00:00Z' AS at FROM range(5) t(i)"
    of = lake(folder, query, change_column="at", id_column="id")
    second = pulled(of, pulled(of).cursor)
    for cursor in second.cursors[:-1]:
        assert len(pulled(of, cursor).rows) == 5
    assert pulled(of, second.cursor).rows == []
    third = pulled(of, second.cursor)
    assert pulled(of, third.cursor).rows == []

"""A query of a SQLite file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.api import ApiSource
from connectors.errors import ConfigurationError
from tests.connectors.pulled import checked, pulled, source, windowed
from tests.connectors.sql import ENDED


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Five people, whose change times are written in all ways that SQLite reads."""
    path = tmp_path / "crm.sqlite"
    times = ("2026-01-01 00:00:00", "2026-01-02T00:00:00Z", 1767398400, "2026-01-04 01:00:00+01:00", None)
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, changed, photo BLOB, score REAL)")
        for number, changed in enumerate(times):
            row = (number, f"p{number}@acme.example", changed, b"\x00\xff", 0.5)
            made.execute("INSERT INTO people VALUES (?, ?, ?, ?, ?)", row)
        made.commit()
    return path


def crm(path: Path, query: str = "SELECT * FROM people", **options: Any) -> ApiSource:
    """A source of contacts over the file."""
    return source("sql", query=query, object="contacts", attach=path, **options)


def test_rows_come_as_text(path: Path) -> None:
    """Numbers as SQLite writes them, bytes as hexadecimal digits, null as null."""
    read = pulled(crm(path, id_column="id"))
    assert [row["id"] for row in read.rows] == ["0", "1", "2", "3", "4"]
    assert read.rows[4] == {"id": "4", "email": "p4@acme.example", "changed": None, "photo": "00FF", "score": "0.5"}


@pytest.mark.parametrize("query", ENDED)
def test_what_stands_behind_the_query_is_no_part_of_it(path: Path, query: str) -> None:
    """A semicolon, and comments after it, end the query as in any shell; those in a text or a comment do not."""
    assert pulled(crm(path, query)).rows == [{"id": "1", "email": "a;-- b"}]


def test_change_times_are_read_as_sqlite_reads_them(path: Path) -> None:
    """Texts with and without a zone and seconds since 1970 are in one order; a row without a time always comes."""
    of = crm(path, change_column="changed", overlap_minutes=60 * 24)
    first = pulled(of)
    assert [row["id"] for row in first.rows] == ["4", "0", "1", "2", "3"]
    assert [row["id"] for row in pulled(of, first.cursor).rows] == ["4", "2", "3"]
    days = windowed(of, datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 4, tzinfo=UTC))
    assert [row["id"] for row in days.rows] == ["1", "2"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT * FROM nobody", "no such table: nobody"),
        ("SELECT 1; SELECT 2", "it is not one SELECT"),
        ("DELETE FROM people", "syntax error"),
        ("SELECT id, email AS id FROM people", "two columns called 'id'"),
    ],
)
def test_a_query_that_cannot_be_asked_is_said_in_one_line(path: Path, query: str, told: str) -> None:
    """The line names the settings' key and what is wrong; the file stays as it is."""
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match=r"sources\.wh\.options\.query: ") as caught:
        pulled(crm(path, query))
    assert told in str(caught.value)
    assert path.read_bytes() == before


def test_a_file_that_is_none_is_said(path: Path) -> None:
    """A missing file and a damaged one name `attach`, and none is made."""
    with pytest.raises(ConfigurationError, match=r"sources\.wh\.options\.attach: there is no file"):
        pulled(crm(path.with_name("other.sqlite")))
    path.write_bytes(b"no database at all, however long it may be" * 100)
    with pytest.raises(ConfigurationError, match=r"options\.attach: .*damaged"):
        checked(crm(path))
    assert [one.name for one in path.parent.iterdir()] == ["crm.sqlite"]

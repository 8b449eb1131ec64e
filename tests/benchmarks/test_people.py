"""The people that are made up are what they are said to be."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from benchmarks import people
from connectors.csv_file import Options, Source
from connectors.errors import SourceRefused
from pipelines.keys.phones import reading as phones
from pipelines.lake.engine import engine
from pipelines.lake.lake import Lake

ROWS = 2000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV file of people, with its truth beside it."""
    path = tmp_path_factory.mktemp("people") / "people.csv"
    people.write(path, ROWS)
    return path


@pytest.fixture(scope="module")
def database(made: Path) -> duckdb.DuckDBPyConnection:
    """`told`: the rows of the file, each with its truth."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute(
        "CREATE TABLE told AS SELECT * FROM (SELECT *, row_number() OVER () - 1 AS row FROM "
        "read_csv($1, all_varchar = true, header = true, parallel = false)) JOIN read_parquet($2) USING (row)",
        [str(made), str(made.with_name("people_truth.parquet"))],
    )
    return connection


def one(database: duckdb.DuckDBPyConnection, text: str) -> tuple[float, ...]:
    """The one row of a query."""
    ((row),) = database.execute(text).fetchall()
    return tuple(row)


def test_every_row_has_its_truth(database: duckdb.DuckDBPyConnection) -> None:
    """There are as many rows as asked for, each told of once, 1.6 a person."""
    count, rows, persons = one(database, "SELECT count(*), count(DISTINCT row), count(DISTINCT person) FROM told")
    assert count == rows == ROWS
    assert 1.55 < count / persons < 1.65


def test_people_have_up_to_six_rows(database: duckdb.DuckDBPyConnection) -> None:
    """Chains are one to six rows long, and their rows are numbered."""
    lengths = database.execute(
        "SELECT DISTINCT count(*) AS n, max(place) + 1 FROM told GROUP BY person ORDER BY n"
    ).fetchall()
    assert lengths == [(n, n) for n in range(1, 7)]


def test_neighbours_in_a_chain_share_a_key(database: duckdb.DuckDBPyConnection) -> None:
    """Of good rows one after the other, both have one e-mail, or one phone, in turns."""
    pairs = """
        FROM told a JOIN told b ON a.person = b.person AND b.place = a.place + 1
        WHERE NOT (a.bad_email OR a.bad_phone OR b.bad_email OR b.bad_phone OR a.on_switchboard OR b.on_switchboard)
    """
    mail = "lower(regexp_replace(regexp_extract({}.Email, '[^\\s<:]+@[^\\s>]+'), '^mailto:', ''))"
    digits = "right(regexp_replace({}.Phone, '\\D', '', 'g'), 9)"
    for even, key in ((True, mail), (False, digits)):
        same = f"{key.format('a')} = {key.format('b')}"
        shared, all_of_them = one(
            database, f"SELECT count(*) FILTER ({same}), count(*) {pairs} AND (a.place % 2 = 0) = {even}"
        )
        assert shared == all_of_them > 50


def test_hubs_have_their_degree(database: duckdb.DuckDBPyConnection) -> None:
    """The switchboard and the shared mailbox stand on so many different people."""
    assert people.degree(ROWS) == 125
    assert people.degree(1_000_000) == 1000
    for flag, column in (("on_switchboard", "Phone"), ("in_shared_mailbox", "lower(trim(Email))")):
        names_of = 'count(DISTINCT ("First Name", "Last Name"))'
        persons, names, rows = one(
            database,
            f"SELECT count(DISTINCT person), {names_of}, count(*) FROM told WHERE {flag}",  # noqa: S608 - ours
        )
        assert persons == rows == people.degree(ROWS)
        assert names > 0.9 * persons
        plain = "Email NOT LIKE '%:%' AND Email NOT LIKE '%<%'"
        values = one(database, f"SELECT count(DISTINCT {column}) FROM told WHERE {flag} AND {plain}")  # noqa: S608 - ours
        assert values == (1,)


def test_three_in_a_hundred_values_are_bad(database: duckdb.DuckDBPyConnection) -> None:
    """About 3 % of e-mails and phones are bad, 4 % of the people have a role mailbox only."""
    emails, numbers, roles = one(
        database,
        "SELECT avg(bad_email::INT), avg(bad_phone::INT), sum(in_role_mailbox::INT) / count(DISTINCT person) FROM told",
    )
    assert 0.02 < emails < 0.04
    assert 0.02 < numbers < 0.04
    assert 0.035 < roles < 0.045


def test_good_numbers_can_be_dialled_and_bad_ones_cannot(database: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Every number is one for libphonenumber, as the row's country says, but for those that are meant to be bad."""
    given = database.sql(
        "SELECT Phone AS raw, coalesce(Country, '') AS country, bad_phone FROM told WHERE Phone IS NOT NULL"
    ).to_arrow_table()
    with engine(Lake(tmp_path), "run", memory="2GB", threads=2) as step:
        step.put("given_phones", given)
        phones.keys(step, None)
        wrong = step.rows(
            "SELECT raw, country, bad_phone, reason FROM given_phones JOIN phone_keys USING (raw, country) "
            "WHERE bad_phone <> (reason IS NOT NULL)"
        )
    assert wrong == []


def test_the_header_is_understood_and_names_no_id(made: Path) -> None:
    """The connector takes the rows for people, and none of the columns for an id."""
    source = Source(Options(path=made))
    (part,) = source.read()
    assert not isinstance(part, SourceRefused)
    layout = source.layout(part.object, part.columns)
    assert part.object == "contacts"
    assert "source_id" not in layout.columns
    assert {name for names in layout.columns.values() for name in names} == set(part.columns)


def test_the_same_seed_makes_the_same_people(made: Path, tmp_path: Path) -> None:
    """Made again, file and truth are the same; with another seed they are not."""
    again, other = tmp_path / made.name, tmp_path / "other" / made.name
    other.parent.mkdir()
    people.write(again, ROWS)
    people.write(other, ROWS, seed=2)
    assert again.read_bytes() == made.read_bytes() != other.read_bytes()
    truth = made.with_name("people_truth.parquet")
    assert pq.read_table(again.with_name(truth.name)).equals(pq.read_table(truth))


@pytest.mark.parametrize("rows", [99, people.MOST_ROWS + 1])
def test_too_few_or_too_many_rows_are_refused(rows: int, tmp_path: Path) -> None:
    """Beyond what the ranges of numbers hold nothing is made."""
    with pytest.raises(ValueError, match="can be made"):
        people.write(tmp_path / "people.csv", rows)

"""A query of a PostgreSQL server: a real one, started for these tests."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.api import ApiSource
from connectors.errors import AccessError, ConfigurationError, NotApplied
from tests.connectors.pulled import checked, pulled, source, windowed
from tests.connectors.sql import ENDED

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed: the extra `postgres`")

from tests.connectors.sql.cluster import PASSWORD, cluster, programs  # noqa: E402 - it imports psycopg

pytestmark = pytest.mark.skipif(programs() is None, reason="no PostgreSQL server here: apt-get install postgresql")

PEOPLE = """
    CREATE TABLE people (id bigint PRIMARY KEY, email text, updated_at timestamptz, local timestamp, "100%" text);
    INSERT INTO people SELECT i, 'p' || i || '@acme.example', timestamptz '2026-01-01 00:00:00Z' + i * interval '1 day',
        timestamp '2026-01-01' + i * interval '1 day', 'a?b%s' FROM generate_series(0, 9) i;
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server with ten people."""
    with cluster() as url:
        with psycopg.connect(url) as made:
            made.execute(PEOPLE)
        yield url


def crm(url: str, query: str = "SELECT * FROM people ORDER BY id", **options: Any) -> ApiSource:
    """A source of contacts over the server."""
    return source("sql", url, query=query, object="contacts", attach="postgres", **options)


def ids(rows: list[dict[str, str | None]]) -> list[str | None]:
    """The rows' ids."""
    return [row["id"] for row in rows]


def test_rows_come_as_text_without_loss(url: str) -> None:
    """Times with their zone, exact decimals, true and false, JSON of arrays and rows; NaN says nothing."""
    query = """
        SELECT 1 AS id, timestamptz '2026-03-01 12:00:00.25+02' AS zoned, timestamp '2026-07-01 12:00:00' AS naive,
        date '2026-01-02' AS day, 1.10::numeric AS money, true AS yes, ARRAY['a', 'b'] AS list,
        '{"k": "ü"}'::jsonb AS json,
        'NaN'::float8 AS nothing, '\\x00ff'::bytea AS bytes, NULL AS null, 0.1::float8 AS tenth, '' AS empty,
        'infinity'::timestamptz AS never, 'a%s?' AS signs -- and a comment
    """
    [row] = pulled(crm(url, query, time_zone="Europe/Berlin")).rows
    assert row == {
        "id": "1",
        "zoned": "2026-03-01T10:00:00.250000Z",
        "naive": "2026-07-01T10:00:00.000000Z",
        "day": "2026-01-02",
        "money": "1.10",
        "yes": "true",
        "list": '["a","b"]',
        "json": '{"k": "ü"}',
        "nothing": None,
        "bytes": "AP8=",
        "null": None,
        "tenth": "0.1",
        "empty": "",
        "never": "infinity",
        "signs": "a%s?",
    }


@pytest.mark.parametrize("query", [*ENDED, "SELECT 1 AS id, $$a;-- b$$ AS email; -- all"])
def test_what_stands_behind_the_query_is_no_part_of_it(url: str, query: str) -> None:
    """A semicolon, and comments after it, end the query as in any shell; those in a text or a comment do not."""
    assert pulled(crm(url, query)).rows == [{"id": "1", "email": "a;-- b"}]


def test_a_pull_is_read_in_batches(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cursor stands on the server: rows come a batch at a time, from one moment."""
    monkeypatch.setattr("connectors.sql.postgres.ROWS", 4)
    read = pulled(crm(url))
    assert ids(read.rows) == [str(number) for number in range(10)]
    assert len(read.cursors) == 4  # the columns alone, then 4 + 4 + 2 rows
    assert read.rows[0]["100%"] == "a?b%s"


@pytest.mark.parametrize("column", ["updated_at", "local", "day"])
def test_pulls_give_what_changed_less_an_overlap(url: str, column: str) -> None:
    """By moments, by times without a zone and by days; a window gives its rows."""
    query = "SELECT id, email, updated_at, local, local::date AS day FROM people"
    of = crm(url, query, change_column=column, id_column="id", overlap_minutes=24 * 60 - 60)
    first = pulled(of)
    assert ids(first.rows) == [str(number) for number in range(10)]
    assert ids(pulled(of, first.cursor).rows) == (["9"] if column == "updated_at" else ["8", "9"])
    days = windowed(of, datetime(2026, 1, 3, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC))
    assert ids(days.rows) == ["2", "3"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT * FROM nobody", 'relation "nobody" does not exist'),
        ("SELECT 1; SELECT 2", "cannot insert multiple commands"),
        ("SELECT 1) AS q; DROP TABLE people; --", "syntax error"),
        ("DELETE FROM people", "it is not one SELECT"),
        ("DELETE FROM people RETURNING id", "it is not one SELECT"),
        ("WITH gone AS (DELETE FROM people RETURNING id) SELECT id FROM gone", "it is not one SELECT"),
        ("SELECT setval('numbers', 1) AS id", 'relation "numbers" does not exist'),
        ("SELECT 1 AS id, 2 AS id", "two columns called 'id'"),
    ],
)
def test_a_query_that_cannot_be_asked_is_said_in_one_line(url: str, query: str, told: str) -> None:
    """The line names the settings' key and what is wrong; nothing is written."""
    with pytest.raises(ConfigurationError, match=r"sources\.wh\.options\.query: ") as caught:
        pulled(crm(url, query))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(pulled(crm(url)).rows) == 10


def test_an_error_shows_no_value(url: str) -> None:
    """PostgreSQL's own text quotes the cell over which it stumbled; ours does not."""
    with pytest.raises(ConfigurationError, match="22P02") as caught:
        pulled(crm(url, "SELECT id, email::int AS n FROM people"))
    assert "acme" not in str(caught.value)


def test_a_function_that_writes_is_refused(url: str) -> None:
    """The transaction only reads, whatever a SELECT calls."""
    with psycopg.connect(url) as made:
        made.execute("CREATE SEQUENCE IF NOT EXISTS counted")
    with pytest.raises(ConfigurationError, match="read-only transaction"):
        pulled(crm(url, "SELECT nextval('counted') AS id"))


def test_a_query_that_takes_long_can_be_stopped(url: str) -> None:
    """A run that is stopped tells the server so, and does not wait."""
    of = crm(url, "SELECT 1 AS id, pg_sleep(60)::text AS email")

    async def stopped() -> None:
        async with of:
            pages = of.pull("contacts", None)
            await anext(pages)
            await asyncio.wait_for(anext(pages), 0.5)

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        asyncio.run(stopped())
    assert time.monotonic() - began < 10


def test_the_secret_shows_nowhere(url: str) -> None:
    """A wrong password, a closed port, a secret that is no address: the variable or the server is named."""
    wrong = url.replace(PASSWORD, "sesame")
    with pytest.raises(AccessError, match=r"the login is refused.*CRM_BRIDGE_SECRET_WH") as login:
        pulled(crm(wrong))
    with pytest.raises(NotApplied, match=r"127\.0\.0\.1:1: no connection"):
        pulled(crm(f"postgresql://crm:{PASSWORD}@127.0.0.1:1/postgres"))
    nobody = source("sql", query="SELECT 1", object="contacts", attach="postgres", host="127.0.0.1", port=1)
    with pytest.raises(NotApplied, match="CRM_BRIDGE_SECRET_WH is not set"):
        pulled(nobody)
    with pytest.raises(ConfigurationError, match="CRM_BRIDGE_SECRET_WH is neither") as address:
        pulled(crm(f"password {PASSWORD}"))
    assert "sesame" not in str(login.value)
    assert PASSWORD not in str(address.value) + str(crm(url).origin) + checked(crm(url)).account


def test_the_settings_may_say_where_the_server_is(url: str) -> None:
    """Host, port, role and database are no secrets: then the variable holds the password alone."""
    port = int(url.rpartition(":")[2].partition("/")[0])
    place = {"host": "127.0.0.1", "port": port, "user": "crm", "database": "postgres"}
    of = source("sql", f"password={PASSWORD}", query="SELECT 1 AS id", object="contacts", attach="postgres", **place)
    assert ids(pulled(of).rows) == ["1"]
    assert of.origin.startswith(f"postgres 127.0.0.1:{port}/postgres, query ")
    assert checked(of).account.endswith(f"at 127.0.0.1:{port}, database postgres, as crm")

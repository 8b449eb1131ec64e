"""The engine: names and values reach SQL as what they are, and files are read by exactly their name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import StateRefused
from connectors.records import CONTACT
from pipelines.lake.engine import Engine, engine, parquet_literal, quote_identifier, quote_text, sql
from pipelines.lake.lake import Lake

HOSTILE = 'x" int); drop table t; --'


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for these tests."""
    with engine(Lake(tmp_path_factory.mktemp("data")), "run", memory="2GB", threads=2) as opened:
        yield opened


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12))
def test_any_name_and_any_text_survive_quoting(step: Engine, text: str) -> None:
    """What goes in as an identifier or a literal comes out unchanged."""
    answer = step.connection.sql(f"SELECT {quote_text(text)} AS {quote_identifier(text)}")
    assert (answer.columns, answer.fetchall()) == ([text], [(text,)])


def test_hostile_name_is_only_a_name(step: Engine) -> None:
    """A table and a column may be called anything."""
    step.put(HOSTILE, pa.table({HOSTILE: ["it's"]}))
    assert step.count(HOSTILE) == 1
    assert step.connection.sql(f"FROM {quote_identifier(HOSTILE)}").fetchall() == [("it's",)]


@pytest.mark.parametrize(
    "name", ["[a].parquet", "a*.parquet", "a?.parquet", "it's.parquet", "[!b].parquet", "ü {x}.parquet"]
)
def test_file_is_read_by_its_own_name(tmp_path: Path, step: Engine, name: str) -> None:
    """No name is a pattern: a neighbour that it would match is not read."""
    for neighbour in ("a.parquet", "ab.parquet", "b.parquet", "ax.parquet"):
        pq.write_table(pa.table({"who": ["neighbour"]}), tmp_path / neighbour)
    pq.write_table(pa.table({"who": ["me"]}), tmp_path / name)
    assert step.rows(f"FROM read_parquet({parquet_literal(tmp_path / name)})") == [("me",)]


def test_rows_with_the_same_key_give_way(step: Engine) -> None:
    """Others stay."""
    step.put("kept", pa.table({"id": ["a", "b"], "value": [1, 2]}))
    step.replace_rows("kept", "id", pa.table({"id": ["b", "c"], "value": [3, 4]}))
    assert step.rows("SELECT id, value FROM kept ORDER BY id") == [("a", 1), ("b", 3), ("c", 4)]


def test_table_that_was_never_made_is_told_with_what_to_do(step: Engine) -> None:
    """The message names the table."""
    with pytest.raises(StateRefused, match=r"the table golden does not exist yet\. Run the stages before it"):
        step.read("golden")


def test_what_is_written_is_what_others_read(tmp_path: Path) -> None:
    """A table written by one step is read by the next, with its count."""
    lake = Lake(tmp_path)
    with engine(lake, "one", memory="2GB", threads=2) as first:
        first.put("people", pa.table({"name": ["Jane", "João"]}))
        assert first.write("people") == {"people": 2}
    lake.publish("one", ["people"])
    with engine(lake, "two", memory="2GB", threads=2) as second:
        second.read("people")
        assert second.rows("SELECT name FROM people ORDER BY name") == [("Jane",), ("João",)]
        assert [batch.num_rows for batch in second.batches("FROM people", 1)] in ([2], [1, 1])


def test_limits_bind(tmp_path: Path) -> None:
    """Memory and threads are those of the settings, and no extension is fetched from anywhere."""
    with engine(Lake(tmp_path), "run", memory="300MB", threads=1) as step:
        asked = "SELECT current_setting('memory_limit'), current_setting('threads'), current_setting('TimeZone')"
        assert step.rows(asked) == [("286.1 MiB", 1, "UTC")]
        assert step.rows("SELECT current_setting('autoinstall_known_extensions')") == [(False,)]


def test_every_sql_file_makes_the_table_of_its_name(step: Engine) -> None:
    """A file is one SELECT that starts with a comment saying what it makes, except macros and the ledger's schema."""
    root = Path(__file__).parents[3] / "pipelines"
    files = [path.relative_to(root) for path in root.glob("*/sql/**/*.sql")]
    tables = [path for path in files if path.parts[0] != "ledger"]
    assert len(tables) > 100
    for path in tables:
        room, _, *group = path.with_suffix("").parts
        text = sql("/".join((room, *group)), CONTACT.plain)
        assert text.startswith("-- "), path
        if path.stem != "macros":
            assert len(step.connection.extract_statements(f"CREATE TABLE x AS {text}")) == 1, path


def test_a_file_with_a_line_for_each_field_wants_fields() -> None:
    """Such a line is repeated for each field that has what the line names; without fields nothing is made."""
    text = sql("planning/contact_sides", CONTACT.plain)
    assert "c.title AS stands_title," in text
    assert """json_extract(c.properties, '$."linkedin_url"')::VARCHAR, 'null') AS stands_linkedin_url,""" in text
    assert "c.None" not in text
    with pytest.raises(ValueError, match="say for which fields"):
        sql("planning/contact_sides")

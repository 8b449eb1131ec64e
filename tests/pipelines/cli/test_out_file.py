"""What `--out` names may replace an earlier file of its kind, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.errors import ConfigurationError
from pipelines.cli import out_file


def is_one(schema: pa.Schema) -> bool:
    """Whether it is a file of ours."""
    return "ours" in schema.names


def test_a_new_file_or_an_earlier_one_of_the_kind_is_written(tmp_path: Path) -> None:
    """A command that is run each night may write to the same place each night."""
    file = tmp_path / "out.parquet"
    out_file.check(file, tmp_path / "data", "one", is_one)
    pq.write_table(pa.table({"ours": [1]}), file)
    out_file.check(file, tmp_path / "data", "one", is_one)


@pytest.mark.parametrize(
    "name", ["sync.toml", "inbox/people.csv", "other.parquet", "data/ledger.db", "data/new", "inbox"]
)
def test_whatever_else_is_there_stays(tmp_path: Path, name: str) -> None:
    """Settings, sources, other tables, folders and everything in the data folder are refused, and left as they are."""
    for folder in ("inbox", "data"):
        (tmp_path / folder).mkdir()
    for text in ("sync.toml", "inbox/people.csv", "data/ledger.db"):
        (tmp_path / text).write_text("precious", "utf-8")
    pq.write_table(pa.table({"theirs": [1]}), tmp_path / "other.parquet")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(ConfigurationError):
        out_file.check(tmp_path / name, tmp_path / "data", "one", is_one)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A mistyped path is said before anything is done for it."""
    with pytest.raises(ConfigurationError, match=r"there is no folder .*mistyped"):
        out_file.check(tmp_path / "mistyped" / "out.parquet", tmp_path / "data", "one", is_one)
    assert list(tmp_path.iterdir()) == []


def test_a_link_into_the_data_folder_is_followed(tmp_path: Path) -> None:
    """Another name for the ledger does not help."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ledger.db").touch()
    (tmp_path / "link").symlink_to(tmp_path / "data" / "ledger.db")
    with pytest.raises(ConfigurationError):
        out_file.check(tmp_path / "link", tmp_path / "data", "one", is_one)

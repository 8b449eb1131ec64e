"""The first day of a team: nine exports as their tools write them, brought in one go."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.pipelines.cli.exports import PEOPLE, ROWS, UNSUBSCRIBED, lay_out
from tests.pipelines.shell import Said, Shell

SETTINGS = """
[sources.inbox]
kind = "csv_file"
options.path = "inbox"

[match]
default_region = "DE"
"""


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory, crm_bridge: Shell) -> tuple[Path, Said]:
    """The folder in which all nine were brought, and what was said."""
    folder = tmp_path_factory.mktemp("nine")
    lay_out(folder / "inbox")
    (folder / "sync.toml").write_text(SETTINGS, "utf-8")
    return folder, crm_bridge("run", "--config", folder / "sync.toml", "--data", folder / "data")


def count(said: Said, words: str) -> int:
    """The number before some words of the funnel."""
    found = re.search(rf"^ *([\d,]+)  {words}", said.out, re.MULTILINE)
    assert found, said.out
    return int(found[1].replace(",", ""))


def test_all_of_them_land_and_none_stops_another(brought: tuple[Path, Said]) -> None:
    """Everybody is a contact; only the lines below a Salesforce report are set aside, and the code is 0."""
    _, said = brought
    assert said.code == 0, said.err
    assert "files refused" not in said.out
    assert count(said, "rows read from 9 files") == ROWS + count(said, "rows set aside")
    assert count(said, "contacts created") == PEOPLE


def test_who_opted_out_is_counted_and_marked(brought: tuple[Path, Said]) -> None:
    """Each export's own way of saying so is read, and an analyst finds it."""
    folder, said = brought
    assert count(said, "people who opted out of e-mail or phone") == UNSUBSCRIBED
    contacts = pq.read_table(folder / "data" / "exports" / "contacts.parquet").to_pylist()
    assert sum("email opt-out" in contact["tags"] for contact in contacts) == UNSUBSCRIBED


def test_what_was_assumed_and_what_was_not_sent_is_said(brought: tuple[Path, Said]) -> None:
    """The German file is no UTF-8, and no field of the CRM takes an owner."""
    _, said = brought
    assert "assumed: Kundenliste.csv: not UTF-8: read as cp1252" in said.out
    assert re.search("not sent: inbox, contacts: .*Contact owner", said.out)


def test_a_file_that_is_none_is_refused_beside_the_others(tmp_path: Path, crm_bridge: Shell) -> None:
    """A picture with the wrong ending is named, the code is 1, and all others land."""
    lay_out(tmp_path / "inbox")
    (tmp_path / "inbox" / "logo.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 9)
    (tmp_path / "sync.toml").write_text(SETTINGS, "utf-8")
    said = crm_bridge("plan", "--config", tmp_path / "sync.toml", "--data", tmp_path / "data")
    assert said.code == 1
    assert "refused: logo.csv" in said.out
    assert count(said, "contacts to create") == PEOPLE

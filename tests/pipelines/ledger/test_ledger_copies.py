"""Copies of the ledger: made at any moment, whole or not at all."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from connectors.errors import ConfigurationError, StateRefused
from pipelines.ledger.copies import backup, keep
from pipelines.ledger.effects import Operation
from pipelines.ledger.ledger import Ledger
from tests.pipelines.ledgers import filled


def test_a_copy_is_made_while_the_ledger_is_in_use(tmp_path: Path) -> None:
    """The copy holds all that was kept, in one private file; it never replaces another unless told to."""
    path, copy = tmp_path / "ledger.db", tmp_path / "copies" / "ledger.copy"
    copy.parent.mkdir()
    with closing(filled(path)) as ledger:
        backup(path, copy)
        ledger.journal.intend("r", [Operation("key-2", "contacts", "create", "eve", {}, {})])
        with pytest.raises(ConfigurationError, match="is there already"):
            backup(path, copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [file.name for file in copy.parent.iterdir()] == ["ledger.copy"]
    with closing(Ledger(copy, "account")) as kept:
        assert kept.journal.states() == {"DONE": 1, "INTENT": 1}
    backup(path, copy, force=True)
    with closing(Ledger(copy, "account")) as kept:
        assert kept.journal.states() == {"DONE": 1, "INTENT": 2}


def test_there_must_be_a_ledger_to_copy(tmp_path: Path) -> None:
    """Neither a missing nor a damaged ledger leaves a copy behind."""
    with pytest.raises(StateRefused, match="no ledger yet"):
        backup(tmp_path / "ledger.db", tmp_path / "copy")
    (tmp_path / "ledger.db").write_bytes(b"no ledger" * 1000)
    with pytest.raises(StateRefused):
        backup(tmp_path / "ledger.db", tmp_path / "copy")
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.db"]


@pytest.mark.parametrize("name", ["ledger.db", "ledger.db-wal", "ledger.db-shm", "soft", "hard", "folder/../ledger.db"])
def test_a_ledger_is_not_copied_onto_itself(tmp_path: Path, name: str) -> None:
    """By whatever name, also when forced: a ledger that is in use would lose what it still keeps in its tail."""
    path, copy = tmp_path / "ledger.db", tmp_path / name
    (tmp_path / "folder").mkdir()
    with closing(filled(path)) as ledger:
        (tmp_path / "soft").symlink_to(path)
        (tmp_path / "hard").hardlink_to(path)
        with pytest.raises(ConfigurationError, match="is the ledger itself"):
            backup(path, copy, force=True)
        ledger.traits.set("a", "b")
    with closing(Ledger(path, "account")) as ledger:
        assert ledger.traits.get("a") == "b"


def test_only_a_copy_gives_way_to_a_copy(tmp_path: Path) -> None:
    """Forced, too, a file that is no ledger stays as it is: the embedded CRM's, say."""
    path, other = tmp_path / "ledger.db", tmp_path / "crm.db"
    filled(path).close()
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE contacts (id TEXT)")
    before = other.read_bytes()
    with pytest.raises(ConfigurationError, match="is no copy of a ledger"):
        backup(path, other, force=True)
    assert other.read_bytes() == before


def test_a_copy_needs_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system without hard links the copy gets its name, too, and takes none that is there."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    path, copy = tmp_path / "ledger.db", tmp_path / "copies" / "copy"
    copy.parent.mkdir()
    filled(path).close()
    monkeypatch.setattr(os, "link", refuse)
    backup(path, copy)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert [file.name for file in copy.parent.iterdir()] == ["copy"]
    with closing(Ledger(copy, "account")) as kept:
        assert kept.journal.states() == {"DONE": 1, "INTENT": 1}
    with pytest.raises(ConfigurationError, match="is there already"):
        backup(path, copy)


def test_what_is_kept_of_a_damaged_ledger_is_private(tmp_path: Path) -> None:
    """Its tail holds personal data as well as the file does."""
    path = tmp_path / "ledger.db"
    path.write_bytes(b"no ledger" * 1000)
    path.with_name("ledger.db-wal").write_bytes(b"its tail")
    kept = keep(path)
    tail = kept.with_name(f"{kept.name}-wal")
    assert tail.read_bytes() == b"its tail"
    assert {stat.S_IMODE(file.stat().st_mode) for file in (kept, tail)} == {0o600}

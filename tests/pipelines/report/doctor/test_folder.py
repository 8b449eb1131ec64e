"""What the doctor says of the data folder and the ledger."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.lake import room
from pipelines.lake.lock import WriterLock
from pipelines.report.doctor import folder
from tests.pipelines.report.doctor.levels import found
from tests.pipelines.workshop import TO_CLEAN, Workshop


def test_a_folder_that_others_may_look_into_is_worth_a_look(tmp_path: Path) -> None:
    """It holds personal data; runs work all the same."""
    tmp_path.chmod(0o755)
    (level, words), *_ = found(lambda: folder.folder(tmp_path, 0))
    assert level == "warn"
    assert "chmod 700" in words
    tmp_path.chmod(0o700)
    assert [level for level, _ in found(lambda: folder.folder(tmp_path, 0))] == ["ok"]


def test_a_file_in_the_folders_place_is_wrong(tmp_path: Path) -> None:
    """So is a folder below it."""
    (tmp_path / "data").touch()
    for path in (tmp_path / "data", tmp_path / "data" / "below"):
        ((level, words),) = found(lambda path=path: folder.folder(path, 0))  # type: ignore[misc]
        assert level == "wrong"
        assert "is not a folder. Name another with --data." in words


def test_a_disk_that_takes_nothing_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the folder's rights say."""

    def refuse(**_: object) -> None:
        raise OSError(30, os.strerror(30))

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    ((level, words),) = found(lambda: folder.folder(tmp_path, 0))
    assert (level, words) == ("wrong", "Read-only file system.")


@pytest.mark.parametrize(("free", "level"), [(10**6, "wrong"), (10**8, "warn"), (10**10, "ok")])
def test_room_is_compared_with_what_a_run_may_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    """Both are told."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Usage", (), {"free": free}))
    tmp_path.chmod(0o700)
    ((found_level, words),) = found(lambda: folder.folder(tmp_path, 10**9))
    assert found_level == level
    assert "a run may need 1.0 GB" in words


def test_what_a_run_may_need_goes_by_files_tables_and_ledger(shop: Workshop) -> None:
    """Twice of what is read and of what the newest run made."""
    assert room.needed(shop.data, [10]) == 20
    shop.file("people.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com")
    shop.run(*TO_CLEAN)
    tables = sum(path.stat().st_size for path in shop.data.glob("runs/*/*.parquet"))
    assert room.needed(shop.data, []) == 2 * tables > 0


def test_a_run_at_work_is_told_and_no_fault(tmp_path: Path) -> None:
    """And looking takes no lock that a run would miss."""
    assert found(lambda: folder.at_work(tmp_path)) == [("ok", "none is at work")]
    assert list(tmp_path.iterdir()) == []
    lock = WriterLock(tmp_path)
    lock.take()
    assert found(lambda: folder.at_work(tmp_path)) == [("ok", "another run works on the data folder right now")]
    lock.free()
    assert found(lambda: folder.at_work(tmp_path)) == [("ok", "none is at work")]


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A data folder after a run with one contact."""
    shop = Workshop(tmp_path_factory.mktemp("synced"))
    shop.file("people.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com")
    shop.run()
    return shop


def test_a_ledger_that_is_not_there_is_not_made(shop: Workshop) -> None:
    """Nor is its folder."""
    assert found(lambda: folder.ledger(shop.work("doctor"))) == [("ok", "none yet, the first run makes it")]
    assert not shop.data.exists()


def test_the_ledger_says_what_it_waits_for(synced: Workshop, tmp_path: Path) -> None:
    """All done; something that a human must look at; damaged."""
    shop = synced.twin(tmp_path)
    work = shop.work("doctor")
    path = shop.data / "ledger.db"
    assert found(lambda: folder.ledger(work)) == [("ok", f"{path}: version 5; 2 done")]
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE journal SET state = 'UNKNOWN' WHERE kind = 'log'")
    ((level, words),) = found(lambda: folder.ledger(work))
    assert level == "warn"
    assert words.endswith("1 done; 1 nobody can tell (crm-bridge retry looks for them)")
    path.write_bytes(b"")
    ((level, words),) = found(lambda: folder.ledger(work))
    assert level == "wrong"
    assert "crm-bridge ledger restore" in words


def test_an_older_ledger_is_not_upgraded_by_looking(synced: Workshop, tmp_path: Path) -> None:
    """The next run does that."""
    shop = synced.twin(tmp_path)
    path = shop.data / "ledger.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 4")
    assert found(lambda: folder.ledger(shop.work())) == [("ok", f"{path}: version 4; the next run brings it to 5")]
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (4,)

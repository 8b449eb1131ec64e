"""The ledger's file: made once, upgraded whole, refused where it cannot be trusted, never reset."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Busy, StateRefused
from pipelines.ledger.effects import Effect, Operation
from pipelines.ledger.file import SCHEMAS, VERSION, schema_of
from pipelines.ledger.ledger import Ledger

ROOT = Path(__file__).resolve().parents[3]
CREATE = Operation("key-c", "contacts", "create", "ada", {"firstName": "Ada"}, {"first_name": "Ada"})


def python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, check=False, cwd=ROOT, env=os.environ, capture_output=True, text=True)


def refused(path: Path, words: str) -> None:
    """Assert that the file is refused in one line and left as it was, byte by byte."""
    before = path.read_bytes()
    with pytest.raises(StateRefused, match=words) as caught:
        Ledger(path, "account")
    assert path.read_bytes() == before
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_damaged_ledger_is_refused_and_left(tmp_path: Path) -> None:
    """A file that is no database, or that was overwritten in part, is never opened for writing."""
    path = tmp_path / "ledger.db"
    path.write_bytes(b"not a database" * 100)
    refused(path, "cannot be read")
    path.unlink()
    Ledger(path, "account").close()
    path.write_bytes(b"\xff" * 100 + path.read_bytes()[100:])
    refused(path, "cannot be read")


def test_another_programs_database_is_refused_and_left(tmp_path: Path) -> None:
    """A database that is no ledger is not touched, whatever version it claims to have."""
    for version in (0, VERSION):
        path = tmp_path / f"ledger-{version}.db"
        with closing(sqlite3.connect(path)) as database:
            database.executescript(f"CREATE TABLE mine (x); PRAGMA user_version = {version}")
        refused(path, "not a ledger")


def test_a_newer_ledger_is_refused_and_left(tmp_path: Path) -> None:
    """A ledger of a later version asks for the later program."""
    path = tmp_path / "ledger.db"
    Ledger(path, "account").close()
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
    refused(path, "written by a newer crm-bridge")


def test_an_emptied_ledger_is_refused(tmp_path: Path) -> None:
    """No bytes is not the same as no file: a ledger is made whole, so an empty one has lost what it held."""
    path = tmp_path / "ledger.db"
    path.touch()
    refused(path, "empty, which a ledger never is")


def test_the_file_is_private_durable_and_made_once(tmp_path: Path) -> None:
    """It is its owner's alone, written through to the disk, and racing makers make one."""
    path = tmp_path / "ledger.db"
    with ThreadPoolExecutor(8) as pool:
        ledgers = list(pool.map(lambda _: Ledger(path, "account"), range(8)))
    for ledger in ledgers:
        assert ledger._access._database.execute("PRAGMA synchronous").fetchone() == (2,)
        assert ledger._access._database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        ledger.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.db"]


def test_what_a_method_returned_from_survives_a_kill(tmp_path: Path) -> None:
    """A process that is killed right after it kept an intent has kept it."""
    code = (
        "import os, signal, sys; from pathlib import Path; from pipelines.ledger.effects import Operation; "
        "from pipelines.ledger.ledger import Ledger; ledger = Ledger(Path(sys.argv[1]), 'account'); "
        "ledger.journal.intend('r', [Operation('k', 'contacts', 'create', 'ada', {}, {})]); os.kill(os.getpid(), 9)"
    )
    path = tmp_path / "ledger.db"
    assert python(code, path).returncode == -signal.SIGKILL
    with closing(Ledger(path, "account")) as ledger:
        assert ledger.journal.states() == {"INTENT": 1}


def older(path: Path, version: int) -> None:
    """Make a ledger of an earlier version with one operation of each state, as that version left it."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript("; ".join(schema_of(name) for name in SCHEMAS[:version]))
        database.execute("INSERT INTO meta VALUES ('ledger_id', 'the-one')")
        database.executemany(
            "INSERT INTO journal (op_key, account, object, kind, entity_id, crm_id, body, sent, state, run, intent_at) "
            "VALUES (?, 'account', 'contacts', ?, 'ada', ?, '{}', '{}', ?, 'r', 1)",
            [
                *(("a", "create", None, "INTENT"), ("b", "create", None, "SENT"), ("c", "update", "crm-1", "DONE")),
                *(("d", "update", "crm-1", "UNKNOWN"), ("e", "log", None, "REJECTED")),
            ],
        )
        if version >= 3:  # which keeps the numbers of updates
            database.execute("UPDATE journal SET number = CASE op_key WHEN 'c' THEN 1 ELSE 2 END WHERE kind = 'update'")
        database.execute(
            "INSERT INTO written (account, object, crm_id, sent, echoed) "
            "VALUES ('account', 'contacts', 'crm-1', '{\"title\":\"x\"}', '{}')"
        )
        database.execute(f"PRAGMA user_version = {version}")
        database.commit()


def tables(path: Path) -> set[tuple[Any, ...]]:
    """What the file's schema says."""
    with closing(sqlite3.connect(path)) as database:
        return set(database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))


@pytest.mark.parametrize("version", range(1, VERSION))
def test_an_earlier_ledger_is_brought_to_this_version(tmp_path: Path, version: int) -> None:
    """Every operation and value is kept, the new columns say nothing yet, and the schema is that of a new ledger."""
    path, new = tmp_path / "ledger.db", tmp_path / "new.db"
    older(path, version)
    with closing(Ledger(path, "account")) as ledger:
        assert ledger.journal.states() == {"INTENT": 1, "SENT": 1, "DONE": 1, "UNKNOWN": 1, "REJECTED": 1}
        assert ledger.ledger_id == "the-one"
        assert ledger.journal.update_numbers([("contacts", "crm-1")]) == {("contacts", "crm-1"): 2}
        assert ledger.written.of("contacts").to_pylist() == [
            {"crm_id": "crm-1", "sent": '{"title":"x"}', "echoed": "{}", "before": "{}"}
        ]
        (sent,) = ledger.journal.in_state("SENT")
        assert (sent.before, sent.retracted, sent.doubts) == ({}, (), 0)
        untag = Operation("f", "contacts", "untag", "ada", {"tag": "x"}, {"tags": []}, "crm-1")
        ledger.journal.intend("r", [untag])
        assert untag in ledger.journal.in_state("INTENT")
    Ledger(new, "account").close()
    assert tables(path) == tables(new)


def test_what_an_earlier_version_gave_up_is_looked_for(tmp_path: Path) -> None:
    """What was sent twice and not seen is no secret: it becomes SENT, and the next run looks for it; others stay."""
    path = tmp_path / "ledger.db"
    older(path, 3)
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "INSERT INTO journal (op_key, account, object, kind, entity_id, body, sent, state, reason, run, intent_at) "
            "VALUES ('g', 'account', 'contacts', 'create', 'eve', '{}', '{}', 'UNKNOWN', 'sent twice and not seen', "
            "'r', 1)"
        )
        database.commit()
    with closing(Ledger(path, "account")) as ledger:
        assert [operation.op_key for operation in ledger.journal.in_state("SENT")] == ["b", "g"]
        assert [operation.op_key for operation in ledger.journal.in_state("UNKNOWN")] == ["d"]


def test_racing_openers_bring_it_up_once(tmp_path: Path) -> None:
    """Processes that open an earlier ledger at the same moment all find the new one."""
    path = tmp_path / "ledger.db"
    older(path, 1)
    code = (
        "import sys; from pathlib import Path; from pipelines.ledger.ledger import Ledger; "
        "print(sum(Ledger(Path(sys.argv[1]), 'account').journal.states().values()))"
    )
    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(lambda _: python(code, path), range(3)))
    assert [(process.returncode, process.stdout.strip()) for process in ended] == [(0, "5")] * 3


@pytest.mark.parametrize("statement", ["DROP TABLE journal", "ALTER TABLE written", f"PRAGMA user_version = {VERSION}"])
def test_an_upgrade_that_is_killed_leaves_the_earlier_ledger(tmp_path: Path, statement: str) -> None:
    """Killed between two steps the file is what it was, and the next opener brings it up."""
    path = tmp_path / "ledger.db"
    older(path, 1)
    before = tables(path)
    code = (
        "import os, sys, sqlite3; from pathlib import Path; from pipelines.ledger.ledger import Ledger; "
        "connect = sqlite3.connect\n"
        "def watched(*a, **k):\n"
        "    database = connect(*a, **k)\n"
        "    database.set_trace_callback(lambda text: sys.argv[2] in text and os.kill(os.getpid(), 9))\n"
        "    return database\n"
        "sqlite3.connect = watched\n"
        "Ledger(Path(sys.argv[1]), 'account')"
    )
    assert python(code, path, statement).returncode == -signal.SIGKILL
    assert tables(path) == before
    with closing(Ledger(path, "account")) as ledger:
        assert sum(ledger.journal.states().values()) == 5


def test_a_page_that_turns_out_damaged_is_refused_and_left(tmp_path: Path) -> None:
    """Damage that only shows when the rows are read ends in one clear line, and nothing is mended or reset."""
    path = tmp_path / "ledger.db"
    with closing(Ledger(path, "account")) as ledger:
        operations = [Operation(f"key-{n:04}", "contacts", "create", "ada", {"n": "x" * 200}, {}) for n in range(500)]
        ledger.journal.intend("r", operations)
        ledger.journal.mark_done([Effect(operation, f"crm-{n}", {}) for n, operation in enumerate(operations)])
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size - size // 2))
    before = path.read_bytes()
    with closing(Ledger(path, "account")) as ledger:
        for ask in (
            lambda: ledger.journal.in_state("DONE"),
            lambda: ledger.journal.of_run("r"),
            lambda: ledger.journal.intend("s", [CREATE]),
        ):
            with pytest.raises(StateRefused, match="cannot be read") as caught:
                ask()
            assert "\n" not in str(caught.value)
    assert path.read_bytes() == before


def test_a_full_disk_is_said_in_one_line_and_nothing_is_lost(tmp_path: Path) -> None:
    """What was kept before the disk was full is there afterwards, and what did not fit is not there in part."""
    path = tmp_path / "ledger.db"
    code = (
        "import resource, sys; from pathlib import Path; from pipelines.ledger.effects import Operation; "
        "from pipelines.ledger.ledger import Ledger; from connectors.errors import StateRefused\n"
        "ledger = Ledger(Path(sys.argv[1]), 'account')\n"
        "body = {'t': 'x' * 500}\n"
        "group = lambda g: [Operation(f'{g}-{n}', 'contacts', 'create', 'a', body, {}) for n in range(100)]\n"
        "ledger.journal.intend('r', group(0)); ledger.journal.mark_sent('r', group(0))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))\n"
        "kept = 1\n"
        "try:\n"
        "    while kept < 50:\n"
        "        ledger.journal.intend('r', group(kept)); kept += 1\n"
        "except StateRefused as error:\n"
        "    print(kept, error)\n"
    )
    ended = python(code, path)
    assert ended.returncode == 0, ended.stderr
    (line,) = ended.stdout.splitlines()
    kept, _, words = line.partition(" ")
    assert "the ledger cannot be written" in words
    with closing(Ledger(path, "account")) as ledger:
        assert ledger.journal.states() == {"SENT": 100} | ({"INTENT": 100 * (int(kept) - 1)} if int(kept) > 1 else {})


def test_a_ledger_that_another_process_keeps_is_busy(tmp_path: Path) -> None:
    """A writer that waits in vain says who must act, and loses nothing."""
    path = tmp_path / "ledger.db"
    with closing(Ledger(path, "account")) as ledger, closing(sqlite3.connect(path, isolation_level=None)) as other:
        ledger._access._database.execute("PRAGMA busy_timeout = 10")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy, match="another process keeps the ledger"):
            ledger.journal.intend("r", [CREATE])
        other.execute("ROLLBACK")
        ledger.journal.intend("r", [CREATE])
        assert ledger.journal.states() == {"INTENT": 1}

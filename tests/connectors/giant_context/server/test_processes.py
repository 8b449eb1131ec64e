"""Several processes on one file, and processes that are killed."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from threading import Event

import httpx
import pytest

from connectors.errors import ConfigurationError, StateRefused
from connectors.giant_context import wire
from connectors.giant_context.server.access import api_key_file, ensure_api_key
from connectors.giant_context.server.serve import serve
from connectors.giant_context.server.store.database import database_file, examine, instance_id
from tests.connectors.giant_context.server.crm import KEY, REPOSITORY, ROOT, embedded, served


def test_two_processes_never_create_the_same_email_twice(tmp_path: Path) -> None:
    """Of all creates that race with one e-mail, over two processes, exactly one is answered 201."""
    with served(tmp_path) as (here, _), served(tmp_path) as (there, _), httpx.Client() as client:
        # A token made by one process is good at the other: the secret is the database's.
        token = client.post(here + wire.TOKEN_PATH, json={"apiKey": KEY}).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"

        def create(job: tuple[str, int]) -> tuple[int, int]:
            base, number = job
            body = {"firstName": "A", "lastName": "B", "email": f"Race{number}@x.y"}
            return number, client.post(f"{base}{ROOT}/contacts", json=body).status_code

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(create, [(base, n) for n in range(15) for base in (here, there)]))
        for number in range(15):
            assert sorted(status for n, status in answers if n == number) == [201, 409]
        assert client.get(f"{there}{ROOT}/contacts").json()["meta"]["total"] == 15


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    """After SIGKILL the next process finds every contact whose creation was answered."""
    with served(tmp_path) as (base, process), httpx.Client() as client:
        token = client.post(base + wire.TOKEN_PATH, json={"apiKey": KEY}).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        for number in range(20):
            body = {"firstName": "A", "lastName": str(number)}
            assert client.post(f"{base}{ROOT}/contacts", json=body).status_code == 201
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with embedded(tmp_path) as crm:
        page = crm.call("GET", "/contacts")
        assert [row["lastName"] for row in page["data"]] == [str(number) for number in range(20)][::-1]


def test_a_kill_amid_a_burst_leaves_whole_rows_only(tmp_path: Path) -> None:
    """Killed while eight callers write, the file is sound: all that was answered is there, nothing is there by half."""
    answered: list[tuple[str, str]] = []
    enough = Event()
    with served(tmp_path) as (base, process), httpx.Client(base_url=base) as client:
        token = client.post(wire.TOKEN_PATH, json={"apiKey": KEY}).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"

        def write(caller: int) -> None:
            with suppress(httpx.TransportError):
                for number in range(10_000):
                    name = f"n{caller}x{number}"
                    body = {"firstName": name, "lastName": name, "email": f"{name}@x.example"}
                    contact = client.post(f"{ROOT}/contacts", json=body).json()
                    logged = client.post(f"{ROOT}/activities", json={"description": name, "contactId": contact["id"]})
                    answered.append((contact["id"], logged.json()["id"]))
                    if len(answered) >= 40:
                        enough.set()

        with ThreadPoolExecutor(8) as pool:
            callers = [pool.submit(write, caller) for caller in range(8)]
            assert enough.wait(30)
            os.kill(process.pid, signal.SIGKILL)
            for caller in callers:
                caller.result()
    with closing(sqlite3.connect(tmp_path / "crm.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for table in ("contacts", "activities"):
            connection.execute(f"INSERT INTO {table}_fts ({table}_fts, rank) VALUES ('integrity-check', 1)")  # noqa: S608
            dense = f"SELECT count(*) = max(ordinal) AND min(ordinal) = 1 FROM {table}"  # noqa: S608
            assert connection.execute(dense).fetchone() == (1,)
        # Logging writes an activity and its contact's last moment: never the one without the other.
        latest = dict(connection.execute("SELECT contact_id, max(created_at) FROM activities GROUP BY contact_id"))
        contacts = connection.execute("SELECT id, last_activity_at, first_name, last_name, email FROM contacts")
        for contact_id, moment, first_name, last_name, email in contacts.fetchall():
            assert moment == latest.get(contact_id)
            assert (last_name, email) == (first_name, f"{first_name}@x.example")
    with embedded(tmp_path) as crm:
        for contact_id, activity_id in answered:
            activity = crm.call("GET", f"/activities/{activity_id}")
            assert activity["contact"]["id"] == contact_id
            assert crm.ids("/contacts", search=f"{activity['description']}@") == [contact_id]
        assert crm.contact()["id"] == crm.ids("/contacts")[0]


def test_the_key_is_made_once_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Starters that race agree on one key, readable by its owner alone; the environment goes before it."""
    monkeypatch.delenv("CRM_BRIDGE_CRM_API_KEY", raising=False)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(ensure_api_key, [tmp_path] * 8))
    assert len(keys) == 1
    assert keys.pop().startswith("gct_")
    assert stat.S_IMODE(api_key_file(tmp_path).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["crm-api-key"]
    monkeypatch.setenv("CRM_BRIDGE_CRM_API_KEY", "gct_other")
    assert ensure_api_key(tmp_path) == "gct_other"


def test_each_database_is_an_account_of_its_own(tmp_path: Path) -> None:
    """The instance id stays with the file; racing makers make one file; another folder has another."""
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(instance_id, [tmp_path / "a"] * 4))) == 1
    assert instance_id(tmp_path / "a") != instance_id(tmp_path / "b")
    assert stat.S_IMODE((tmp_path / "a" / "crm.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"not a database" * 100])
def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    """An empty or foreign file is never taken for a new CRM."""
    path = tmp_path / "crm.db"
    path.write_bytes(content)
    with pytest.raises(StateRefused):
        instance_id(tmp_path)
    assert path.read_bytes() == content


def test_a_large_database_is_looked_through_for_a_while_only(tmp_path: Path) -> None:
    """Whether it was looked at to the end is told."""
    instance_id(tmp_path)
    with closing(sqlite3.connect(database_file(tmp_path))) as database, database:
        database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) "
            "INSERT INTO meta SELECT 'key ' || i, hex(randomblob(50)) FROM n"
        )
    assert examine(tmp_path, 60)
    assert not examine(tmp_path, 0)


def test_a_file_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    """A version that is not known is not guessed at."""
    instance_id(tmp_path)
    connection = sqlite3.connect(tmp_path / "crm.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StateRefused, match="version 99"):
        instance_id(tmp_path)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "example.com", "::"])  # noqa: S104 - refused
def test_a_public_address_is_refused(tmp_path: Path, host: str) -> None:
    """Without TLS it is served on loopback only."""
    with pytest.raises(ConfigurationError, match="no TLS"):
        serve(tmp_path, host, 0)


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    """A port in use ends the command with one line and no traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "connectors.giant_context.server", "--data", str(tmp_path), "--port", port]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"error: port {port} on 127.0.0.1 cannot be used")
    assert ended.stderr.count("\n") == 1

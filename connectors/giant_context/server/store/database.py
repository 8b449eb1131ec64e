"""The SQLite file: made once, opened by as many processes as like, written by one at a time."""

from __future__ import annotations

import secrets
import sqlite3
import time
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Final

from connectors.errors import StateRefused, storage_trouble
from connectors.files import publish_once

SCHEMA_VERSION: Final = 1
BUSY_SECONDS: Final = 5.0
"""How long a statement waits for whoever keeps the file locked without taking turns, such as somebody at a console."""


def database_file(data_dir: Path) -> Path:
    """Return where the embedded CRM of this data folder lies."""
    return data_dir / "crm.db"


def open_database(path: Path) -> sqlite3.Connection:
    """Open the file, making it first if there is none.

    Raises:
        StateRefused: The file is not ours, is damaged, or was made by a newer version. It is left as it is.
    """
    publish_once(path, _create)
    # A file of no bytes would be taken for a new database; ours is never seen before it is whole.
    if path.stat().st_size == 0:
        raise StateRefused(f"{path} is empty.", guidance="Restore it, or remove it to start afresh.")
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError as error:
        raise _closed(path, error) from error
    try:
        _check_version(connection, path)
        # FULL: a commit that was answered survives a power cut. Grouped commits make it cheap.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -32768")
    except sqlite3.DatabaseError as error:
        connection.close()
        if isinstance(error, sqlite3.OperationalError):
            raise _closed(path, error) from error
        raise StateRefused(f"{path} is not a readable database.", guidance="Restore it from a copy.") from error
    except StateRefused:
        connection.close()
        raise
    return connection


def _closed(path: Path, error: sqlite3.OperationalError) -> StateRefused:
    trouble = storage_trouble(error) or "it cannot be opened"
    return StateRefused(
        f"{path}: {trouble}.", guidance="The embedded CRM was left as it is: give it back, and start again."
    )


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION:
        raise StateRefused(
            f"{path} has version {version}; this release reads version {SCHEMA_VERSION}.",
            guidance="Use the release that wrote it, or another data folder.",
        )


def read_meta(connection: sqlite3.Connection, key: str) -> str:
    """Return a value that was fixed when the database was made."""
    return str(connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0])


def examine(data_dir: Path, seconds: float) -> bool:
    """Look through this folder's database, which is there; False where so many seconds are not enough for all of it.

    Raises:
        StateRefused: The file is not ours, is damaged, or was made by a newer version. It is left as it is.
    """
    path, end = database_file(data_dir), time.monotonic() + seconds
    with closing(open_database(path)) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > end, 10_000)
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                return False
            found = storage_trouble(error)
    if found != "ok":
        raise StateRefused(f"{path} is damaged.", guidance="Restore it from a copy.")
    return True


def instance_id(data_dir: Path) -> str:
    """Return the UUID that was made with this folder's database: another file is another account."""
    with closing(open_database(database_file(data_dir))) as connection:
        return read_meta(connection, "instance_id")


def _create(draft: Path) -> None:
    connection = sqlite3.connect(draft, isolation_level=None)
    try:
        connection.executescript(files(__package__).joinpath("schema.sql").read_text(encoding="utf-8"))
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)",
            [("instance_id", str(uuid.uuid4())), ("token_secret", secrets.token_hex(32))],
        )
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


class Readers:
    """Connections for reading, lent to one reader at a time and kept for the next."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: deque[sqlite3.Connection] = deque()

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection on which every statement sees the same state of the database."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = open_database(self._path)
        try:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")
        finally:
            self._idle.append(connection)

    def close(self) -> None:
        """Close the connections that nobody has borrowed."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

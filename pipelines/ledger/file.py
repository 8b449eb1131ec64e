"""The ledger's file: made whole or not at all, looked at before it is opened for writing, never reset."""

from __future__ import annotations

import sqlite3
import uuid
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import Final
from urllib.parse import quote

from connectors.errors import BridgeError, Busy, StateRefused
from connectors.files import publish_once

SCHEMAS: Final = tuple(f"version_{number}.sql" for number in range(1, 6))
"""What each version of the file adds to the one before."""

REMEDY: Final = "Restore a copy (crm-bridge ledger restore FILE), or move it away and run crm-bridge ledger rebuild."

UPDATE: Final = "Update crm-bridge."

VERSION: Final = len(SCHEMAS)


def open_file(path: Path) -> sqlite3.Connection:
    """Open the ledger, or make it when it is missing; one of an earlier version is brought to this one.

    Raises:
        StateRefused: the file is damaged, empty, no ledger, or written by a newer version; it is left as it is.
    """
    try:
        publish_once(path, _make)
        _examine(path)
        database = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        _upgrade(database)
    except sqlite3.DatabaseError as error:
        raise (fault(path, error) or _unreadable(path, error)) from None
    return database


def fault(path: Path, error: sqlite3.DatabaseError) -> BridgeError | None:
    """What an error of SQLite's says of the file, for whoever must act; None where it is our own mistake."""
    match error.sqlite_errorcode & 0xFF if hasattr(error, "sqlite_errorcode") else None:
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return _unreadable(path, error)
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_READONLY:
            return StateRefused(
                f"{path}: the ledger cannot be written ({error}). What it holds is safe; nothing more is sent.",
                guidance="Make room on the disk, or give back the right to write, and start again.",
            )
        case sqlite3.SQLITE_BUSY:
            return Busy(f"{path}: another process keeps the ledger.", guidance="Start again when it ends.")
        case _:
            return None


def _unreadable(path: Path, error: sqlite3.DatabaseError) -> StateRefused:
    return StateRefused(
        f"{path}: this ledger cannot be read ({error}). It was left as it is.",
        guidance=REMEDY,
    )


def _make(draft: Path) -> None:
    with closing(sqlite3.connect(draft, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("BEGIN IMMEDIATE")
        for schema in SCHEMAS:
            _execute(database, schema)
        database.execute("INSERT INTO meta VALUES ('ledger_id', ?)", (str(uuid.uuid4()),))
        database.execute(f"PRAGMA user_version = {VERSION}")
        database.execute("COMMIT")


def _upgrade(database: sqlite3.Connection) -> None:
    """Bring an older ledger to this version, step by step and whole or not at all; whoever comes first does it."""
    if _version(database) == VERSION:
        return
    database.execute("BEGIN IMMEDIATE")
    try:
        for schema in SCHEMAS[_version(database) :]:
            _execute(database, schema)
        database.execute(f"PRAGMA user_version = {VERSION}")
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def schema_of(name: str) -> str:
    """The SQL of a version of the file, by its name in `SCHEMAS`."""
    return resources.files(__package__).joinpath("sql", name).read_text("utf-8")


def _execute(database: sqlite3.Connection, schema: str) -> None:
    """Run a schema's statements within the transaction that is open; `executescript` would end it first."""
    statement = ""
    for line in schema_of(schema).splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            database.execute(statement)
            statement = ""
    if statement.strip():
        database.execute(statement)


def is_ledger(path: Path) -> bool:
    """Whether a file is a ledger that can be read; nothing of it is changed."""
    try:
        examine(path)
    except BridgeError:
        return False
    return True


def examine(path: Path) -> int:
    """Read what the file says of itself, without changing a byte of it; returns its version.

    Raises:
        StateRefused: the file is damaged, empty, no ledger, or written by a newer version.
    """
    try:
        return _examine(path)
    except sqlite3.DatabaseError as error:
        raise (fault(path, error) or _unreadable(path, error)) from None


def _examine(path: Path) -> int:
    if path.stat().st_size == 0:
        raise StateRefused(
            f"{path}: empty, which a ledger never is: it was cut off, and what it held is lost.",
            guidance=REMEDY,
        )
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=30)) as database:
        version = _version(database)
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if version > VERSION:
        raise StateRefused(
            f"{path}: written by a newer crm-bridge (ledger version {version}, this one knows {VERSION}).",
            guidance=UPDATE,
        )
    if version < 1 or not {"meta", "journal", "entities", "links", "written"} <= tables:
        raise StateRefused(f"{path}: not a ledger.", guidance="Move it out of the data folder.")
    return version

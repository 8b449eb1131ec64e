"""What a broken disk is called, whoever stumbles over it."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from sqlalchemy.exc import OperationalError

from connectors.errors import storage_trouble


def caught(job: object) -> Exception:
    """The error that a job raises."""
    assert callable(job)
    with pytest.raises(Exception) as error:  # noqa: PT011 - whichever it is
        job()
    return error.value


def test_sqlite_says_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    """A folder cannot be opened, a text is no database, a full one is full; a wrong statement is none of it."""
    (tmp_path / "text").write_text("x" * 9000)
    with closing(sqlite3.connect(tmp_path / "text")) as text, closing(sqlite3.connect(":memory:")) as full:
        full.execute("PRAGMA max_page_count = 2")
        full.execute("CREATE TABLE t (x)")
        assert storage_trouble(caught(lambda: sqlite3.connect(tmp_path))) == "it cannot be opened"
        assert storage_trouble(caught(lambda: text.execute("SELECT * FROM t"))) == "damaged: no database of SQLite"
        inserted = caught(lambda: full.execute("INSERT INTO t VALUES (zeroblob(90000))"))
        assert storage_trouble(inserted) == "No space left on device"
        assert storage_trouble(caught(lambda: full.execute("SELECT * FROM none"))) is None


def test_what_a_library_wraps_is_found(tmp_path: Path) -> None:
    """SQLAlchemy's error has SQLite's as its cause; one that merely came after another has none."""
    cause = caught(lambda: sqlite3.connect(tmp_path))
    wrapped = OperationalError("INSERT …", {"email": "ada@acme.com"}, cause)
    wrapped.__cause__ = cause
    assert storage_trouble(wrapped) == "it cannot be opened"
    late = ValueError("later")
    late.__context__ = cause
    assert storage_trouble(late) is None


def test_duckdb_names_the_trouble_in_its_text(tmp_path: Path) -> None:
    """Its IOException has no number; only words that we know are told, and nothing else of what it says."""
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "ada@acme.com.parquet"
    assert storage_trouble(caught(lambda: duckdb.sql(f"COPY (SELECT 1) TO '{path}'"))) == os.strerror(errno.ENOTDIR)
    assert storage_trouble(caught(lambda: duckdb.sql("SELECT none"))) is None


def test_an_error_of_the_system_is_told_by_its_number() -> None:
    """Arrow puts a sentence of its own where others have the system's."""
    assert storage_trouble(OSError(errno.ENOSPC, "Error writing bytes to file. Detail: …")) == os.strerror(errno.ENOSPC)
    assert storage_trouble(OSError("odd")) is None

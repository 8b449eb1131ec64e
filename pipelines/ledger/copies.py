"""Copies of the ledger: one made while it is in use, and one put back in its place. Neither is ever half a file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from connectors import files
from connectors.errors import Busy, ConfigurationError, StateRefused
from pipelines.ledger.file import UPDATE, examine, fault, is_ledger, open_file
from pipelines.ledger.ledger import Ledger

TAILS: Final = ("", "-wal", "-shm", "-journal")
"""What the names of the files end in that make one SQLite database."""

PATIENCE: Final = 3_000
"""Milliseconds that a restore waits for a process that works with the ledger; readers never make it wait."""


def backup(ledger: Path, copy: Path, *, force: bool = False) -> None:
    """Copy the ledger as it is at this moment, also while a run works with it. The copy is its owner's alone.

    Raises:
        StateRefused: there is no ledger, or it cannot be read.
        ConfigurationError: the copy is there already, and `force` was not given; what is there is no copy of a ledger;
            or it is the ledger itself.
    """
    if any(_same(copy, ledger.with_name(ledger.name + tail)) for tail in TAILS):
        raise ConfigurationError(f"{copy} is the ledger itself.", guidance="Name another file: a copy lies elsewhere.")
    if copy.is_dir():
        raise ConfigurationError(f"{copy} is a folder.", guidance="Name a file in it.")
    if not copy.parent.is_dir():
        raise ConfigurationError(f"{copy}: there is no folder {copy.parent}.", guidance="Make it first.")
    if copy.exists() and not force:
        raise ConfigurationError(f"{copy} is there already.", guidance="Name another file, or say --force.")
    if copy.exists() and not is_ledger(copy):
        raise ConfigurationError(f"{copy} is no copy of a ledger.", guidance="Name another file: it is left as it is.")
    if not ledger.exists():
        raise StateRefused(f"{ledger}: no ledger yet.", guidance="It is made by the first run.")
    with _draft(copy) as draft:
        _copy(ledger, draft)
        _put(draft, copy, replace=force)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a copy replaced."""

    kept: Path | None
    """Where the ledger lies that was there, if there was one."""
    written_since: int | None
    """Contacts and companies to which it knows writes that the copy does not; None: nobody can tell."""


def restore(ledger: Path, copy: Path, account: str) -> Restored:
    """Put a copy in the ledger's place, which nobody else may be working with; the ledger that was there is kept.

    The copy is of an earlier time: what may have been logged since is looked for before it is sent, and numbers that
    were given to updates since are not given again.

    Raises:
        StateRefused: the copy is no ledger, is damaged, or is of a newer version; nothing was changed.
        ConfigurationError: it is not there, is the ledger itself, or knows other accounts and not this one.
    """
    if _same(copy, ledger):
        raise ConfigurationError(f"{copy} is the ledger itself.", guidance="Name a copy of it.")
    if not copy.is_file():
        what = "a folder" if copy.is_dir() else "there is no such file"
        raise ConfigurationError(f"{copy}: {what}.", guidance="Name a file that crm-bridge ledger backup made.")
    with _draft(ledger) as draft:
        with _blaming_the_copy():
            examine(copy)
            _copy(copy, draft)
        _check_account(draft, copy, account)
        kept = keep(ledger) if ledger.exists() else None
        written_since = _written_since(kept, draft, account) if kept else None
        _prepare(draft, at_least=_generation(kept) if kept else 0)
        if kept is None or not _overwrite(ledger, draft):
            # What is there cannot be written into: it gives way as a file. Its old tail must not be read into the new.
            for tail in ("-wal", "-shm"):
                ledger.with_name(ledger.name + tail).unlink(missing_ok=True)
            _put(draft, ledger, replace=True)
    return Restored(kept, written_since)


def keep(ledger: Path) -> Path:
    """Copy the ledger beside itself before something replaces it, as a file where it cannot be read; returns where."""
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    kept = ledger.with_name(f"{ledger.stem}.replaced-{stamp}-{uuid.uuid4().hex[:4]}.db")
    with _draft(kept) as draft:
        try:
            _copy(ledger, draft)
        except StateRefused:
            shutil.copyfile(ledger, draft)
            if (tail := ledger.with_name(f"{ledger.name}-wal")).exists():
                kept_tail = kept.with_name(f"{kept.name}-wal")
                with _draft(kept_tail) as tail_draft:
                    shutil.copyfile(tail, tail_draft)
                    _put(tail_draft, kept_tail)
        _put(draft, kept)
    return kept


@contextmanager
def _blaming_the_copy() -> Iterator[None]:
    try:
        yield
    except StateRefused as error:
        left = UPDATE if error.guidance == UPDATE else "Name another copy."
        raise StateRefused(str(error.args[0]), guidance=f"Nothing was restored. {left}") from None


def _check_account(draft: Path, copy: Path, account: str) -> None:
    with closing(Ledger(draft, account)) as opened:
        known = opened.accounts()
    if known and account not in known:
        raise ConfigurationError(
            f"{copy} knows nothing of {account}, only of {', '.join(known)}.",
            guidance="Nothing was restored. Name a copy of this account's ledger, or its own --config and --data.",
        )


def _written_since(kept: Path, draft: Path, account: str) -> int | None:
    try:
        with closing(Ledger(kept, account)) as replaced:
            return replaced.journal.written_beyond(draft)
    except StateRefused:
        return None


def _prepare(draft: Path, *, at_least: int) -> None:
    with closing(Ledger(draft, "")) as any_account:
        any_account.went_back(at_least=at_least)
        accounts = any_account.accounts()
    for account in accounts:
        with closing(Ledger(draft, account)) as ledger:
            ledger.journal.mark_owed_sent()


def _generation(path: Path) -> int:
    try:
        with closing(Ledger(path, "")) as ledger:
            return ledger.generation
    except StateRefused:
        return 0


def _overwrite(ledger: Path, draft: Path) -> bool:
    """Write one database over the other in one transaction, whole or not at all; False: the other is past writing."""
    try:
        old = open_file(ledger)
    except StateRefused:
        return False
    with closing(old), closing(sqlite3.connect(draft)) as new:
        old.execute(f"PRAGMA busy_timeout = {PATIENCE}")
        try:
            new.backup(old, progress=_never_wait)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                return False
            raise (fault(ledger, error) or error) from None
    return True


def _never_wait(status: int, _left: int, _total: int) -> None:
    """End a copy that is kept waiting: by itself it would try for ever."""
    if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise Busy("another process works with the ledger; nothing was restored.", guidance="Start again when it ends.")


def _copy(ledger: Path, draft: Path) -> None:
    """Copy a ledger into a file of its own, and read the copy through.

    Raises:
        StateRefused: it is no ledger, or damaged.
    """
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(str(ledger))}?mode=ro", uri=True, timeout=30)) as source,
            closing(sqlite3.connect(draft)) as copy,
        ):
            source.backup(copy)
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
            tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master")}
    except sqlite3.DatabaseError as error:
        raise (
            fault(ledger, error) or StateRefused(f"{ledger}: cannot be read ({error}). It was left as it is.")
        ) from None
    if verdict != "ok":
        raise StateRefused(
            f"{ledger}: damaged ({' '.join(verdict.split())}). It was left as it is.", guidance="Take an earlier copy."
        )
    if not {"meta", "journal"} <= tables:
        raise StateRefused(f"{ledger}: not a ledger.", guidance="Name a file that crm-bridge ledger backup made.")


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """A private draft of a file, gone in the end with its tails unless it was put in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            draft = stack.enter_context(files.draft_beside(path, private=True))
        except OSError as error:
            raise StateRefused(f"{path.parent}: cannot be written to ({os.strerror(error.errno or 0)}).") from None
        try:
            yield draft
        finally:
            for tail in TAILS[1:]:
                draft.with_name(draft.name + tail).unlink(missing_ok=True)


def _put(draft: Path, path: Path, *, replace: bool = False) -> None:
    """Give a finished draft its name, flushed to the disk; a file that is there is only replaced when told to."""
    if not replace:
        try:
            files.link(draft, path)
        except files.NoLinks:  # so the name is taken first, and the file that bears it is ours to replace
            path.touch(mode=0o600, exist_ok=False)
        else:
            return
    files.replace(draft, path)


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() or (one.exists() and other.exists() and one.samefile(other))

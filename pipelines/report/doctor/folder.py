"""What is said of the data folder: the folder itself, the ledger, whether a run is at work."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipelines.intake import looking
from pipelines.lake import room
from pipelines.lake.lock import WriterLock
from pipelines.ledger import file as ledger_file
from pipelines.report.doctor.finding import Finding, ok, warn, wrong
from pipelines.report.states import in_words
from pipelines.settings import target
from pipelines.workspace import Workspace

FOLDER: Final = "data folder"
LEDGER: Final = "ledger"
DAGSTER: Final = "dagster"

FULL: Final = 64 * 1024 * 1024
"""Bytes without which nothing works."""


def folder(root: Path, needed: int) -> Iterator[Finding]:
    """Whether runs can write there, whether others can read it, and whether there is room for so many bytes."""
    there = next(path for path in (root.absolute(), *root.absolute().parents) if path.exists())
    if not there.is_dir():
        yield wrong(FOLDER, f"{there} is not a folder. Name another with --data.")
        return
    if not os.access(there, os.W_OK | os.X_OK):
        yield wrong(FOLDER, f"{there} may not be written to. Give the right, or name another with --data.")
        return
    if root.exists():
        with tempfile.TemporaryFile(dir=root):  # the right alone says nothing of a disk that is mounted to be read
            pass
        if root.stat().st_mode & 0o077:
            yield warn(
                FOLDER, f"{root}: others on this machine may look into it, and it holds personal data: chmod 700."
            )
    free = room.free(there)
    size = f"{_bytes(free)} free, and a run may need {_bytes(max(needed, FULL))}"
    if free < FULL:
        yield wrong(FOLDER, f"{root}: {size}. Make room.")
    elif free < needed:
        yield warn(FOLDER, f"{root}: {size}. Make room, or lower limits.keep_runs.")
    else:
        yield ok(FOLDER, f"{root}: {'' if root.exists() else 'not there yet, the first run makes it; '}{size}")


def folder_of(work: Workspace) -> Iterator[Finding]:
    """The same, with room for what a run over these sources may write."""
    yield from folder(work.data, room.needed(work.data, looking.sizes(work)))


def at_work(root: Path) -> Iterator[Finding]:
    """Whether a run works on the folder just now."""
    busy = root.exists() and WriterLock(root).taken
    yield ok("runs", "another run works on the data folder right now" if busy else "none is at work")


def dagster(home: Path) -> Iterator[Finding]:
    """Whether Dagster can keep its history there."""
    if home.exists() and not (home.is_dir() and os.access(home, os.W_OK | os.X_OK)):
        yield wrong(DAGSTER, f"{home} is no folder that may be written to. Name another in DAGSTER_HOME.")
    else:
        yield ok(DAGSTER, f"history in {home}{'' if home.exists() else ', which the first run makes'}")


def ledger(work: Workspace) -> Iterator[Finding]:
    """Whether the memory of what was sent can be read, and what it waits for. Nothing is made or upgraded."""
    path = work.ledger_path
    if not path.exists():
        yield ok(LEDGER, "none yet, the first run makes it")
        return
    version = ledger_file.examine(path)
    if version < ledger_file.VERSION:
        yield ok(LEDGER, f"{path}: version {version}; the next run brings it to {ledger_file.VERSION}")
        return
    if not target.is_there(work.settings, work.data):
        yield ok(LEDGER, f"{path}: version {version}")
        return
    with work.ledger() as opened:
        states = opened.journal.states()
    found = "; ".join(f"{count:,} {words}" for count, words in in_words(states)) or "nothing was sent yet"
    waits = {"UNKNOWN", "REJECTED"} & states.keys()
    yield (warn if waits else ok)(LEDGER, f"{path}: version {version}; {found}")


def _bytes(count: int) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 1e9 else f"{count / 1e6:,.0f} MB"

"""Several writers at one file: each has its turn, and who cannot have one is told to come again."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from connectors.giant_context.server.store import database, turns
from connectors.giant_context.server.store.store import Store
from tests.connectors.giant_context.server.crm import ROOT, embedded


@contextmanager
def busy_writer(data_dir: Path) -> Iterator[list[int]]:
    """A writer that has its next write at hand before one ends; gives the number of each that is done."""
    done: list[int] = []
    going = [True]

    def work(_: sqlite3.Connection) -> None:
        time.sleep(0.03)

    def again(ended: Future[None]) -> None:
        ended.result()
        done.append(len(done))
        if going:
            store.write(work).add_done_callback(again)

    with closing(Store(data_dir)) as store:
        for _ in range(2):
            store.write(work).add_done_callback(again)
        yield done
        going.clear()
        store.write(lambda _: None).result()  # after the last of them


def test_a_busy_writer_lets_another_have_its_turn(tmp_path: Path) -> None:
    """However busy one writer is, a write of another waits for a few of its turns only."""
    with closing(Store(tmp_path)) as other, busy_writer(tmp_path) as done:
        for _ in range(5):
            before = len(done)
            other.write(lambda connection: connection.execute("SELECT 1").fetchone()).result()
            assert len(done) - before <= 6


@contextmanager
def turn_kept(data_dir: Path) -> Iterator[None]:
    """Another process of ours has its turn, and does not end it."""
    with closing(turns.Turns(data_dir / "crm.db")) as another, another.taken():
        yield


@contextmanager
def database_kept(data_dir: Path) -> Iterator[None]:
    """Somebody writes to the database by hand, and does not commit."""
    with closing(sqlite3.connect(data_dir / "crm.db", isolation_level=None)) as human:
        human.execute("BEGIN IMMEDIATE")
        yield


@pytest.mark.parametrize("kept", [turn_kept, database_kept])
def test_who_cannot_write_in_time_is_told_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: Callable[[Path], AbstractContextManager[None]]
) -> None:
    """While somebody else keeps the file, a write answers 503 with Retry-After and has no effect; reads go on."""
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with embedded(tmp_path) as crm:
        with kept(tmp_path):
            answer = crm.http.post(f"{ROOT}/contacts", json={"firstName": "A", "lastName": "B"})
            assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")
            assert answer.headers["retry-after"] == "1"
            assert crm.call("GET", "/contacts")["meta"]["total"] == 0
        crm.contact()

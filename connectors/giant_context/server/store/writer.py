"""One thread that writes, and commits what has queued up together.

A durable commit costs a wait for the disk. While one is under way calls queue up, and the next commit carries them all,
so that the price is paid once a group. Each call still succeeds or fails alone (a savepoint each), and is answered
only after its group is on disk.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar

from connectors.giant_context.server.store.database import open_database
from connectors.giant_context.server.store.turns import Turns

T = TypeVar("T")
Job = tuple[Callable[[sqlite3.Connection], Any], "Future[Any]"]
Batch = tuple[Sequence[Job], Callable[[], None]]

MAX_GROUP: Final = 256


class Writer:
    """Runs jobs, one after another, on a connection of its own."""

    def __init__(self, path: Path) -> None:
        self._batches: SimpleQueue[Batch | None] = SimpleQueue()
        # The thread knows the queue and not this object, so that a forgotten writer ends by itself.
        self._thread = threading.Thread(target=_work, args=(path, self._batches), name="crm-writer", daemon=True)
        self._stop = weakref.finalize(self, self._batches.put, None)
        self._start = threading.Lock()
        self._started = False

    def submit(self, job: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue a job. The future is done once the job's effect is durable, or with the error that undid it.

        A job that is cancelled before its turn has no effect.
        """
        future: Future[T] = Future()
        self.put([(job, future)], _nobody_waits)
        return future

    def put(self, jobs: Sequence[Job], done: Callable[[], None]) -> None:
        """Queue jobs that belong to one commit. `done` is called by the writer's thread once all futures are done.

        Raises:
            RuntimeError: The writer is closed.
        """
        if not self._stop.alive:
            raise RuntimeError("the store is closed")
        with self._start:
            if not self._started:
                self._thread.start()
                self._started = True
        self._batches.put((jobs, done))

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._stop()
        if self._started:
            self._thread.join()


def _nobody_waits() -> None:
    """Do nothing: whoever queued the job looks at its future."""


def _work(path: Path, batches: SimpleQueue[Batch | None]) -> None:
    connection: sqlite3.Connection | None = None
    turns: Turns | None = None
    open_for_more = True
    while open_for_more:
        first = batches.get()
        if first is None:
            break
        gathered = [first]
        while sum(len(jobs) for jobs, _ in gathered) < MAX_GROUP:
            try:
                batch = batches.get_nowait()
            except Empty:
                break
            if batch is None:
                open_for_more = False
                break
            gathered.append(batch)
        group = [job for jobs, _ in gathered for job in jobs if job[1].set_running_or_notify_cancel()]
        try:
            connection, turns = connection or open_database(path), turns or Turns(path)
            with turns.taken():
                outcomes = _commit(connection, group)
            _answer(group, outcomes)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the callers' to hear
            for _, future in group:
                future.set_exception(error)
        for _, done in gathered:
            done()
    if connection is not None:
        connection.close()
    if turns is not None:
        turns.close()


def _answer(group: list[Job], outcomes: list[tuple[Any, Exception | None]]) -> None:
    for (_, future), (value, failure) in zip(group, outcomes, strict=True):
        if failure is None:
            future.set_result(value)
        else:
            future.set_exception(failure)


def _commit(connection: sqlite3.Connection, group: list[Job]) -> list[tuple[Any, Exception | None]]:
    outcomes: list[tuple[Any, Exception | None]] = []
    connection.execute("BEGIN IMMEDIATE")
    try:
        for job, _ in group:
            connection.execute("SAVEPOINT job")
            try:
                outcomes.append((job(connection), None))
            except Exception as error:
                if not connection.in_transaction:
                    # A full disk or the like ended the whole transaction: nobody's work is there any more.
                    raise
                connection.execute("ROLLBACK TO job")
                outcomes.append((None, error))
            connection.execute("RELEASE job")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return outcomes

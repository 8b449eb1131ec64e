"""Turns at the file between the processes that write to it.

SQLite lets a second writer try again and again, with longer and longer pauses: beside a busy one it finds the file
taken each time, until it gives up. Here whoever waits holds the next place, and a writer that has just had its turn
must take that place before it may have another.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from connectors.giant_context.server.refusals import busy

WAIT_SECONDS: Final = 10.0
PAUSE_SECONDS: Final = 0.001


class Turns:
    """One writer's way to a turn, over two kernel locks, which die with their process."""

    def __init__(self, path: Path) -> None:
        self._next, self._turn = (
            os.open(path.with_name(f"{path.name}-{name}"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            for name in ("next", "turn")
        )

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Have the turn inside the block.

        Raises:
            Refusal: 503, others did not end theirs in time.
        """
        latest = time.monotonic() + WAIT_SECONDS
        _lock(self._next, latest)
        try:
            _lock(self._turn, latest)
        finally:
            fcntl.flock(self._next, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(self._turn, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the locks' files."""
        os.close(self._next)
        os.close(self._turn)


def _lock(file: int, latest: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= latest:
                raise busy() from None
            time.sleep(PAUSE_SECONDS)
        else:
            return

"""One writer at a time: a kernel lock on `ledger.lock`, freed by the kernel when its process dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from connectors.errors import Busy


class WriterLock:
    """The lock of one data folder; taking it twice in one process is one lock."""

    def __init__(self, data: Path) -> None:
        self.path = data / "ledger.lock"
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """Whether this process has it."""
        return self._file is not None

    def take(self) -> None:
        """Take the lock now or not at all.

        Raises:
            Busy: another process holds it.
        """
        if self._file is not None:
            return
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            raise Busy(
                f"another run is working on {self.path.parent}; nothing was sent.", guidance="Start again when it ends."
            ) from None
        self._file = file

    def free(self) -> None:
        """Let go of the lock, if it is held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

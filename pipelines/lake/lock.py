"""One at a time on a data folder: kernel locks on files in it, freed by the kernel when their process dies."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from typing import Final

from connectors.errors import Busy

LOOKS: Final = 5
"""How often a lock that is held is tried again, each hundredth of a second."""


class FolderLock:
    """A lock of one data folder; taking it twice in one process is one lock."""

    def __init__(self, path: Path, busy: str, guidance: str) -> None:
        """Name the lock's file, and what is said when another process holds it."""
        self.path = path
        self._busy = busy
        self._guidance = guidance
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """Whether this process has it."""
        return self._file is not None

    @property
    def taken(self) -> bool:
        """Whether some process holds it just now. Looking makes no file."""
        try:
            file = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False

    def take(self) -> None:
        """Take the lock now or not at all.

        Raises:
            Busy: another process holds it.
        """
        if self._file is not None:
            return
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        for left in range(LOOKS, -1, -1):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if left:  # somebody may only be looking (`taken`)
                    time.sleep(0.01)
                    continue
                os.close(file)
                raise Busy(self._busy, guidance=self._guidance) from None
            self._file = file
            return

    def free(self) -> None:
        """Let go of the lock, if it is held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class WriterLock(FolderLock):
    """Makes a run the one writer of a data folder."""

    def __init__(self, data: Path) -> None:
        super().__init__(
            data / "ledger.lock",
            f"another run is working on {data}; nothing was sent.",
            "Start again when it ends.",
        )


class UiLock(FolderLock):
    """Makes a UI the one over a data folder: the daemons of two would start each run twice."""

    def __init__(self, data: Path) -> None:
        super().__init__(
            data / "ui.lock", f"another crm-bridge ui is open over {data}.", "Use that one, or end it first."
        )

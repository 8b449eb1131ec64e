"""One writer at a time, and none that outlives its process."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors.errors import Busy
from pipelines.lake.lock import WriterLock

HOLD = (
    "import sys; from pathlib import Path; from pipelines.lake.lock import WriterLock; "
    "WriterLock(Path(sys.argv[1])).take(); print('held', flush=True); sys.stdin.read()"
)


@contextmanager
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of a folder."""
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", HOLD, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def test_a_second_run_is_turned_away_at_once(tmp_path: Path) -> None:
    """Whoever comes second hears so in one line, and may try again once the first has freed the lock."""
    first, second = WriterLock(tmp_path), WriterLock(tmp_path)
    first.take()
    with pytest.raises(Busy, match="another run is working on"):
        second.take()
    first.free()
    second.take()
    second.free()


def test_taking_and_freeing_may_be_repeated(tmp_path: Path) -> None:
    """Each stage of a run takes the lock; it is one lock, and freeing it once frees it."""
    lock, other = WriterLock(tmp_path), WriterLock(tmp_path)
    lock.take()
    lock.take()
    lock.free()
    other.take()
    other.free()
    other.free()


def test_another_process_holds_it_until_it_dies(tmp_path: Path) -> None:
    """The lock holds across processes, and the kernel frees it when its holder is killed."""
    lock = WriterLock(tmp_path)
    with holder(tmp_path) as process:
        with pytest.raises(Busy):
            lock.take()
        process.send_signal(signal.SIGKILL)
        process.wait()
        lock.take()
    lock.free()


def test_the_lock_is_the_folders(tmp_path: Path) -> None:
    """Two data folders have two locks; the file is its owner's alone."""
    (tmp_path / "other").mkdir()
    one, two = WriterLock(tmp_path), WriterLock(tmp_path / "other")
    one.take()
    two.take()
    assert stat.S_IMODE(one.path.stat().st_mode) == 0o600
    one.free()
    two.free()

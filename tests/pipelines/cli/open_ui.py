"""`crm-bridge ui` at work, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.pipelines.workshop import Workshop

ROOT = Path(__file__).resolve().parents[3]
COMMAND = (sys.executable, "-c", "from pipelines.cli.app import main; main()")
SETTINGS = '[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n'


class Ui:
    """The command at work, in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], out: Path) -> None:
        self.process = process
        self.out = out

    def said(self, start: str) -> str:
        """The rest of a line that it says, once it says it."""
        for _ in range(1200):
            lines = [line for line in self.out.read_text("utf-8").splitlines() if line.startswith(start)]
            if lines:
                return lines[0].removeprefix(start).split()[0]
            assert self.process.poll() is None, self.out.read_text("utf-8")
            time.sleep(0.05)
        raise AssertionError(self.out.read_text("utf-8"))

    @property
    def session(self) -> int | None:
        """The process that leads all those of Dagster's, once it is there."""
        return next((pid for pid, parent, _ in processes() if parent == self.process.pid), None)


def processes() -> list[tuple[int, int, int]]:
    """All processes that live: each with its parent and its group."""
    said = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,pgid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in said.stdout.splitlines()]
    return [(int(pid), int(parent), int(group)) for pid, parent, group, state in rows if not state.startswith("Z")]


def family(session: int) -> list[int]:
    """The processes of a group."""
    return [pid for pid, _, group in processes() if group == session]


@contextmanager
def opened(folder: Path, settings: str = SETTINGS, **more: str) -> Iterator[Ui]:
    """Open the UI over a workshop with these settings, on free ports; `more` is added to its environment."""
    shop = Workshop(folder)
    (shop.root / "sync.toml").write_text(settings, "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CRM_BRIDGE_", "DAGSTER"))}
    options = ("--config", shop.root / "sync.toml", "--data", shop.data, "--port", "0", "--crm-port", "0")
    with (folder / "out").open("w") as out:
        process = subprocess.Popen(
            [*COMMAND, "ui", *map(str, options)],
            cwd=ROOT,
            env=environment | more,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        yield Ui(process, folder / "out")
    finally:
        process.kill()
        process.wait()

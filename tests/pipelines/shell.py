"""The command line as people meet it: exit code, what is printed, what is said as an error.

`python -m tests.pipelines.shell` pays the imports once and forks for each command that it reads as a line of JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.cli.execution import INSTANCE
from tests.pipelines.forks import warm

ROOT = Path(__file__).resolve().parents[2]
OURS = ("CRM_BRIDGE_", "DAGSTER_HOME")
LAZY = (
    "pipelines.cli.dry_run",
    "pipelines.cli.execution",
    "pipelines.cli.out_file",
    "pipelines.cli.progress",
    "pipelines.report.explain_text",
    "pipelines.report.plan",
    "pipelines.report.summary",
    "connectors.giant_context.server.serve",
    "connectors.http",
    "pipelines.lake.engine",
    "pipelines.crm.rebuild",
    "pipelines.ledger.copies",
    "pipelines.settings.environment",
    "dagster._core.definitions.repository_definition.repository_data_builder",
    "dagster._core.execution.execute_in_process",
    "dagster._core.instance.factory",
    "dagster._core.storage.local_compute_log_manager",
    "dagster._core.storage.root",
    "fsspec.implementations.local",
    "upath.implementations.local",
    "watchdog.observers.polling",
    "tabulate",
)
"""What commands, and Dagster, import when they are at work: imported before, where it is there, it is paid for once."""


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line of error."""
        assert "Traceback" not in self.err + self.out
        (line,) = self.err.strip().splitlines()
        return line


class Shell:
    """Runs commands of `crm-bridge` in a process of their own each."""

    def __init__(self, process: subprocess.Popen[str], home: str) -> None:
        self._process = process
        self._home = home

    def __call__(self, *args: str | Path, **environment: str) -> Said:
        """Run one command to its end."""
        return self.start(*args, **environment).wait()

    def start(self, *args: str | Path, **environment: str) -> Started:
        """Start one command; no setting of ours is in its environment but those given.

        Dagster's history is the shell's own, unless DAGSTER_HOME is given: making one takes a second.
        """
        folder = Path(tempfile.mkdtemp(dir=self._home))
        environment = {"DAGSTER_HOME": self._home} | environment
        asked = {"args": [str(arg) for arg in args], "environment": environment, "folder": str(folder)}
        return Started(self, self.ask(asked), folder)

    def ask(self, asked: dict[str, Any]) -> Any:
        """Ask the shell's process for something."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


class Started:
    """A command at work."""

    def __init__(self, shell: Shell, process: int, folder: Path) -> None:
        self._shell = shell
        self._process = process
        self._folder = folder

    @property
    def out(self) -> str:
        """What it has printed so far."""
        return (self._folder / "out").read_text("utf-8")

    @property
    def ended(self) -> bool:
        """Whether it is at its end."""
        return self._shell.ask({"of": self._process, "wait": False}) is not None

    def send(self, what: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self._process, what)

    def wait(self) -> Said:
        """How it ends."""
        code = self._shell.ask({"of": self._process, "wait": True})
        return Said(code, self.out, (self._folder / "err").read_text("utf-8"))


@contextmanager
def shell() -> Iterator[Shell]:
    """Open a shell for a while."""
    command = [sys.executable, "-m", "tests.pipelines.shell"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    pipe = subprocess.PIPE
    with (
        tempfile.TemporaryDirectory() as home,
        subprocess.Popen(
            command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=environment | {"COLUMNS": "200"}
        ) as process,
    ):
        (Path(home) / "dagster.yaml").write_text(INSTANCE, "utf-8")
        try:
            yield Shell(process, home)
        finally:
            process.kill()


def main() -> None:
    """Answer commands until there are no more."""
    from pipelines.cli import app as cli

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import dagster._core.storage.sqlite_storage  # noqa: F401 - Dagster imports it when it opens an instance

        import pipelines.definitions  # noqa: F401 - what most of them need
    warm()
    for name in LAZY:
        with suppress(ImportError):
            importlib.import_module(name)
    codes: dict[int, int] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        if process := asked.get("of"):
            if process not in codes:
                found, status = os.waitpid(process, 0 if asked["wait"] else os.WNOHANG)
                if found:
                    codes[process] = os.waitstatus_to_exitcode(status)
            answer = codes.get(process)
        else:
            folder = Path(asked["folder"])
            with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
                answer = os.fork()
                if not answer:
                    _run(cli.main, asked, out.fileno(), err.fileno())
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _run(command: Any, asked: dict[str, Any], out: int, err: int) -> None:
    code: Any = 1
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        os.environ.update(asked["environment"])
        sys.argv = ["crm-bridge", *asked["args"]]
        command()
        code = 0
    except SystemExit as end:
        code = end.code or 0
    except Exception:  # noqa: BLE001 - it is shown
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


if __name__ == "__main__":
    main()

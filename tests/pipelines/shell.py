"""The command line as people meet it: exit code, what is printed, what is said as an error.

`python -m tests.pipelines.shell` pays the imports once and forks for each command that it reads as a line of JSON.
"""

from __future__ import annotations

import importlib
import json
import os
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

from pipelines.execution import INSTANCE
from tests.pipelines.forks import warm

ROOT = Path(__file__).resolve().parents[2]
OURS = ("CRM_BRIDGE_", "DAGSTER_HOME")
LAZY = (
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
"""What Dagster imports when it is at work: imported before, where it is there, it is paid for once."""


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
        """Run one command; no setting of ours is in its environment but those given.

        Dagster's history is the shell's own, unless DAGSTER_HOME is given: making one takes a second.
        """
        environment = {"DAGSTER_HOME": self._home} | environment
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"args": [str(arg) for arg in args], "environment": environment}) + "\n")
        self._process.stdin.flush()
        return Said(**json.loads(self._process.stdout.readline()))


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
    from pipelines import cli

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import dagster._core.storage.sqlite_storage  # noqa: F401 - Dagster imports it when it opens an instance

        import pipelines.definitions  # noqa: F401 - what most of them need
    warm()
    for name in LAZY:
        with suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            process = os.fork()
            if not process:
                _run(cli.main, json.loads(line), out.fileno(), err.fileno())
            _, status = os.waitpid(process, 0)
            out.seek(0)
            err.seek(0)
            said = {"code": os.waitstatus_to_exitcode(status), "out": out.read(), "err": err.read()}
        sys.stdout.write(json.dumps(said) + "\n")
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

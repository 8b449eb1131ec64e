"""What each command costs over the example: wall and CPU seconds, and how many modules it imports.

    python -m benchmarks.commands [--turns 5] [--json]

Each command is a process of its own, as people start it, over the data folder that a run over the example has left;
`run` itself begins with an empty folder each time. The commands take turns, and their seconds are medians of the turns.
A turn before fills the caches, and counts the modules that stand in `sys.modules` when the process ends.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.report import tell

ROOT: Final = Path(__file__).parents[1]
EMAIL: Final = "ravi.diallo@banksiafinance.example"
"""Somebody of the example."""

COMMANDS: Final = {
    "help": ("--help",),
    "status": ("status",),
    "explain": ("explain", EMAIL),
    "conflicts": ("conflicts",),
    "ledger": ("ledger",),
    "export": ("export",),
    "plan": ("plan",),
    "run": ("run",),
}

COMMAND: Final = "from pipelines.cli.app import main; main()"
COUNTED: Final = (
    "import atexit, os, pathlib, sys; "
    "atexit.register(lambda: pathlib.Path(os.environ['MODULES']).write_text(str(len(sys.modules)))); "
)


def once(command: tuple[str, ...], data: Path, modules: Path | None = None) -> tuple[float, float]:
    """Run a command to its end: its wall and CPU seconds. The number of its modules is written to a file, if named.

    Raises:
        RuntimeError: It failed.
    """
    given = () if "--help" in command else ("--config", str(ROOT / "sync.toml"), "--data", str(data))
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("CRM_BRIDGE_", "DAGSTER_"))
    }
    code = COMMAND if modules is None else COUNTED + COMMAND
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", code, *command, *given],
        cwd=ROOT,
        env=environment | {"MODULES": str(modules)},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - begin, used.ru_utime + used.ru_stime


def measure(turns: int, folder: Path) -> dict[str, float]:
    """Let the commands take turns."""
    data, count = folder / "data", folder / "modules"
    once(COMMANDS["run"], data)
    modules: dict[str, int] = {}
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
    for turn in range(turns + 1):
        for name, command in COMMANDS.items():
            over = folder / f"run-{turn}" if name == "run" else data
            if turn:
                seconds[name].append(once(command, over))
            else:
                once(command, over, count)
                modules[name] = int(count.read_text())
    figures: dict[str, float] = {}
    for name, times in seconds.items():
        figures[f"{name}_seconds"] = median(wall for wall, _ in times)
        figures[f"{name}_cpu_seconds"] = median(cpu for _, cpu in times)
        figures[f"{name}_modules"] = modules[name]
    return figures


def main(argv: list[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.commands", description="Time the commands.")
    parser.add_argument("--rows", type=int, help="without meaning here: the example has the rows that it has")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        figures = measure(given.turns, Path(folder))
    tell("commands", figures, as_json=given.json)


if __name__ == "__main__":
    main()

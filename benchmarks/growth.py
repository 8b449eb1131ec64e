"""How a whole first run grows with its rows: seconds, seconds of processors and the most memory of each stage.

    python -m benchmarks.growth --rows 200000 [--json] [--data DIR]

Runs the people of `benchmarks.people` into an empty embedded CRM in process, everything sent and exported, at a
twentieth, a quarter and all of the rows; then the stages up to the plan at five times the rows. Each size is a process
of its own, so that no memory is inherited. Growth in time is the seconds per row of all rows ÷ those of a quarter (and
a quarter ÷ a twentieth), and the same of the processors' seconds, to which other processes add less: 1 is linear.
Growth in memory is the highest peak of the stages up to the plan at five times the rows ÷ the highest of the same
stages at all of them: 1 is flat. Measured once: the stages are long enough.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import people
from benchmarks.folders import work_folder
from benchmarks.report import tell

TO_PLAN = ("extract", "clean", "snapshot", "resolve", "candidates", "plan")
WHOLE = (*TO_PLAN, "apply", "export")

Steps = list[dict[str, Any]]


def steps(rows: int, stages: Sequence[str], folder: Path) -> Steps:
    """Make up as many rows and run the stages over them, in a process of its own."""
    at = folder / str(rows)
    at.mkdir(parents=True)
    table = at / "people.csv"
    people.write(table, rows)
    command = [sys.executable, "-m", "benchmarks.workbench", str(table), "--stages", ",".join(stages)]
    try:
        ended = subprocess.run(
            [*command, "--data", str(at / "work"), "--json"], check=True, stdout=subprocess.PIPE, text=True
        )
    finally:
        shutil.rmtree(at)
    found: Steps = json.loads(ended.stdout)
    return found


def size(rows: int) -> str:
    """A number of rows as a word: `50k`, `1m`."""
    return f"{rows // 1_000_000}m" if rows % 1_000_000 == 0 else f"{rows // 1000}k" if rows >= 1000 else str(rows)


def seconds(found: Steps, of: str = "seconds") -> float:
    """What the stages took together; `of` processors, where it is "busy"."""
    return float(sum(step[of] for step in found))


def peak(found: Steps, stages: Sequence[str]) -> float:
    """The most memory (bytes) that any of these stages had."""
    return float(max(step["peak"] for step in found if step["stage"] in stages))


def measure(rows: int, folder: Path) -> dict[str, float]:
    """Run all sizes, the least first."""
    figures: dict[str, float] = {}
    runs: dict[int, Steps] = {}
    few, some, most = rows // 20, rows // 4, rows * 5
    for at, stages in ((few, WHOLE), (some, WHOLE), (rows, WHOLE), (most, TO_PLAN)):
        runs[at] = steps(at, stages, folder)
        for step in runs[at]:
            name = f"{size(at)}_{step['stage']}"
            figures[f"{name}_seconds"] = step["seconds"]
            figures[f"{name}_processor_seconds"] = step["busy"]
            figures[f"{name}_peak_mib"] = step["peak"] / 2**20
        figures[f"{size(at)}_all_seconds"] = seconds(runs[at])
    for less, more in ((few, some), (some, rows)):
        for name, of in (("time", "seconds"), ("processor", "busy")):
            growth = seconds(runs[more], of) / seconds(runs[less], of) / (more / less)
            figures[f"{name}_growth_{size(less)}_to_{size(more)}"] = growth
    figures[f"memory_growth_{size(rows)}_to_{size(most)}"] = peak(runs[most], TO_PLAN) / peak(runs[rows], TO_PLAN)
    return figures


def main(argv: list[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description="Measure how a first run grows.")
    parser.add_argument("--rows", type=int, default=200_000, help="of the largest whole run (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--data", type=Path, help="a folder to work in (default: a temporary one)")
    given = parser.parse_args(argv)
    with work_folder(given.data) as folder:
        figures = measure(given.rows, folder)
    tell("growth", figures, as_json=given.json)


if __name__ == "__main__":
    main()

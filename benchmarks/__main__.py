"""Run all benchmarks, or those named, each in a process of its own, and write their figures into README.md.

    python -m benchmarks [NAME …] [--rows N]

A benchmark is a module of this package with a `main(argv)` that takes `--rows N`, and with `--json` prints one JSON
object of figures by name; an empty one when it cannot measure here.
"""

from __future__ import annotations

import argparse
import json
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import benchmarks
from benchmarks.report import machine, refreshed, show

README = Path(__file__).with_name("README.md")


def found() -> list[str]:
    """Return the names of all benchmarks."""
    names = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name != "__main__"]
    return [name for name in names if hasattr(import_module(f"benchmarks.{name}"), "main")]


def run(name: str, rows: int | None) -> dict[str, float]:
    """Run one benchmark and return its figures; what it says of itself goes to the terminal.

    Raises:
        subprocess.CalledProcessError: It failed.
    """
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json", *(["--rows", str(rows)] if rows else [])]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=README.parents[1])
    figures: dict[str, float] = json.loads(ended.stdout)
    return figures


def main(argv: list[str] | None = None) -> None:
    """Read the command line, measure, print, and refresh the page."""
    names = found()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure, and refresh the README.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones (default: all): {', '.join(names)}")
    parser.add_argument("--rows", type=int, help="how many rows (default: each benchmark's own)")
    parser.add_argument("--readme", type=Path, default=README, help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    if unknown := sorted(set(given.names) - set(names)):
        parser.error(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(names)}")
    for name in given.names or names:
        figures = run(name, given.rows)
        if not figures:  # it has said why; what was measured last stands
            continue
        show(name, figures)
        page = given.readme.read_text(encoding="utf-8")
        given.readme.write_text(refreshed(page, name, figures, machine()), encoding="utf-8")


if __name__ == "__main__":
    main()

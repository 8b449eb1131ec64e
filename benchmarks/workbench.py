"""The pipeline's stages over CSV files in one process, timed, with the most memory that each took.

    python -m benchmarks.workbench FILE.csv … [--stages extract,clean] [--data DIR] [--profile] [--json]

runs crm-bridge as its settings come, against an embedded CRM in a fresh folder. `--profile` says for each stage which
table took how long, in the order in which they were made: what a statement took stands under its table, and what
Python did before it under `before <table>`.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from benchmarks.folders import work_folder
from benchmarks.memory import forget_peak, peak_bytes
from pipelines.applying import apply
from pipelines.crm import export, snapshot
from pipelines.identity import candidates, resolve
from pipelines.intake import clean, extract
from pipelines.lake.engine import Engine
from pipelines.planning import plan
from pipelines.settings.sections import Limits, Settings
from pipelines.workspace import StageReport, Workspace

STAGES: Final[Mapping[str, Callable[[Workspace], StageReport]]] = {
    "extract": extract.run,
    "clean": clean.run,
    "snapshot": snapshot.run,
    "resolve": resolve.run,
    "candidates": candidates.run,
    "plan": plan.run,
    "apply": apply.run,
    "export": export.run,
}
TO_GOLDEN: Final = ("extract", "clean", "snapshot", "resolve")


@dataclass
class Step:
    """What one stage took: seconds, those of all processors, the most memory meanwhile (bytes), the steps within it.

    `made` holds, for each table made, the seconds from the stage's start to its end.
    """

    stage: str
    seconds: float = 0.0
    busy: float = 0.0
    peak: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    parts: dict[str, float] = field(default_factory=dict)
    made: dict[str, float] = field(default_factory=dict)


def run(settings: Settings, data: Path, stages: Sequence[str] = TO_GOLDEN) -> list[Step]:
    """Run stages one after the other as one run over the data folder."""
    work = Workspace(settings, data, str(uuid.uuid4()))
    steps = []
    try:
        for name in stages:
            step = Step(name)
            forget_peak()
            with _watched(step):
                begin, busy = time.perf_counter(), time.process_time()
                step.counts = work.run_stage(name, STAGES[name]).counts
                step.seconds, step.busy = time.perf_counter() - begin, time.process_time() - busy
            step.peak = peak_bytes()
            steps.append(step)
    finally:
        work.lock.free()
    return steps


def settings_for(files: Sequence[Path], folder: Path, **match: Any) -> Settings:
    """Settings as they come, with one source, a folder that holds the files, and no limit on what a run may create."""
    inbox = folder / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    for file in files:
        _link(file, inbox / file.name)
    sources = {"people": {"kind": "csv_file", "options": {"path": str(inbox)}}}
    gates = {"created": sys.maxsize}
    return Settings.model_validate({"sources": sources, "match": match, "gates": gates, "folder": folder})


def _link(file: Path, place: Path) -> None:
    try:
        place.hardlink_to(file)  # the connector refuses symbolic links out of its folder
    except FileExistsError:
        return
    except OSError:
        shutil.copyfile(file, place)


class _Clock:
    """Writes down what each statement of a stage takes, and what passes between them."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.begin = self.last = time.perf_counter()

    @contextmanager
    def timed(self, name: str, *, table: bool = False) -> Iterator[None]:
        start = time.perf_counter()
        if start - self.last > 0.01:
            self._add(f"before {name}", start - self.last)
        try:
            yield
        finally:
            self.last = time.perf_counter()
            self._add(name, self.last - start)
            if table:
                self.step.made[name] = self.last - self.begin

    def _add(self, name: str, seconds: float) -> None:
        self.step.parts[name] = self.step.parts.get(name, 0.0) + seconds


class _Connection:
    """A DuckDB connection whose statements the clock sees."""

    def __init__(self, connection: Any, clock: _Clock) -> None:
        self._connection, self._clock = connection, clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, text: str, *values: Any) -> Any:
        with self._clock.timed(label(text), table=text.startswith("CREATE OR REPLACE TABLE")):
            return self._connection.execute(text, *values)


@contextmanager
def _watched(step: Step) -> Iterator[None]:
    """Let every database that the stage opens tell the time."""
    clock = _Clock(step)
    opened, arrow = Engine.__init__, Engine.arrow

    def opening(self: Engine, *given: Any, **named: Any) -> None:
        opened(self, *given, **named)
        self.connection = _Connection(self.connection, clock)  # type: ignore[assignment]

    def fetching(self: Engine, text: str, *given: Any) -> pa.Table:
        with clock.timed(label(text)):
            return arrow(self, text, *given)

    Engine.__init__, Engine.arrow = opening, fetching  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Engine.__init__, Engine.arrow = opened, arrow  # type: ignore[method-assign]


def label(text: str) -> str:
    """What a statement is called: the table that it makes, or its first words."""
    if made := re.match(r'CREATE OR REPLACE TABLE "?(\w+)"? AS', text):
        return made[1]
    if copied := re.match(r'COPY "?(\w+)"? TO', text):
        return f"write {copied[1]}"
    return " ".join(text.split())[:48]


def work(argv: list[str] | None = None) -> None:
    """Read the command line, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workbench", description="Time the stages over CSV.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--stages", default=",".join(TO_GOLDEN), help="which, in order (default: %(default)s)")
    parser.add_argument("--data", type=Path, help="the folder to work in, kept afterwards (default: a temporary one)")
    parser.add_argument("--memory", default=Limits().memory, help="what DuckDB may use before it spills (%(default)s)")
    parser.add_argument("--profile", action="store_true", help="say which table took how long")
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    given = parser.parse_args(argv)
    with work_folder(given.data) as folder:
        settings = settings_for(given.files, folder).model_copy(update={"limits": Limits(memory=given.memory)})
        steps = run(settings, folder / "data", given.stages.split(","))
    if given.json:
        print(json.dumps([asdict(step) for step in steps]))
        return
    for step in steps:
        counts = ", ".join(f"{name} {count:,}" for name, count in step.counts.items())
        took = f"{step.seconds:.2f} s ({step.busy:.2f} s of processors), {step.peak / 2**20:,.0f} MiB at most"
        print(f"{step.stage}: {took}; {counts}")
        if given.profile:
            for name, seconds in step.parts.items():
                if seconds >= 0.01:
                    print(f"  {seconds:8.2f} s  {name}")


if __name__ == "__main__":
    work()

"""Runs that are killed at a durable point, counted from outside: `python -m tests.pipelines.crash ROOT DAY FIRST STEP`.

A durable point is where the world outside the process changes, or is about to: a commit of the ledger, a file that
becomes visible, a call to the CRM, before the server commits it and after. The nth one is where a run is killed, until
a run ends untouched: so how many there are is found, not assumed. Each run is a fork, which pays for no imports; this
process holds no thread, so that what is forked is whole.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.ledger.ledger import Ledger
from pipelines.workspace import Workspace
from tests.pipelines.faults import Call, Fault, Mishap, RoughShop, RoughWorkspace
from tests.pipelines.forks import forked

NEVER = 10**9
COMMITS = ("COMMIT", "INSERT", "UPDATE", "DELETE", "CREATE", "PRAGMA user_version =")
RENAMES = ("os.rename", "os.link")


@dataclass
class Points:
    """Counts the durable points of this process, and kills it when it comes to the one at which it is to die."""

    fatal: int = NEVER
    passed: list[str] = field(default_factory=list)

    def at(self, what: str) -> None:
        """Come to a point."""
        self.passed.append(what)
        if len(self.passed) == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def call(self, call: Call) -> Fault | None:
        """Come to a call: a point before the server has committed it, and one after. Reading commits nothing."""
        self.at(f"before {call.what}")
        if not call.writes:
            return None
        self.passed.append(f"after {call.what}")
        return Fault.KILLED_AFTER if len(self.passed) == self.fatal else None

    def statement(self, database: sqlite3.Connection, text: str) -> None:
        """Come to a statement of the ledger: one that commits is a point, within a transaction only the last one."""
        if text.startswith("COMMIT") or (text.startswith(COMMITS) and not database.in_transaction):
            self.at(f"ledger: {text[:40]}")

    def watch_files(self, folder: Path) -> None:
        """Count what becomes visible in a folder. This cannot be undone: for processes of their own."""
        prefix = str(folder)

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            if event in RENAMES and str(arguments[1]).startswith(prefix):
                self.at(f"file: {Path(str(arguments[1])).name}")

        sys.addaudithook(hook)


@dataclass
class CountingWorkspace(RoughWorkspace):
    """A workspace whose ledger tells the points of its commits."""

    points: Points = field(kw_only=True)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The ledger, open and overheard."""
        with super().ledger() as ledger:
            database = ledger._access._database  # production code has no hook for this, on purpose
            database.set_trace_callback(lambda text: self.points.statement(database, text))
            yield ledger


class MortalShop(RoughShop):
    """A workshop whose runs are counted, and die where `points` says."""

    points: Points | None = None

    def work(self, run: str | None = None) -> Workspace:
        """A workspace whose ledger is overheard, while there is somebody who counts."""
        rough = super().work(run)
        if self.points is None or not isinstance(rough, RoughWorkspace):
            return rough
        return CountingWorkspace(rough.settings, rough.data, rough.run, shop=self, points=self.points)

    def count(self, points: Points, also: Callable[[Call], Mishap | None] = lambda _: None, *stages: str) -> Workspace:
        """Run under the eyes of `points`, whose folder is watched from now on; faults may come on top."""
        self.points = points
        points.watch_files(self.data)
        try:
            return self.sync(lambda call: points.call(call) or also(call), *stages)
        finally:
            self.points = None


HEADER = "ID,First Name,Last Name,Email,Phone,Title,Company,Tags"
DAYS = (
    f"""{HEADER}
1,Ada,Lovelace,ada@c1.example,+1 312-555-0101,Countess,C One,vip;new
2,Alan,Turing,alan@c1.example,+1 312-555-0102,Fellow,C One,
3,Grace,Hopper,grace@c2.example,,Admiral,C Two,new
4,Kurt,Smith,,+1 312-555-0104,Professor,,""",
    f"""{HEADER}
1,Ada,Lovelace,ada@c1.example,+1 312-555-0111,Programmer,C One,vip;new;hot
2,Alan,Turing,turing@c1.example,+1 312-555-0102,Fellow,C One,hot
3,Grace,Hopper,grace@c2.example,,Rear Admiral,C Two,new
4,Kurt,Smith,,+1 312-555-0104,Professor,,
5,Mary,Smithson,mary@c3.example,,Reader,C Three,new""",
)
"""What the inbox holds day by day: creates with companies and tags; then updates, more tags, and one person more."""


def shop_in(root: Path, *days: int) -> MortalShop:
    """The workshop that all of these runs share: several calls at once, every change with an entry of its own."""
    shop = MortalShop(root, limits={"concurrency": 2, "threads": 1}, crm={"imported_activity": "change"})
    for day in days:
        shop.file("people.csv", DAYS[day - 1], day=day)
    return shop


def settled(root: Path, *days: int) -> MortalShop:
    """A workshop that went through these days undisturbed."""
    for day in days:
        shop_in(root, day).sync()
    return shop_in(root)


def chain(root: Path, day: int, first: int, step: int) -> list[int]:
    """Kill runs over one folder, each `step` points later than the one before, until one ends by itself.

    Returns how each ended.
    """
    ends: list[int] = []
    shop_in(root, day)
    while not ends or ends[-1] == -signal.SIGKILL:
        fatal = first + step * len(ends)
        ends.append(forked(lambda fatal=fatal: shop_in(root).count(Points(fatal))))  # type: ignore[misc]
    return ends


if __name__ == "__main__":
    found = chain(Path(sys.argv[1]), *map(int, sys.argv[2:]))
    sys.stdout.write(" ".join(map(str, found)) + "\n")

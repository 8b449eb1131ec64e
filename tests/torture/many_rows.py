"""Many plain rows from five CSV sources, from file to plan, in a new process each time.

`python -m tests.torture.many_rows`. DuckDB 2.0.0 ended most of such runs with an internal error of its own, in queries
over tables of this size alone: no world that the fast tests can pay for would have shown that.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pipelines.crm import snapshot
from pipelines.identity import candidates, resolve
from pipelines.intake import accounting, clean, extract
from pipelines.planning import plan
from pipelines.settings.sections import Settings
from pipelines.workspace import Workspace

SOURCES: Final = ("events", "newsletter", "partners", "shop", "support")
HEADER: Final = "ID,First name,Last name,Email,Phone,Title,Company,City\n"
TIMES: Final = 10
ROWS: Final = 100_000


def lay_out(inbox: Path, rows: int) -> None:
    """Write a file for each source. Each fifth person is in the next source, too: by e-mail, and with another title."""
    each = rows // len(SOURCES)
    for place, source in enumerate(SOURCES):
        folder = inbox / source
        folder.mkdir(parents=True)
        with (folder / "people.csv").open("w", encoding="utf-8") as file:
            file.write(HEADER)
            for row in range(each):
                person = place * each + row - (each if row % 5 == 0 and place else 0)
                file.write(
                    f"{row},First{person % 977},Last{person},p{person}@company{person % 4001}.example,"
                    f"+1312{5550000 + person % 9999:07d},{source} lead {row % 13},Company {person % 4001},Chicago\n"
                )


def run(root: Path) -> int:
    """Take all files from extract to the plan; returns how many contacts the plan creates."""
    sections = {name: {"kind": "csv_file", "options": {"path": f"inbox/{name}"}} for name in SOURCES}
    settings = Settings.model_validate({"sources": sections, "match": {"default_region": "US"}, "folder": root})
    work = Workspace(settings, root / "data", "many-rows")
    try:
        for stage in (extract, clean, snapshot, resolve, candidates, plan):
            work.reports[stage.__name__] = stage.run(work)
        accounting.require_balance(work)
    finally:
        work.end()
    return work.reports[plan.__name__].counts["contacts_created"]


def main() -> int:
    """Run over the same rows again and again; returns 1 if a run failed, or counted other people than the first."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.many_rows")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--once", type=Path, help="run over this folder, and print how many contacts would be created")
    given = parser.parse_args()
    if given.once is not None:
        sys.stdout.write(f"{run(given.once)}\n")
        return 0
    counts: list[str] = []
    for number in range(1, given.times + 1):
        with TemporaryDirectory(prefix="many-rows-") as folder:
            lay_out(Path(folder) / "inbox", given.rows)
            begin = time.monotonic()
            command = [sys.executable, "-m", "tests.torture.many_rows", "--once", folder]
            ended = subprocess.run(command, capture_output=True, text=True, check=False)
        counts.append(ended.stdout.strip() if ended.returncode == 0 else "failed")
        said = f"{counts[-1]} contacts" if ended.returncode == 0 else ended.stderr.strip().splitlines()[-1]
        sys.stdout.write(f"{number} of {given.times}: {said} in {time.monotonic() - begin:.0f} s\n")
        sys.stdout.flush()
    return int("failed" in counts or len(set(counts)) > 1)


if __name__ == "__main__":
    sys.exit(main())

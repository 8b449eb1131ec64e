"""Planning at size: golden × current × last written, of which a share has changed, the ledger's reading included.

    python -m benchmarks.planning --rows 1000000 [--changed 0.01] [--json] [--data DIR]

The people are made up in SQL, past sources and CRM: what is timed is the stage `plan` alone, as a run calls it, over
the tables that the stages before it leave. Of `--changed` of the people the sources say another title. The first plan
is a warm-up that reads the files into the system's cache; the figures are medians of three more.
"""

from __future__ import annotations

import argparse
import sqlite3
import time
import uuid
from contextlib import closing
from pathlib import Path
from statistics import median

from benchmarks.folders import work_folder
from benchmarks.memory import forget_peak, peak_bytes
from benchmarks.report import tell
from pipelines.crm.listing import COMPANIES
from pipelines.planning import plan, tables
from pipelines.settings.sections import Settings
from pipelines.workspace import Workspace

RUNS = 3

SQL = Path(__file__).with_suffix(".sql")


def fill(work: Workspace, rows: int, changed: int) -> None:
    """Make the tables that a plan reads, and the ledger of a run that wrote all of them."""
    with work.engine() as engine:
        engine.one_row("given", {"people": rows, "changed": changed})
        engine.put("fetched_companies", COMPANIES.empty_table())
        engine.connection.execute(SQL.read_text(encoding="utf-8"))
        engine.write(*tables.INPUTS)
        work.lake.publish(work.run, tables.INPUTS)
        with work.ledger():
            pass  # it is made
        with closing(sqlite3.connect(work.ledger_path)) as database:
            columns = [name for _, name, *_ in database.execute("PRAGMA table_info(written)")]
            insert = f"INSERT INTO written ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
            same = {"account": work.account, "object": "contacts", "before": "{}"}
            for batch in engine.batches("FROM last_written"):
                found = (same | row for row in batch.to_pylist())
                database.executemany(insert, [tuple(row[name] for name in columns) for row in found])
            database.execute(
                "INSERT INTO links SELECT account, object, 'person-' || substr(crm_id, 9), crm_id FROM written"
            )
            database.commit()


def measure(rows: int, changed: float, folder: Path) -> dict[str, float]:
    """Fill a fresh data folder and plan over it."""
    settings = Settings.model_validate({"sources": {}, "folder": folder})
    fill(Workspace(settings, folder / "data", "made"), rows, round(rows * changed))
    seconds, peaks, counts = [], [], {}
    for _ in range(1 + RUNS):
        work = Workspace(settings, folder / "data", str(uuid.uuid4()))
        forget_peak()
        begin = time.perf_counter()
        try:
            counts = plan.run(work).counts
        finally:
            work.lock.free()
        seconds.append(time.perf_counter() - begin)
        peaks.append(peak_bytes())
    assert counts["contacts_updated"] == round(rows * changed), counts
    return {
        "rows": rows,
        "changed": round(rows * changed),
        "plan_seconds": median(seconds[1:]),
        "plan_peak_gb": median(peaks[1:]) / 1e9,
        "fields_written": counts["fields_written"],
    }


def main(argv: list[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planning", description="Measure the plan at size.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--changed", type=float, default=0.01, help="the share that has changed (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--data", type=Path, help="an empty folder to work in (default: a temporary one)")
    given = parser.parse_args(argv)
    with work_folder(given.data) as folder:
        figures = measure(given.rows, given.changed, folder)
    tell("planning", figures, as_json=given.json)


if __name__ == "__main__":
    main()

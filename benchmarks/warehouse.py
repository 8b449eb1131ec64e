"""What it costs to pull and land a table, by SQL and by dlt, and whether memory stays flat.

    python -m benchmarks.warehouse --rows 1000000 [--json]

Each case runs in a process of its own, over a tenth of the rows and over all of them. Memory is the peak of the process
beyond what it held before the pull. PostgreSQL is started for the benchmark, where it is installed.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

from benchmarks.folders import work_folder
from benchmarks.memory import forget_peak, peak_bytes
from benchmarks.report import tell

CASES: Final = ("files", "files_changed", "sqlite", "postgres", "postgres_changed", "dlt")

NAMES: Final = """
    SELECT i AS id, 'First' || i AS first_name, 'Last' || (i % 1000) AS last_name, 'p' || i || '@acme.example' AS email,
        '+4930' || (1000000 + i) AS phone
"""
PEOPLE: Final = f"{NAMES}, TIMESTAMPTZ '2020-01-01 00:00:00Z' + i * INTERVAL '1 second' AS updated_at"

RESOURCE: Final = """
import dlt


@dlt.resource(write_disposition="replace")
def people(rows):
    for first in range(0, rows, 1000):
        yield [
            {"id": i, "first_name": f"First{i}", "last_name": f"Last{i % 1000}", "email": f"p{i}@acme.example",
             "phone": f"+4930{1000000 + i}", "updated_at": "2026-01-01T00:00:00Z"}
            for i in range(first, first + 1000)
        ]
"""


@contextmanager
def source(case: str, rows: int, folder: Path) -> Iterator[dict[str, Any]]:
    """Make the table; gives the source's settings."""
    options: dict[str, Any] = {"object": "contacts", "id_column": "id", "query": "SELECT * FROM people"}
    if case.endswith("_changed"):
        options["change_column"] = "updated_at"
    server: Any = nullcontext()
    if case.startswith("files"):
        import duckdb  # noqa: PLC0415 - only this case needs it

        with duckdb.connect() as made:
            made.execute(f"COPY ({PEOPLE} FROM range({rows}) t(i)) TO '{folder}/people.parquet'")
        options["query"] = "SELECT * FROM 'people.parquet'"
    elif case == "sqlite":
        numbers = f"WITH RECURSIVE t(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i + 1 < {rows})"
        moment = "datetime('2020-01-01', i || ' seconds') AS updated_at"
        with closing(sqlite3.connect(folder / "people.sqlite")) as made:
            made.execute(f"CREATE TABLE people AS {numbers} {NAMES}, {moment} FROM t")
            made.commit()
        options["attach"] = "people.sqlite"
    elif case.startswith("postgres"):
        from tests.connectors.sql.cluster import cluster  # noqa: PLC0415 - only this case needs it

        server, options["attach"] = cluster(), "postgres"
    else:
        (folder / "people_resource.py").write_text(RESOURCE)
        options = {"object": "contacts", "resource": "people_resource:people", "arguments": {"rows": rows}}
    with server as url:
        if url is not None:
            import psycopg  # noqa: PLC0415 - only this case needs it

            with psycopg.connect(url) as connection:
                connection.execute(f"CREATE TABLE people AS {PEOPLE} FROM generate_series(0, {rows - 1}) i".encode())
            os.environ["CRM_BRIDGE_SECRET_TABLE"] = url
        yield {"kind": "dlt" if case == "dlt" else "sql", "options": options}


def measure(case: str, rows: int, folder: Path) -> dict[str, float]:
    """Pull and land the table once."""
    from pipelines.intake import pulling  # noqa: PLC0415 - only one of the measured processes loads it
    from pipelines.settings.sections import Settings  # noqa: PLC0415 - only one of the measured processes loads it
    from pipelines.workspace import Workspace  # noqa: PLC0415 - only one of the measured processes loads it

    with source(case, rows, folder) as told:
        os.chdir(folder)
        settings = Settings.model_validate({"sources": {"table": told}, "folder": folder})
        work = Workspace(settings, folder / "data", "benchmark")
        refused: list[str] = []
        forget_peak()
        before, start = peak_bytes(), time.perf_counter()
        found = pulling.pull(work, "table", lambda _, why: refused.append(str(why)))
        seconds = time.perf_counter() - start
        assert not refused, refused
        assert found["contacts"].rows == rows, found
    return {"seconds": seconds, "bytes": peak_bytes() - before}


def main(argv: list[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.warehouse", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    if given.case:
        with work_folder(None) as folder:
            sys.stdout.write(json.dumps(measure(given.case, given.rows, folder)))
        return
    from tests.connectors.sql.cluster import programs  # noqa: PLC0415 - the cases are measured without it

    figures: dict[str, float] = {"rows": given.rows}
    for case in CASES:
        if case.startswith("postgres") and programs() is None:
            continue
        for rows, word in ((given.rows // 10, "tenth_megabytes"), (given.rows, "megabytes")):
            command = [sys.executable, "-m", "benchmarks.warehouse", "--case", case, "--rows", str(rows)]
            ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            one: dict[str, float] = json.loads(ended.stdout)
            if rows == given.rows:
                figures[f"{case}_rows_per_second"] = rows / one["seconds"]
            figures[f"{case}_{word}"] = one["bytes"] / 2**20
    tell("warehouse", figures, as_json=given.json)


if __name__ == "__main__":
    main()

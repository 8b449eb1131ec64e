"""CSV rows → people: how fast, in how much memory, how right, beside Splink and beside pandas with networkx.

    python -m benchmarks.identity --rows 1000000 [--repeats 3] [--peers-up-to 1000000] [--json] [--data DIR]

Measured are 100,000 and 1,000,000 rows as far as they are fewer than `--rows`, and `--rows` itself. Each measurement
is a process of its own over an empty data folder, in turns with the peers; times are medians of the repeats, memory
is the most that any of them took.

- `…_seconds`: extract, clean, snapshot of an empty embedded CRM, and resolve, from the start of the process to its
  end: interpreter and imports are within. Each stage has its own time beside it.
- `…_keys_seconds`: the part that the peers do too, from the start of resolve to who is who, with ids (`person_ids`).
  They get the keys as clean has made them, ready to compare, and leave out those on more different names than the
  hub limit,
  as resolve does; their clocks begin at reading that Parquet file, after their imports. Their ratio is their time over
  ours.
- Precision and recall count pairs of rows of one person.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final

import duckdb

from benchmarks import pairs, peers
from benchmarks.report import tell
from pipelines.lake.lake import Lake
from pipelines.settings.sections import Limits, Match

SIZES: Final = (100_000, 1_000_000)
LARGE_MEMORY: Final = "7GB"
"""What DuckDB may use for more rows than those: `limits.memory`, which is 2GB as it comes."""
PEERS: Final = {"splink": "splink_keys", "networkx": "networkx_keys"}

KEYS: Final = """
COPY (SELECT row_number() OVER (ORDER BY record_key) AS record, record_key, emails[1] AS email, phones[1] AS phone,
             concat_ws(' ', first_fold, last_fold) AS name
      FROM read_parquet($1)) TO '{}' (FORMAT parquet)
"""
OURS: Final = """
(SELECT t.person AS truth, coalesce(c.person_id, 'row ' || t.row) AS found FROM read_parquet('{truth}') t
 LEFT JOIN read_parquet('{records}') r ON r.file = t.file AND r.row = t.row
 LEFT JOIN read_parquet('{clusters}') c USING (record_key))
"""
THEIRS: Final = """
(SELECT t.person AS truth, coalesce('cluster ' || c.cluster, 'row ' || t.row) AS found FROM read_parquet('{truth}') t
 LEFT JOIN read_parquet('{records}') r ON r.file = t.file AND r.row = t.row
 LEFT JOIN read_parquet('{keys}') k USING (record_key) LEFT JOIN read_parquet('{clusters}') c ON c.record = k.record)
"""


class Size:
    """All measurements of one number of rows; `figures` names them with `1m_` and the like in front."""

    def __init__(self, rows: int, folder: Path) -> None:
        self.rows = rows
        self.folder = folder
        self.label = short(rows)
        self.csv = folder / f"people_{self.label}.csv"
        self.truth = self.csv.with_name(f"{self.csv.stem}_truth.parquet")
        self.seconds: dict[str, list[float]] = {}
        self.peaks: dict[str, list[float]] = {}
        self.right: dict[str, pairs.Counted] = {}
        self.data = folder
        _module("benchmarks.people", self.csv, "--rows", rows)

    def ours(self, turn: int) -> None:
        """Run the pipeline once."""
        work = self.folder / f"{self.label}_{turn}"
        begin = time.perf_counter()
        memory = Limits().memory if self.rows <= max(SIZES) else LARGE_MEMORY
        options = ("--data", work, "--memory", memory, "--json")
        steps: list[dict[str, Any]] = json.loads(_module("benchmarks.workbench", self.csv, *options))
        self._add("all", time.perf_counter() - begin, max(step["peak"] for step in steps))
        for step in steps:
            self._add(step["stage"], step["seconds"], step["peak"])
            if "person_ids" in step["made"]:
                self._add("keys", step["made"]["person_ids"], step["peak"])
        self.data = work / "data"

    def theirs(self, name: str) -> None:
        """Run a peer once, over the keys of the pipeline's last run."""
        keys, clusters = self.folder / f"{self.label}_keys.parquet", self.folder / f"{self.label}_{name}.parquet"
        with self._database() as database:
            database.execute(KEYS.format(keys), [str(self._table("records"))])
        figures = peers.run(PEERS[name], keys, clusters, str(Match().hub_limit))
        self._add(name, figures["seconds"], figures["peak_bytes"])
        self._judge(name, THEIRS, keys=keys, clusters=clusters)

    def judge(self) -> None:
        """Compare the pipeline's last run with the truth."""
        self._judge("keys", OURS, clusters=self._table("clusters"))

    def figures(self) -> dict[str, float]:
        """What was measured."""
        found: dict[str, float] = {"rows": self.rows, "seconds": self.time("all"), "peak_mib": self.peak("all")}
        found["rows_per_second"] = self.rows / self.time("all")
        for stage in ("extract", "clean", "snapshot", "resolve"):
            found |= {f"{stage}_seconds": self.time(stage), f"{stage}_peak_mib": self.peak(stage)}
        found["keys_seconds"] = self.time("keys")
        for name in PEERS:
            if name in self.seconds:
                found |= {f"{name}_seconds": self.time(name), f"{name}_peak_mib": self.peak(name)}
                found[f"{name}_ratio"] = self.time(name) / self.time("keys")
        for name, counted in self.right.items():
            ours = "" if name == "keys" else f"{name}_"
            found |= {f"{ours}precision": counted.precision, f"{ours}recall": counted.recall}
        return {f"{self.label}_{name}": value for name, value in found.items()}

    def time(self, name: str) -> float:
        """The median of what was measured, in seconds."""
        return median(self.seconds[name])

    def peak(self, name: str) -> float:
        """The most memory, in MiB."""
        return max(self.peaks[name]) / 2**20

    def _add(self, name: str, seconds: float, peak: float) -> None:
        self.seconds.setdefault(name, []).append(seconds)
        self.peaks.setdefault(name, []).append(peak)

    def _table(self, name: str) -> Path:
        path = Lake(self.data).find(None, name)
        assert path is not None, f"resolve made no table {name}"
        return path

    def _database(self) -> duckdb.DuckDBPyConnection:
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": 2,
            "memory_limit": "4GB",
            "temp_directory": str(self.folder / "spilled"),
        }
        return duckdb.connect(":memory:", config=config)

    def _judge(self, name: str, query: str, **paths: Path) -> None:
        with self._database() as database:
            self.right[name] = judged(
                database, query, {"truth": self.truth, "records": self._table("records"), **paths}
            )


def judged(database: duckdb.DuckDBPyConnection, query: str, paths: Mapping[str, Path]) -> pairs.Counted:
    """Count the pairs of a grouping (`OURS`, `THEIRS`) whose Parquet files are at these paths."""
    counted, _ = pairs.count(database, query.format_map(paths))
    return counted


def short(rows: int) -> str:
    """A number of rows as a name: `100k`, `1m`, `1234`."""
    if rows % 1_000_000 == 0:
        return f"{rows // 1_000_000}m"
    return f"{rows // 1000}k" if rows % 1000 == 0 else str(rows)


def measure(rows: int, folder: Path, *, repeats: int = 3, peers_up_to: int = 1_000_000) -> dict[str, float]:
    """Make the people, run everything, and return the figures of all sizes, and how time grows between them."""
    figures: dict[str, float] = {}
    before: Size | None = None
    for count in [*(size for size in SIZES if size < rows), rows]:
        size = Size(count, folder)
        for turn in range(repeats if count <= max(SIZES) else 1):
            size.ours(turn)
            for name in PEERS:
                if count <= peers_up_to:
                    size.theirs(name)
        size.judge()
        figures |= size.figures()
        if before:
            growth = (size.time("all") / before.time("all")) / (size.rows / before.rows)
            figures[f"growth_{before.label}_to_{size.label}"] = growth
        before = size
    return figures


def _module(name: str, *arguments: object) -> str:
    """Run a module of ours in a process of its own and return what it prints."""
    command = [sys.executable, "-m", name, *map(str, arguments)]
    root = Path(__file__).parents[1]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=root).stdout


def main(argv: list[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.identity", description="Measure identity resolution.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3, help="runs of each size up to 1,000,000 rows")
    parser.add_argument("--peers-up-to", type=int, default=1_000_000, help="more rows are ours alone; 0: no peers")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--data", type=Path, help="an empty folder to work in (default: a temporary one)")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        place = (given.data or Path(folder)).resolve()
        result = measure(given.rows, place, repeats=given.repeats, peers_up_to=given.peers_up_to)
    rounded = {name: round(value, 4) for name, value in result.items()}
    tell("identity", rounded, as_json=given.json)


if __name__ == "__main__":
    main()

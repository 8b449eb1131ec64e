"""The lake folder: immutable landings, a folder of tables per run, and which run each table is current in.

    raw/<source>/<object>/<landing>.parquet           what a source gave; `<landing>.rejected.parquet` beside it
    runs/<run>/<table>.parquet                         what a run made
    current.json                                       table → run, replaced as a whole once per finished stage

A table appears whole or not at all (`connectors.files.whole`), and its rows are counted on disk before it appears.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.errors import StateRefused
from connectors.files import whole

FACTS: Final = b"crm_bridge"
"""The key in a landing's Parquet metadata under which its facts lie as JSON."""


@dataclass(frozen=True, slots=True)
class Landing:
    """One part as it landed. `sequence` orders landings; `dated` is the source's own date of the part."""

    path: Path
    source: str
    object: str
    name: str
    digest: str
    sequence: int
    landed_at: datetime
    dated: datetime
    columns: tuple[str, ...]
    rows: int
    rejected: int
    facts: Mapping[str, str]

    @property
    def id(self) -> str:
        """The landing's name in tables: `<source>/<object>/<file name without ending>`."""
        return f"{self.source}/{self.object}/{self.path.stem}"

    @property
    def rejected_path(self) -> Path:
        """Where the rows that could not be read lie."""
        return self.path.with_suffix(".rejected.parquet")


class Lake:
    """The data folder. Any number of processes may read it; a stage is written by one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        make_private(root)

    # Landings

    def landings(self, source: str = "*", object_name: str = "*") -> list[Landing]:
        """All landings, or those of a source, or of an object; oldest first within each source and object."""
        found = [
            _read_landing(path)
            for path in sorted(self.root.glob(f"raw/{source}/{object_name}/*.parquet"))
            if not path.name.endswith(".rejected.parquet")
        ]
        # Two pulls at once may have taken one number.
        return sorted(found, key=lambda one: (one.source, one.object, one.sequence, one.landed_at))

    def land(
        self,
        *,
        source: str,
        object_name: str,
        name: str,
        digest: str,
        dated: datetime,
        landed_at: datetime,
        sequence: int,
        columns: tuple[str, ...],
        facts: Mapping[str, str],
        batches: Iterable[pa.RecordBatch],
        rejected: Callable[[], pa.Table],
    ) -> Landing:
        """Write one part as a landing: its rows, then its rejected rows, then both become visible.

        `rejected` is asked after the batches are drained. The landing itself is renamed last: it is what makes the
        pair visible, so a killed run leaves at most an unread file of rejected rows.
        """
        make_private(self.root / "raw")
        folder = self.root / "raw" / source / object_name
        folder.mkdir(parents=True, exist_ok=True)
        stem = f"{sequence:06d}-{digest[:12]}"
        path = folder / f"{stem}.parquet"
        schema = pa.schema([(column, pa.string()) for column in columns])
        with whole(path) as draft:
            rows = 0
            with pq.ParquetWriter(draft, schema, compression="zstd") as writer:
                for batch in batches:
                    writer.write_batch(batch)
                    rows += batch.num_rows
                set_aside = rejected()
                meta = {
                    "source": source,
                    "object": object_name,
                    "name": name,
                    "digest": digest,
                    "sequence": sequence,
                    "landed_at": landed_at.isoformat(),
                    "dated": dated.isoformat(),
                    "columns": list(columns),
                    "rejected": set_aside.num_rows,
                    "facts": dict(facts),
                }
                writer.add_key_value_metadata({FACTS: json.dumps(meta).encode()})
            with whole(path.with_suffix(".rejected.parquet")) as rejected_draft:
                pq.write_table(set_aside, rejected_draft, compression="zstd")
            _check(draft, rows)
        return _read_landing(path)

    # Runs

    def run_folder(self, run: str) -> Path:
        """The folder of a run's tables; made when missing."""
        make_private(self.root / "runs")
        folder = self.root / "runs" / run
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def write(self, run: str, table: str, put: Callable[[Path], int]) -> Path:
        """Let `put` write a table to a draft and return its row count; then make it visible."""
        path = self.run_folder(run) / f"{table}.parquet"
        with whole(path) as draft:
            _check(draft, put(draft))
        return path

    def borrow(self, run: str, table: str, path: Path) -> None:
        """Let a run have a table that another run made: by a hard link, since tables never change."""
        own = self.run_folder(run) / f"{table}.parquet"
        with whole(own) as draft:
            try:
                draft.hardlink_to(path)
            except OSError:  # a file system without links
                shutil.copyfile(path, draft)

    def find(self, run: str | None, table: str) -> Path | None:
        """Where a table is: in this run if it has made it, else in the run that it is current in."""
        if run is not None:
            own = self.root / "runs" / run / f"{table}.parquet"
            if own.exists():
                return own
        holder = self.current().get(table)
        if holder is None:
            return None
        path = self.root / "runs" / holder / f"{table}.parquet"
        return path if path.exists() else None

    def current(self) -> dict[str, str]:
        """Which run each table is current in."""
        path = self.root / "current.json"
        if not path.exists():
            return {}
        try:
            found = json.loads(path.read_text("utf-8"))
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise StateRefused(f"{path}: damaged.", guidance="Remove it; the next run writes it anew.")
        return {str(table): str(run) for table, run in found.items()}

    def publish(self, run: str, tables: Iterable[str]) -> None:
        """Make this run the holder of `tables`, all at once."""
        merged = {**self.current(), **dict.fromkeys(tables, run)}
        path = self.root / "current.json"
        with whole(path, private=True) as draft:
            draft.write_text(json.dumps(merged, indent=1, sort_keys=True), "utf-8")

    def runs(self) -> set[str]:
        """The runs whose tables are kept, and those that tables are current in."""
        folder = self.root / "runs"
        kept = {run.name for run in folder.iterdir() if run.is_dir()} if folder.exists() else set()
        return kept | set(self.current().values())

    def prune(self, keep: int) -> int:
        """Remove the oldest runs' tables beyond `keep`, sparing those in use. Returns how many runs went."""
        in_use = set(self.current().values())
        folder = self.root / "runs"
        found = [run for run in folder.iterdir() if run.is_dir()] if folder.exists() else []
        runs = sorted(found, key=lambda run: run.stat().st_mtime, reverse=True)
        gone = [run for run in runs[keep:] if run.name not in in_use]
        for run in gone:
            shutil.rmtree(run, ignore_errors=True)
        return len(gone)


def make_private(folder: Path) -> None:
    """Make a folder for its owner alone: personal data will lie in it. One that is there keeps its rights."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(path: Path, rows: int) -> None:
    found = pq.read_metadata(path).num_rows
    if found != rows:
        raise StateRefused(
            f"{path.name}: {found} rows on disk where {rows} were written.", guidance="Is the disk full?"
        )


def _read_landing(path: Path) -> Landing:
    try:
        metadata = pq.read_metadata(path)
    except (pa.ArrowException, OSError):
        raise StateRefused(
            f"{path}: damaged.", guidance="Restore a copy of it, or move it away: its file is then landed again."
        ) from None
    raw = (metadata.metadata or {}).get(FACTS)
    if raw is None:
        raise StateRefused(f"{path}: not a landing.", guidance="Move it out of the data folder.")
    meta = json.loads(raw)
    return Landing(
        path=path,
        source=meta["source"],
        object=meta["object"],
        name=meta["name"],
        digest=meta["digest"],
        sequence=meta["sequence"],
        landed_at=datetime.fromisoformat(meta["landed_at"]),
        dated=datetime.fromisoformat(meta["dated"]),
        columns=tuple(meta["columns"]),
        rows=metadata.num_rows,
        rejected=meta["rejected"],
        facts=meta["facts"],
    )

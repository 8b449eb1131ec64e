"""Room on the disk: what is free, and what a run may need."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

TIMES = 2
"""A run writes about as much as it reads, and DuckDB may spill as much again."""


def free(folder: Path) -> int:
    """Bytes that may still be written there."""
    return shutil.disk_usage(folder).free


def needed(root: Path, given: Iterable[int]) -> int:
    """Bytes that a run may write: by the sources' files, and by what the newest run and the ledger have come to."""
    runs = [path for path in (root / "runs").glob("*") if path.is_dir()]
    newest = max(runs, key=lambda path: path.stat().st_mtime, default=None)
    tables = [path.stat().st_size for path in newest.glob("*.parquet")] if newest else []
    state = [path.stat().st_size for name in ("ledger.db", "crm.db") if (path := root / name).exists()]
    return TIMES * (sum(given) + sum(tables) + sum(state))

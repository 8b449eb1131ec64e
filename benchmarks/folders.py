"""Where a benchmark works: a folder that somebody gave, which stays, or one for the time being."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def work_folder(given: Path | None) -> Iterator[Path]:
    """Give the folder to work in."""
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        yield Path(folder)

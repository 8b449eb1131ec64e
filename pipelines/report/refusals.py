"""The files and sources that a run could not read at all, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pipelines.intake import extract
from pipelines.report.counted import counted
from pipelines.workspace import Workspace

SHOWN: Final = 10
"""Refusals that are printed; the table has them all."""


def count(work: Workspace) -> int:
    """How many files and sources this run could not read at all, and streams of sources not to their end."""
    return sum(work.counted("extract", f"refused_{what}") for what in ("files", "sources", "streams"))


def told(work: Workspace) -> Iterator[str]:
    """The first of them: why, and what of each stays."""
    found = extract.refused(work) if count(work) else []
    for file, line, reason, rows_kept in found[:SHOWN]:
        place = file if line is None else f"{file}, line {line}"
        kept = f"{counted(rows_kept, 'rows stay')} of what it gave before." if rows_kept else "Nothing of it is used."
        yield f"refused: {place}: {reason} {kept}"
    if len(found) > SHOWN:
        yield f"… and {len(found) - SHOWN:,} more: {work.lake.root}/runs/{work.run}/refused_files.parquet"

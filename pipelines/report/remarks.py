"""What a run says below its funnel of single files, columns and rows: what was refused, assumed or not sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pipelines.crm.names import NOT_EXPORTED
from pipelines.report import refusals
from pipelines.workspace import Workspace

FILES_SHOWN: Final = 10
"""How many files are told one by one of what was assumed of them."""

COLUMNS_SHOWN: Final = 30
"""Columns of one source that are named; the table has them all."""


def told(work: Workspace) -> Iterator[str]:
    """One line each."""
    yield from refusals.told(work)
    for said in unreadable(work):
        yield f"not readable in the CRM: {said}"
    assumed = _assumed(work)
    for file, note in assumed[:FILES_SHOWN]:
        yield f"assumed: {file}: {note}"
    if len(assumed) > FILES_SHOWN:
        yield f"assumed: {len(assumed) - FILES_SHOWN:,} more, in the column note of landings.parquet"
    for said in _not_sent(work):
        yield f"not sent: {said}"
    for source, series, file, newer in _proposed(work):
        yield f'proposed: where {newer} takes the place of {file}, set series = "{series}" in [sources.{source}]'


def unreadable(work: Workspace) -> Iterator[str]:
    """What the CRM could not show to this run: which row of which list, and its answer."""
    with work.engine() as engine:
        for stage, table in (("snapshot", "unreadable"), ("verify", "not_read_back"), ("export", "not_exported")):
            if not work.counted(stage, table):
                continue
            if stage == "export":
                engine.view(table, work.lake.root / "exports" / NOT_EXPORTED)
            else:
                engine.read(table)
            for name, place, crm_id, reason in engine.rows(f"SELECT object, place, crm_id, reason FROM {table}"):  # noqa: S608 - constant words
                yield f"{name}, {crm_id or f'no. {place}'}: {reason}"


def _not_sent(work: Workspace) -> Iterator[str]:
    """The columns that hold something and reach the CRM in no field, by source and by why."""
    if not work.counted("clean", "columns_not_sent"):
        return
    with work.engine() as engine:
        engine.read("not_sent")
        rows = engine.rows(
            'SELECT source, object, reason, list(DISTINCT "column" ORDER BY "column") FROM not_sent '
            "GROUP BY ALL ORDER BY ALL"
        )
    for source, what, reason, columns in rows:
        more = f" and {len(columns) - COLUMNS_SHOWN} more" if len(columns) > COLUMNS_SHOWN else ""
        yield f"{source}, {what}: {', '.join(columns[:COLUMNS_SHOWN])}{more} ({reason})"


def _assumed(work: Workspace) -> list[tuple[str, str]]:
    """What was assumed of each file as it landed last, to read it at all."""
    if not work.reports.get("extract"):
        return []
    with work.engine() as engine:
        engine.read("landings")
        rows: list[tuple[str, str]] = engine.rows(
            "SELECT file, note FROM landings WHERE newest AND note IS NOT NULL ORDER BY file"
        )
        return rows


def _proposed(work: Workspace) -> list[tuple[str, str, str, str]]:
    """Files that look like one under several names: source, pattern, a file and the one after it."""
    if not work.reports.get("clean"):
        return []
    with work.engine() as engine:
        engine.read("series_proposals")
        rows: list[tuple[str, str, str, str]] = engine.rows(
            "SELECT source, series, max(file), max_by(newer_file, file) FROM series_proposals GROUP BY ALL ORDER BY ALL"
        )
        return rows

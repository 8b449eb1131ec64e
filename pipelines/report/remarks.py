"""What a run says below its funnel of single files, columns and rows: what was refused, assumed or not sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pipelines.crm.names import NOT_EXPORTED
from pipelines.report import refusals
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.lake.engine import Engine

FILES_SHOWN: Final = 10
"""How many files are told one by one of what was assumed of them."""

COLUMNS_SHOWN: Final = 30
"""Columns of one source that are named; the table has them all."""


def told(work: Workspace) -> Iterator[str]:
    """One line each."""
    yield from refusals.told(work)
    with work.engine() as engine:
        for said in _unreadable(work, engine):
            yield f"not readable in the CRM: {said}"
        if work.reports.get("extract"):
            yield from _assumed(engine)
        if work.counted("clean", "columns_not_sent"):
            yield from _not_sent(engine)
        if work.reports.get("clean"):
            yield from _proposed(engine)


def unreadable(work: Workspace) -> Iterator[str]:
    """What the CRM could not show to this run: which row of which list, and its answer."""
    with work.engine() as engine:
        yield from _unreadable(work, engine)


def _unreadable(work: Workspace, engine: Engine) -> Iterator[str]:
    for stage, table in (("snapshot", "unreadable"), ("verify", "not_read_back"), ("export", "not_exported")):
        if not work.counted(stage, table):
            continue
        if stage == "export":
            engine.view(table, work.lake.root / "exports" / NOT_EXPORTED)
        else:
            engine.read(table)
        for name, place, crm_id, reason in engine.rows(f"SELECT object, place, crm_id, reason FROM {table}"):  # noqa: S608 - constant words
            yield f"{name}, {crm_id or f'no. {place}'}: {reason}"


def _assumed(engine: Engine) -> Iterator[str]:
    """What was assumed of each file as it landed last, to read it at all."""
    engine.read("landings")
    rows = engine.rows("SELECT file, note FROM landings WHERE newest AND note IS NOT NULL ORDER BY file")
    for file, note in rows[:FILES_SHOWN]:
        yield f"assumed: {file}: {note}"
    if len(rows) > FILES_SHOWN:
        yield f"assumed: {len(rows) - FILES_SHOWN:,} more, in the column note of landings.parquet"


def _not_sent(engine: Engine) -> Iterator[str]:
    """The columns that hold something and reach the CRM in no field, by source and by why."""
    engine.read("not_sent")
    for source, what, reason, columns in engine.rows(
        'SELECT source, object, reason, list(DISTINCT coalesce(label, "column") ORDER BY coalesce(label, "column")) '
        "FROM not_sent GROUP BY ALL ORDER BY ALL"
    ):
        more = f" and {len(columns) - COLUMNS_SHOWN} more" if len(columns) > COLUMNS_SHOWN else ""
        yield f"not sent: {source}, {what}: {', '.join(columns[:COLUMNS_SHOWN])}{more} ({reason})"


def _proposed(engine: Engine) -> Iterator[str]:
    """Files that look like one under several names, with the setting that would say so."""
    engine.read("series_proposals")
    for source, series, file, newer in engine.rows(
        "SELECT source, series, max(file), max_by(newer_file, file) FROM series_proposals GROUP BY ALL ORDER BY ALL"
    ):
        yield f'proposed: where {newer} takes the place of {file}, set series = "{series}" in [sources.{source}]'

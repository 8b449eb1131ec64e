"""How a stage becomes a materialization: run it, keep its counts, show a few rows."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final

import dagster as dg

from connectors.errors import BridgeError
from pipelines.defs import preview
from pipelines.workspace import StageReport, Workspace

DETAILS: Final = "error.txt"
"""Where in the run's folder the whole story of an unexpected error lies: it may show personal values."""


def materialize(
    context: dg.AssetExecutionContext,
    stage: str,
    run: Callable[[Workspace], StageReport],
    table: str | None = None,
    tallies: Mapping[str, str] = MappingProxyType({}),
) -> dg.MaterializeResult[None]:
    """Run a stage; its counts, a preview of `table` and the tallies become the asset's metadata.

    `tallies` names tables and a column of each whose values are counted: never one that holds personal values.

    Raises:
        BridgeError: what the stage raised. Anything else is told in one line that shows no value, since Dagster keeps
            errors with their text; the whole story goes to the run's folder.
    """
    work: Workspace = context.resources.work
    try:
        return _materialized(work, stage, run, table, tallies)
    except BridgeError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may show what it stumbled over
        failure = _unexpected(work, stage, error)
    raise failure  # out here it has no context


def _materialized(
    work: Workspace,
    stage: str,
    run: Callable[[Workspace], StageReport],
    table: str | None,
    tallies: Mapping[str, str],
) -> dg.MaterializeResult[None]:
    report = run(work)
    work.reports[stage] = report
    metadata: dict[str, dg.MetadataValue] = {name: dg.MetadataValue.int(count) for name, count in report.counts.items()}
    if table is not None:
        with work.engine() as engine:
            engine.read(table)
            metadata["preview"] = dg.MetadataValue.md(preview.markdown(engine, table, work.settings.privacy))
            metadata["dagster/row_count"] = dg.MetadataValue.int(engine.count(table))
            for name, column in tallies.items():
                engine.read(name)
                metadata[name] = dg.MetadataValue.md(preview.tally(engine, name, column))
    return dg.MaterializeResult(metadata=metadata)


def _unexpected(work: Workspace, stage: str, error: Exception) -> BridgeError:
    if isinstance(error, OSError) and error.strerror:
        return BridgeError(f"{stage}: {error.filename or work.lake.root}: {error.strerror}.")
    path = work.lake.root / "runs" / work.run / DETAILS
    where = ""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text("".join(traceback.format_exception(error)), "utf-8")
        where = f" Details, which may show personal values, are in {path}."
    return BridgeError(f"{stage}: unexpected {type(error).__name__}.{where}")

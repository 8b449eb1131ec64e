"""How a stage becomes a materialization: run it, keep its counts, show a few rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, TypeVar

import dagster as dg

from pipelines.applying.signals import heeded
from pipelines.crm import reach
from pipelines.defs import preview
from pipelines.workspace import StageReport, Workspace

T = TypeVar("T")


def attempt(work: Workspace, stage: str, job: Callable[[], T]) -> T:
    """Do something that belongs to a stage, as a step of Dagster's that a signal stops.

    Raises:
        BridgeError: see `Workspace.attempt`.
        DagsterExecutionInterruptedError: it was stopped, whatever DuckDB made of that.
    """
    with heeded():
        return work.attempt(stage, job)
    raise AssertionError  # `heeded` has raised


CRM: Final = dg.AssetKey("current_contacts")
"""The asset with which a run comes to the CRM."""


def reach_first(context: dg.AssetExecutionContext) -> None:
    """See that the CRM is there before a source is read, where this run comes to the CRM at all.

    Raises:
        BridgeError: see `reach.run`.
    """
    if CRM in context.job_def.asset_layer.selected_asset_keys:
        work: Workspace = context.resources.work
        attempt(work, reach.STAGE, partial(work.run_stage, reach.STAGE, reach.run))


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
        BridgeError: see `attempt`.
    """
    work: Workspace = context.resources.work
    return attempt(work, stage, partial(_materialized, work, stage, run, table, tallies))


def _materialized(
    work: Workspace,
    stage: str,
    run: Callable[[Workspace], StageReport],
    table: str | None,
    tallies: Mapping[str, str],
) -> dg.MaterializeResult[None]:
    report = work.run_stage(stage, run)
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

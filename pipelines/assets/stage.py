"""How a stage becomes a materialization: run it, keep its counts, show a few rows."""

from __future__ import annotations

from collections.abc import Callable

import dagster as dg

from pipelines import preview
from pipelines.workspace import StageReport, Workspace


def materialize(
    context: dg.AssetExecutionContext, stage: str, run: Callable[[Workspace], StageReport], table: str | None = None
) -> dg.MaterializeResult[None]:
    """Run a stage; its counts, and a preview of `table`, become the asset's metadata."""
    work: Workspace = context.resources.work
    report = run(work)
    work.reports[stage] = report
    metadata: dict[str, dg.MetadataValue] = {name: dg.MetadataValue.int(count) for name, count in report.counts.items()}
    if table is not None:
        with work.engine() as engine:
            engine.read(table)
            metadata["preview"] = dg.MetadataValue.md(preview.markdown(engine, table, work.settings.privacy))
            metadata["dagster/row_count"] = dg.MetadataValue.int(engine.count(table))
    return dg.MaterializeResult(metadata=metadata)

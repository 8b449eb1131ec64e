"""The candidates stage as an asset."""

import dagster as dg

from pipelines.assets.stage import materialize
from pipelines.stages import candidates as stage


@dg.asset(
    group_name="identity",
    deps=["golden", "current_contacts"],
    kinds={"duckdb", "parquet"},
    required_resource_keys={"work"},
)
def candidates(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Pairs that are likely one person though no key joins them, scored, with the evidence. They join nothing."""
    return materialize(context, "candidates", stage.run, "candidates")

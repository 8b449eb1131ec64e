"""The plan stage as an asset."""

import dagster as dg

from pipelines.assets.stage import materialize
from pipelines.stages import plan as stage


@dg.asset(
    group_name="crm", deps=["golden", "current_contacts"], kinds={"duckdb", "parquet"}, required_resource_keys={"work"}
)
def plan(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """One row a field change: what stands there, what would stand there, why, and where it comes from. Sealed."""
    return materialize(context, "plan", stage.run, "plan")

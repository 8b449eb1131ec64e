"""The export stage as an asset."""

import dagster as dg

from pipelines.assets.stage import materialize
from pipelines.stages import export as stage


@dg.asset(group_name="analysts", deps=["applied"], kinds={"duckdb", "parquet"}, required_resource_keys={"work"})
def timelines(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Activity timelines by month, contacts and companies, as Parquet for analysts."""
    return materialize(context, "export", stage.run)

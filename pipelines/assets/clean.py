"""The clean stage as an asset."""

import dagster as dg

from pipelines.assets.stage import materialize
from pipelines.stages import clean as stage


@dg.asset(group_name="sources", deps=["landings"], kinds={"duckdb", "parquet"}, required_resource_keys={"work"})
def records(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """The current version of each contact and company record, normalised; what cannot be read is set aside."""
    return materialize(context, "clean", stage.run, "records")

"""The extract stage as an asset."""

import dagster as dg

from pipelines.assets.stage import materialize
from pipelines.stages import extract as stage


@dg.asset(group_name="sources", deps=[], kinds={"python", "parquet"}, required_resource_keys={"work"})
def landings(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """What the sources gave, every column as received: one immutable Parquet file a landing."""
    return materialize(context, "extract", stage.run, "landings")

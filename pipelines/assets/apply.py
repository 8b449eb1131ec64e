"""The apply stage as an asset."""

import dagster as dg

from pipelines.assets.stage import materialize
from pipelines.stages import apply as stage


@dg.asset(group_name="crm", deps=["plan"], kinds={"python", "sqlite"}, required_resource_keys={"work"})
def applied(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """What the run sent to the CRM, journalled before it left. Nothing while writes are off."""
    return materialize(context, "apply", stage.run, "applied")

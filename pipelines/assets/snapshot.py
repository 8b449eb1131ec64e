"""The snapshot stage as an asset."""

import dagster as dg

from pipelines.assets.stage import materialize
from pipelines.stages import snapshot as stage


@dg.asset(group_name="crm", deps=["records"], kinds={"python", "parquet"}, required_resource_keys={"work"})
def current_contacts(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """The contacts and companies that the CRM holds now."""
    return materialize(context, "snapshot", stage.run, "current_contacts")

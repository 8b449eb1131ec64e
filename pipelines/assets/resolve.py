"""The resolve stage as an asset."""

import dagster as dg

from pipelines.assets.stage import materialize
from pipelines.stages import resolve as stage


@dg.asset(
    group_name="identity",
    deps=["records", "current_contacts"],
    kinds={"duckdb", "parquet"},
    required_resource_keys={"work"},
)
def golden(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """One row a person and a company: who is who, and the value of each field with the record that it comes from."""
    tallies = {"joins": "how", "held_back": "reason", "conflicts": "field", "person_changes": "change"}
    return materialize(context, "resolve", stage.run, "golden", tallies)

"""What stands before and behind this worker in Dagster's graph, and is run by nobody here: sources and the CRM."""

from __future__ import annotations

from typing import Final

import dagster as dg

from connectors.records import SCHEMAS
from pipelines.settings.sections import Settings

CRM_BEFORE: Final = dg.AssetSpec(
    ["crm", "before"],
    group_name="crm",
    kinds={"giantcontext"},
    description="The CRM as a run finds it, with what humans did there since the last one.",
)
CRM_AFTER: Final = dg.AssetSpec(
    ["crm", "after"],
    group_name="crm",
    kinds={"giantcontext"},
    deps=["applied"],
    description="The CRM as a run leaves it. One asset could not stand on both sides: a graph has no circles.",
)


def key(name: str, settings: Settings) -> dg.AssetKey:
    """The key of what a source reads; with the object where the settings declare it."""
    declared = settings.sources[name].options.get("object")
    return dg.AssetKey(["origins", name, *([declared] if declared in SCHEMAS else [])])


def spec(name: str, settings: Settings, kind: str | None = None) -> dg.AssetSpec:
    """The system, folder or database that a source reads; `kind` is a vendor's name where it is a vendor's system."""
    source = settings.sources[name]
    told = f"The account that the source {name} pulls from." if kind else f"What the source {name} reads."
    return dg.AssetSpec(
        key(name, settings),
        group_name="origins",
        kinds={kind or source.kind.removesuffix("_file")},
        owners=[source.owner] if source.owner else None,
        description=told,
    )

"""The only Definitions: wiring alone. Loading it reads no settings and needs no secret."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import dagster as dg

from pipelines.defs import assets, checks
from pipelines.planning import gates
from pipelines.settings import file as settings_file
from pipelines.settings import sources
from pipelines.workspace import Workspace

CONFIG_VARIABLE: Final = "CRM_BRIDGE_CONFIG"
DATA_VARIABLE: Final = "CRM_BRIDGE_DATA"
ALLOW_TAG: Final = "crm_bridge/allow"
"""The tag of a run that opens gates once, such as `created=1200 overwritten=300`."""

UP_TO_PLAN: Final = (
    *(assets.landings, assets.records, assets.current_contacts, assets.golden, assets.candidates),
    assets.plan,
)
ASSETS: Final = (*UP_TO_PLAN, assets.applied, assets.timelines)


@dg.resource(description="The settings file and the data folder: CRM_BRIDGE_CONFIG and CRM_BRIDGE_DATA.")
def work(context: dg.InitResourceContext) -> Iterator[Workspace]:
    """Make the workspace of a run, and let go of the writer's lock when the run ends."""
    loaded = settings_file.load(Path(os.environ.get(CONFIG_VARIABLE, "sync.toml")))
    sources.check(loaded)
    tags = context.run.tags if context.run else {}
    allowed = gates.parse(tags[ALLOW_TAG].split()) if ALLOW_TAG in tags else {}
    data = Path(os.environ.get(DATA_VARIABLE, "data"))
    workspace = Workspace(loaded, data, context.run_id or "ad-hoc", allowed=allowed)
    try:
        yield workspace
    finally:
        workspace.end()


sync = dg.define_asset_job(
    "sync",
    selection=dg.AssetSelection.assets(*ASSETS),
    executor_def=dg.in_process_executor,
    description="From the sources to the CRM and out to Parquet.",
)

dry_run = dg.define_asset_job(
    "dry_run",
    selection=dg.AssetSelection.assets(*UP_TO_PLAN),
    executor_def=dg.in_process_executor,
    description="From the sources to the plan: shows what a sync would do, and sends nothing.",
)

defs = dg.Definitions(
    assets=ASSETS,
    asset_checks=[checks.every_row_is_accounted_for, checks.a_second_plan_would_be_empty],
    jobs=[sync, dry_run],
    schedules=[
        dg.ScheduleDefinition(
            name="daily_sync",
            job=sync,
            cron_schedule="0 6 * * *",
            description="Every morning at six, UTC. Off until someone turns it on.",
            default_status=dg.DefaultScheduleStatus.STOPPED,
        )
    ],
    resources={"work": work},
    executor=dg.in_process_executor,
)

"""The jobs that run the assets, and the schedule that starts one of them."""

from __future__ import annotations

from typing import Final

import dagster as dg

from pipelines.defs import assets

UP_TO_PLAN: Final = (
    *(assets.landings, assets.records, assets.current_contacts, assets.golden, assets.candidates),
    assets.plan,
)
ALL: Final = (*UP_TO_PLAN, assets.applied, assets.timelines)

sync = dg.define_asset_job(
    "sync",
    selection=dg.AssetSelection.assets(*ALL),
    executor_def=dg.in_process_executor,
    description="From the sources to the CRM and out to Parquet.",
)

dry_run = dg.define_asset_job(
    "dry_run",
    selection=dg.AssetSelection.assets(*UP_TO_PLAN),
    executor_def=dg.in_process_executor,
    description="From the sources to the plan: shows what a sync would do, and sends nothing.",
)

daily_sync = dg.ScheduleDefinition(
    name="daily_sync",
    job=sync,
    cron_schedule="0 6 * * *",
    description="Every morning at six, UTC. Off until someone turns it on.",
    default_status=dg.DefaultScheduleStatus.STOPPED,
)

"""Dagster's entry point: it lists what `pipelines.defs` has. Loading it reads no settings and needs no secret."""

from __future__ import annotations

import dagster as dg

from pipelines.defs import checks, jobs, resources

defs = dg.Definitions(
    assets=jobs.ALL,
    asset_checks=[checks.every_file_was_read, checks.every_row_is_accounted_for, checks.a_second_plan_would_be_empty],
    jobs=[jobs.sync, jobs.dry_run],
    schedules=[jobs.daily_sync],
    resources={"work": resources.work},
    executor=dg.in_process_executor,
)

"""The jobs that run the assets, and the schedule that starts one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import dagster as dg

from pipelines.defs import assets
from pipelines.defs.resources import DRY_RUN

SYNC: Final = "sync"
PULL: Final = "pull"
PULL_WINDOW: Final = "pull_window"


def stages(landings: dg.AssetsDefinition) -> list[Any]:
    """The jobs of the stages: `sync`, its first part `pull`, and `dry_run`."""

    def job(name: str, what: str, *selected: dg.AssetsDefinition) -> Any:
        selection = dg.AssetSelection.assets(landings, *selected)
        return dg.define_asset_job(name, selection, executor_def=dg.in_process_executor, description=what)

    return [
        job(SYNC, "From the sources to the CRM and out to Parquet.", *assets.UP_TO_PLAN, *assets.SENDING),
        job(PULL, "Land what is new or changed in all sources. The CRM is not asked, and nothing is sent to it."),
        job(
            DRY_RUN,
            "From the sources to the plan: shows what a sync would do, and sends nothing.",
            *assets.UP_TO_PLAN,
        ),
    ]


def windows(streams: Mapping[str, Sequence[dg.AssetsDefinition]], starts: Mapping[str, date]) -> list[Any]:
    """The jobs that pull a range of days.

    One, `pull_window`, where all sources begin on one day, which no job can do for several: else one for each source.

    Args:
        streams: the assets of each source that can be asked for windows.
        starts: the first day of each.
    """
    groups: dict[str, list[dg.AssetsDefinition]] = defaultdict(list)
    together = len({starts[name] for name in streams}) == 1
    for name, of in streams.items():
        groups[PULL_WINDOW if together else f"{PULL_WINDOW}_{name}"] += of
    what = "Land what changed in a range of days, again or for the first time; no cursor moves. A sync then uses it."
    return [
        dg.define_asset_job(name, dg.AssetSelection.assets(*of), executor_def=dg.in_process_executor, description=what)
        for name, of in groups.items()
    ]


def schedule(jobs: Sequence[Any]) -> dg.ScheduleDefinition:
    """The schedule of `sync`."""
    return dg.ScheduleDefinition(
        name="daily_sync",
        job=next(job for job in jobs if job.name == SYNC),
        cron_schedule="0 6 * * *",
        description="Every morning at six, UTC. Off until someone turns it on.",
        default_status=dg.DefaultScheduleStatus.STOPPED,
    )

"""What every asset is given: the workspace of its run, made of the settings file and the data folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import dagster as dg

from pipelines.defs import history
from pipelines.planning import gates
from pipelines.settings import file as settings_file
from pipelines.settings import sources
from pipelines.workspace import Quiet, Workspace

ALLOW: Final = dg.Field(
    [str],
    default_value=[],
    description="Gates that this run opens once, such as created=1200: as crm-bridge run --allow does.",
)


class InLog(Quiet):
    """What is said at once goes to the run's log: Dagster shows by itself which asset it is about."""

    def __init__(self, log: dg.DagsterLogManager) -> None:
        self._log = log

    def say(self, line: str) -> None:
        """Log a line."""
        self._log.info(line)


DRY_RUN: Final = "dry_run"
"""The job that ends after the plan: no run of it moves a cursor, whatever its config says."""


def work(config: Path, data: Path) -> dg.ResourceDefinition:
    """The workspace of a run over these settings, which are read when it starts, and this data folder."""

    @dg.resource(config_schema={"allow": ALLOW}, description=f"The settings in {config}, the data folder {data}.")
    def work(context: dg.InitResourceContext) -> Iterator[Workspace]:
        """Make the workspace of a run, and let go of the writer's lock when the run ends."""
        loaded = settings_file.load(config)
        sources.check(loaded)
        # A tag opens none: anything that starts runs may add tags. The config is what somebody wrote for this run.
        allowed = gates.parse(context.resource_config["allow"])
        run = context.run
        dry = run is not None and run.job_name == DRY_RUN
        progress = InLog(context.log) if context.log else Quiet()
        workspace = Workspace(loaded, data, run.run_id if run else "ad-hoc", progress, allowed=allowed, dry=dry)
        try:
            yield workspace
        finally:
            workspace.end()
            if context.instance is not None:
                history.prune(context.instance, workspace)

    return work

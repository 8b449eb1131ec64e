"""What every asset is given: the workspace of its run, made of the settings file and the data folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import dagster as dg

from pipelines.defs import history
from pipelines.planning import gates
from pipelines.settings import file as settings_file
from pipelines.settings import sources
from pipelines.workspace import Quiet, Workspace

CONFIG_VARIABLE: Final = "CRM_BRIDGE_CONFIG"
DATA_VARIABLE: Final = "CRM_BRIDGE_DATA"


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


@dg.resource(
    config_schema={"allow": ALLOW},
    description="The settings file and the data folder: CRM_BRIDGE_CONFIG and CRM_BRIDGE_DATA.",
)
def work(context: dg.InitResourceContext) -> Iterator[Workspace]:
    """Make the workspace of a run, and let go of the writer's lock when the run ends."""
    loaded = settings_file.load(Path(os.environ.get(CONFIG_VARIABLE, "sync.toml")))
    sources.check(loaded)
    # A tag opens none: anything that starts runs may add tags. The config is what somebody wrote for this run.
    allowed = gates.parse(context.resource_config["allow"])
    data = Path(os.environ.get(DATA_VARIABLE, "data"))
    progress = InLog(context.log) if context.log else Quiet()
    workspace = Workspace(loaded, data, context.run.run_id if context.run else "ad-hoc", progress, allowed=allowed)
    try:
        yield workspace
    finally:
        workspace.end()
        if context.instance is not None:
            history.prune(context.instance, workspace)

"""What every asset is given: the workspace of its run, made of the settings file and the data folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import dagster as dg

from pipelines.planning import gates
from pipelines.settings import file as settings_file
from pipelines.settings import sources
from pipelines.workspace import Workspace

CONFIG_VARIABLE: Final = "CRM_BRIDGE_CONFIG"
DATA_VARIABLE: Final = "CRM_BRIDGE_DATA"
ALLOW_TAG: Final = "crm_bridge/allow"
"""The tag of a run that opens gates once, such as `created=1200 overwritten=300`."""


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

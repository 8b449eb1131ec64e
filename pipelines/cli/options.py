"""What all commands share: the options that each takes, the console, and a workspace made of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipelines.cli.progress import for_console
from pipelines.planning import gates
from pipelines.settings import file as settings_file
from pipelines.settings import sources, target
from pipelines.workspace import Workspace

Config = Annotated[Path, typer.Option("--config", help="The settings file.", envvar="CRM_BRIDGE_CONFIG")]
Data = Annotated[
    Path,
    typer.Option("--data", help="The data folder: landings, tables, ledger, embedded CRM.", envvar="CRM_BRIDGE_DATA"),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow", help="Open a gate this once, such as created=1200 (created, overwritten, retracted, dropped)."
    ),
]

console = Console(highlight=False, soft_wrap=True)


def workspace(config: Path, data: Path, allow: Sequence[str] | None = None) -> Workspace:
    """A workspace of a new run; what is wrong with the settings or the environment shows here."""
    loaded = settings_file.load(config)
    sources.check(loaded)
    if not loaded.crm.embedded:
        target.api_key(loaded)
    return Workspace(loaded, data, str(uuid.uuid4()), for_console(console), allowed=gates.parse(allow or ()))

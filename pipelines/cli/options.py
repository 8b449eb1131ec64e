"""What all commands share: the options that each takes, the console, and a workspace made of them."""

from __future__ import annotations

import shlex
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connectors.errors import ConfigurationError
from pipelines.report.printed import Printer

if TYPE_CHECKING:
    from pipelines.settings.sections import Settings
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

console = Printer(highlight=False, soft_wrap=True)


def settings(config: Path) -> Settings:
    """The settings, every source's own options included."""
    from pipelines.settings import file, sources

    loaded = file.load(config)
    sources.check(loaded)
    return loaded


def given_folders(config: Path, data: Path) -> str:
    """The options that name the same settings and data folder again; nothing where they are the usual ones."""
    usual = {"--config": (config, Path("sync.toml")), "--data": (data, Path("data"))}
    return " ".join(f"{option} {shlex.quote(str(path))}" for option, (path, plain) in usual.items() if path != plain)


def check_data(data: Path, *, there: bool) -> None:
    """See that `--data` names a folder; `there`: one that is there, since looking makes none.

    Raises:
        ConfigurationError: it does not.
    """
    if data.exists() and not data.is_dir():
        raise ConfigurationError(f"--data {data}: not a folder.", guidance="Name a folder.")
    if there and not data.is_dir():
        raise ConfigurationError(
            f"--data {data}: there is no such folder.", guidance="Name another, or let crm-bridge run make it."
        )


def workspace(
    config: Path, data: Path, allow: Sequence[str] | None = None, *, for_dagster: bool = False, there: bool = False
) -> Workspace:
    """A workspace of a new run; what is wrong with the settings, the environment or the data folder shows here.

    `for_dagster`: whether the run goes through Dagster, whose previews are made with pandas. `there`: whether the data
    folder must be there.
    """
    from pipelines.cli.arrow import without_pandas
    from pipelines.cli.progress import for_console
    from pipelines.planning import gates
    from pipelines.settings import target
    from pipelines.workspace import Workspace

    if not for_dagster:
        without_pandas()
    loaded = settings(config)
    if not loaded.crm.embedded:
        target.api_key(loaded)
    check_data(data, there=there)
    return Workspace(loaded, data, str(uuid.uuid4()), for_console(console), allowed=gates.parse(allow or ()))


def without_sources(config: Path, data: Path, command: str, *, there: bool = True) -> Workspace:
    """A workspace for a command about the ledger alone: whatever the sources' options say. `there`: see `workspace`."""
    from pipelines.cli.arrow import without_pandas
    from pipelines.settings import file
    from pipelines.workspace import Workspace

    without_pandas()
    loaded = file.load(config)
    check_data(data, there=there)
    return Workspace(loaded, data, command)

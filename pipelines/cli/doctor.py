"""`crm-bridge doctor`: whether a run could work, before there is one."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer
from rich.markup import escape

from connectors.errors import BridgeError
from pipelines.cli.codes import DONE, WORRIED
from pipelines.cli.options import Config, Data, console

if TYPE_CHECKING:
    from pipelines.report.doctor.finding import Check, Finding
    from pipelines.settings.sections import Settings

SECONDS: Final = 8.0
"""All checks end within so many seconds: with the command's own start, that is less than ten."""

CALLS: Final = 6.0
"""So long the calls of one check may take."""

COLOURS: Final = {"ok": "green", "warn": "yellow", "wrong": "red"}


def doctor(config: Config = Path("sync.toml"), data: Data = Path("data")) -> None:
    """Look at all that a run needs, in at most 10 s: settings, folders, sources, the CRM, clocks. Changes nothing."""
    from pipelines.cli.arrow import without_pandas
    from pipelines.report.doctor.together import hanging, together

    end = time.monotonic() + SECONDS
    without_pandas()
    loaded, findings = _settings(config)
    counts = dict.fromkeys(COLOURS, 0)

    def show(finding: Finding) -> None:
        counts[finding.level] += 1
        line = f"{escape(finding.what)}: {escape(finding.said)}"
        console.print(f"[{COLOURS[finding.level]}]{finding.level:<6}[/]{line}")

    for finding in findings:
        show(finding)
    for finding in together(_checks(loaded, data), end - time.monotonic()):
        show(finding)
    console.print(f"\n{counts['wrong']:,} wrong, {counts['warn']:,} to look at, {counts['ok']:,} fine.")
    code = WORRIED if counts["wrong"] else DONE
    if hanging():  # Python would wait for what they wait for
        sys.stdout.flush()
        os._exit(code)
    raise typer.Exit(code)


def _settings(config: Path) -> tuple[Settings | None, list[Finding]]:
    from pipelines.report.doctor.finding import ok, wrong
    from pipelines.settings import file

    try:
        loaded = file.load(config)
    except BridgeError as error:
        return None, [wrong("settings", error)]
    return loaded, [ok("settings", str(config))]


def _checks(loaded: Settings | None, data: Path) -> dict[str, Check]:
    """The checks by what they look at, in the order in which they are told."""
    from pipelines.report.doctor import crm, folder, sources
    from pipelines.workspace import Workspace

    if loaded is None:
        return {folder.FOLDER: partial(folder.folder, data, 0), "runs": partial(folder.at_work, data)}
    work = Workspace(loaded, data, "doctor")
    return {
        folder.FOLDER: partial(folder.folder_of, work),
        folder.LEDGER: partial(folder.ledger, work),
        "runs": partial(folder.at_work, data),
        folder.DAGSTER: partial(_dagster, data),
        **{f"source {name}": partial(sources.source, work, name, CALLS) for name in loaded.sources},
        crm.CRM: partial(crm.crm, work, CALLS),
    }


def _dagster(data: Path) -> Iterator[Finding]:
    from pipelines.cli.execution import given_home
    from pipelines.report.doctor import folder

    yield from folder.dagster(given_home() or data.resolve() / "dagster")

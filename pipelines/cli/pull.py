"""`crm-bridge pull`: land what sources of an API give, what changed since the last pull or in a window of time."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, cast

import typer
from rich.markup import escape

from connectors.errors import ConfigurationError, SourceRefused
from pipelines.cli.codes import DONE, SET_ASIDE
from pipelines.cli.options import Config, Data, console, workspace

if TYPE_CHECKING:
    from connectors.api import ApiSource
    from pipelines.intake.pulling import Window
    from pipelines.settings.sections import Settings
    from pipelines.workspace import Workspace

MOMENT: Final = "%Y-%m-%d %H:%M:%S UTC"


def pull(
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Only this source; may be given several times.")
    ] = None,
    stream: Annotated[str | None, typer.Option("--stream", help="Only this stream, such as contacts.")] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="A window: what changed from this day or ISO time on. UTC.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="… and before this day or ISO time.")] = None,
    config: Config = Path("sync.toml"),
    data: Data = Path("data"),
) -> None:
    """Land what the sources of an API give; the CRM is not asked. With a window no cursor moves: a backfill."""
    window = _window(start, end)
    work = workspace(config, data)
    chosen = _chosen(work.settings, source or [], stream, window)
    refused = [work.attempt("pull", partial(_pulled, work, name, stream, window)) for name in chosen]
    raise typer.Exit(SET_ASIDE if any(refused) else DONE)


def _pulled(work: Workspace, name: str, stream: str | None, window: Window | None) -> bool:
    """Pull a source and print a line for each stream; whether something of it was refused."""
    from pipelines.intake import pulling
    from pipelines.report.counted import counted

    refused: list[SourceRefused] = []
    found = pulling.pull(work, name, lambda _, refusal: refused.append(refusal), only=stream, window=window)
    with work.cursors() as kept:
        cursors = kept.all()
    ended = {refusal.name for refusal in refused}
    for one, pulled in found.items():
        if f"{name}/{one}" in ended and not pulled.landings:
            continue
        landed = sum(landing.rows for landing in pulled.landings)
        cursor = cursors.get((name, one))
        if window is not None:
            until = f"window {window.start:{MOMENT}} to {window.end:{MOMENT}}"
        else:
            until = f"cursor of {datetime.fromtimestamp(cursor.moved_at, UTC):{MOMENT}}" if cursor else "no cursor yet"
        counts = f"{counted(landed, 'rows')} landed, {pulled.repeated:,} repeated, {pulled.rejected:,} rejected"
        console.print(f"{escape(f'{name}/{one}')}: {counts}; {until}")
    for refusal in refused:
        console.print(f"[red]refused:[/red] {escape(str(refusal))}")
    return bool(refused)


def _chosen(settings: Settings, named: list[str], stream: str | None, window: Window | None) -> list[str]:
    """The sources to pull: those named, else all that can be.

    Raises:
        ConfigurationError: one that is named cannot be pulled so; or none can, where none is named.
    """
    unfit = {name: _unfit(name, settings, stream, window) for name in named or settings.sources}
    chosen = [name for name, error in unfit.items() if error is None]
    for error in unfit.values():
        if error is not None and (named or not chosen):
            raise error
    return chosen


def _unfit(name: str, settings: Settings, stream: str | None, window: Window | None) -> ConfigurationError | None:
    """Why a source cannot be pulled so; None where it can."""
    from pipelines.settings import sources

    if name not in settings.sources:
        guidance = f"There are: {', '.join(settings.sources)}."
        return ConfigurationError(f"--source {name}: there is no such source.", guidance=guidance)
    if not sources.pulls(name, settings):
        return ConfigurationError(f"{name}: it is no source of an API.", guidance="crm-bridge run reads it.")
    source = cast("ApiSource", sources.build(name, settings))
    streams = [one.name for one in source.streams]
    if stream is not None and stream not in streams:
        guidance = f"There are: {', '.join(streams)}."
        return ConfigurationError(f"--stream {stream}: {name} has no such stream.", guidance=guidance)
    if window is not None and not source.windows:
        return ConfigurationError(f"{name}: it cannot be asked for a window of time.", guidance="Pull without --from.")
    return None


def _window(start: str | None, end: str | None) -> Window | None:
    """The window that the options name.

    Raises:
        ConfigurationError: one of the two is missing or no time, or nothing lies between them.
    """
    from pipelines.intake.pulling import Window

    if start is None and end is None:
        return None
    if start is None or end is None:
        given, missing = ("--from", "--to") if end is None else ("--to", "--from")
        raise ConfigurationError(f"{given} needs {missing}.", guidance="A window is --from 2026-01-01 --to 2026-02-01.")
    window = Window(_moment("--from", start), _moment("--to", end))
    if window.start >= window.end:
        raise ConfigurationError("--to is not after --from: nothing lies between them.")
    return window


def _moment(option: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        guidance = "Such as 2026-01-31 or 2026-01-31T12:00:00+01:00."
        raise ConfigurationError(f"{option}: neither a day nor an ISO time.", guidance=guidance) from None

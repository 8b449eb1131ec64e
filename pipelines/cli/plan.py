"""`crm-bridge plan`, `apply` and `conflicts`: what a run would do; that carried out; what both sides changed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from connectors.errors import ConfigurationError
from pipelines.cli.codes import SET_ASIDE
from pipelines.cli.options import Allow, Config, Data, console, workspace


def plan(
    out: Annotated[
        Path | None, typer.Option("--out", help="Keep the sealed plan in a Parquet file, to be applied.")
    ] = None,
    config: Config = Path("sync.toml"),
    data: Data = Path("data"),
    allow: Allow = None,
) -> None:
    """Print what a run would change, what it would cost, and each change with its rule and evidence. Sends nothing."""
    from pipelines.cli import out_file
    from pipelines.cli.dry_run import dry_run
    from pipelines.planning import file as plan_file
    from pipelines.planning import gates
    from pipelines.report import plan as plan_text
    from pipelines.report import refusals, summary

    work = workspace(config, data, allow)
    if out is not None:
        out_file.check(out, data, "a plan", plan_file.is_plan)
    dry_run(work)
    summary.show(work, console)
    console.print()
    met = plan_text.closed(work)
    for line in (*plan_text.cost(work), *plan_text.stopped(met)):
        console.print(escape(line))
    console.print()
    plan_text.show(work, console)
    if out is not None:
        plan_file.write(work, out)
        command = " ".join(filter(None, ("crm-bridge apply", str(out), gates.key(met))))
        console.print(f"\nSealed in {escape(str(out))}. Carry it out: {escape(command)}")
    if refusals.count(work):
        raise typer.Exit(SET_ASIDE)


def apply(
    plan: Annotated[Path, typer.Argument(help="A file that `crm-bridge plan --out` has made.")],
    config: Config = Path("sync.toml"),
    data: Data = Path("data"),
    allow: Allow = None,
) -> None:
    """Carry out a sealed plan, exactly as it is, and read it back; what has changed since is left alone and listed."""
    from pipelines.applying import apply as apply_stage
    from pipelines.applying import verify
    from pipelines.crm import reach
    from pipelines.planning import file as plan_file
    from pipelines.report import plan as plan_text
    from pipelines.report import summary

    work = workspace(config, data, allow, there=True)
    if not work.settings.crm.may_write:
        raise ConfigurationError("crm.writes is off: nothing was sent.", guidance="Set crm.writes = true.")
    # The plan may have waited for days: each contact is looked at again, whatever the settings say.
    work.settings = work.settings.model_copy(update={"crm": work.settings.crm.model_copy(update={"reread": "always"})})
    with work.writing(prune=True):
        plan_file.take(work, plan)
        work.run_stage(reach.STAGE, reach.run)
        work.run_stage("apply", apply_stage.run)
        console.print(f"[bold]{escape(summary.applied(work))}[/bold]")
        for line in plan_text.left(work):
            console.print(escape(line))
        work.run_stage("verify", verify.run)
        for line in summary.read_back(work):
            console.print(escape(line))
    verify.require_nothing_left(work)


def conflicts(config: Config = Path("sync.toml"), data: Data = Path("data")) -> None:
    """List the fields that both a human and the sources have changed, as the last plan saw them, and who won."""
    from pipelines.report import plan as plan_text

    work = workspace(config, data, there=True)
    plan_text.show_conflicts(work, console)

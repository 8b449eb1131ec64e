"""`crm-bridge …`: thin over the stages.

Its exit codes: `pipelines.cli.codes`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.markup import escape

from connectors.errors import BridgeError, Busy, ConfigurationError, GateClosed, SourceRefused, storage_trouble
from connectors.giant_context.server.access import DEFAULT_PORT
from pipelines.cli import doctor as doctor_command
from pipelines.cli import ledger as ledger_commands
from pipelines.cli import plan as plan_commands
from pipelines.cli import pull as pull_commands
from pipelines.cli.codes import BUSY, DONE, FAILED, GATED, INTERRUPTED, SET_ASIDE, WRONG_USE
from pipelines.cli.interrupt import Interrupted, Stoppable, interruptible
from pipelines.cli.new_source import new_source
from pipelines.cli.options import Allow, Config, Data, check_data, console, given_folders, settings, workspace
from pipelines.report.printed import Printer
from pipelines.report.states import in_words

if TYPE_CHECKING:
    from pipelines.ledger.ledger import Ledger

TRACEBACK_VARIABLE: Final = "CRM_BRIDGE_TRACEBACK"

app = typer.Typer(
    name="crm-bridge",
    cls=Stoppable,
    help="Brings contacts, companies and activities from anywhere into a CRM, and clean timelines out as Parquet.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(ledger_commands.app, name="ledger")
app.command()(ledger_commands.retry)
app.command()(doctor_command.doctor)
app.command()(pull_commands.pull)
for command in (plan_commands.plan, plan_commands.apply, plan_commands.conflicts, new_source):
    app.command()(command)


def main() -> None:
    """Run the command line; every expected error is one line and an exit code."""
    try:
        app()
    except Busy as error:
        _fail(error, BUSY)
    except GateClosed as error:
        _fail(error, GATED)
    except (ConfigurationError, SourceRefused) as error:
        _fail(error, WRONG_USE)
    except Interrupted as error:
        _fail(error, INTERRUPTED)
    except BridgeError as error:
        _fail(error, FAILED)
    except Exception as error:
        if os.environ.get(TRACEBACK_VARIABLE):
            raise
        if (trouble := storage_trouble(error)) is not None:
            _fail(f"{getattr(error, 'filename', None) or 'the data folder'}: {trouble}.", FAILED)
        # Its text, and what a traceback shows, may hold personal values.
        _fail(f"unexpected {type(error).__name__}. Set {TRACEBACK_VARIABLE}=1 to see where.", FAILED)


def _fail(error: Exception | str, code: int) -> None:
    Printer(stderr=True, highlight=False, soft_wrap=True).print(f"[red]crm-bridge:[/red] {escape(str(error))}")
    raise SystemExit(code)


@app.command()
def run(
    config: Config = Path("sync.toml"),
    data: Data = Path("data"),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="End after the plan: send nothing.")] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 when a row, a value or a write was set aside, too.")
    ] = False,
    allow: Allow = None,
) -> None:
    """Bring the CRM up to date with the sources, and export the timelines."""
    from pipelines.cli.execution import execute
    from pipelines.report import plan as plan_text
    from pipelines.report import refusals, summary
    from pipelines.settings import target

    work = workspace(config, data, allow, for_dagster=True)
    console.print(f"[bold]crm-bridge[/bold] → {escape(target.where(work.settings, data))}")
    execute(work, "dry_run" if dry_run else "sync")
    console.print()
    summary.show(work, console)
    console.print()
    console.print(f"[bold]{escape(summary.verdict(work))}[/bold]")
    same = given_folders(config, data)
    if dry_run:
        for line in (*plan_text.cost(work), *plan_text.stopped(plan_text.closed(work))):
            console.print(escape(line))
        console.print(f"See every change: {escape(' '.join(filter(None, ('crm-bridge plan', same))))}")
    elif work.settings.crm.embedded:
        begin, ui = (f"Look around, with {same}:", "crm-bridge ui") if same else ("Look around:", "make ui")
        console.print(
            f"{escape(begin)} {ui} (Dagster on 127.0.0.1:3000) · crm-bridge plan · crm-bridge explain <e-mail>"
        )
    apart = summary.set_aside(work) if strict else refusals.count(work)
    raise typer.Exit(SET_ASIDE if apart else DONE)


@app.command()
def crm(
    host: Annotated[str, typer.Option(help="The address to listen on; this machine only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.")] = DEFAULT_PORT,
    faults: Annotated[
        Path | None, typer.Option("--faults", help="For tests: a file that says how to misbehave.")
    ] = None,
    data: Data = Path("data"),
    config: Config = Path("sync.toml"),  # noqa: ARG001 - every command takes it
) -> None:
    """Serve the embedded CRM over HTTP, for browsers and other clients, also while runs go on."""
    check_data(data, there=False)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with interruptible("stopped."):
        if faults is None:
            from connectors.giant_context.server.serve import serve

            serve(data, host, port)
        else:
            from connectors.giant_context.server.faults.serving import serve_misbehaving

            serve_misbehaving(data, host, port, faults)


@app.command()
def ui(
    port: Annotated[int, typer.Option(help="The port of the Dagster UI.")] = 3000,
    crm_port: Annotated[int, typer.Option(help="The port of the embedded CRM.")] = DEFAULT_PORT,
    config: Config = Path("sync.toml"),
    data: Data = Path("data"),
) -> None:
    """Open the Dagster UI on 127.0.0.1, with the embedded CRM beside it when that is the target."""
    from pipelines.cli.ui import serve_both

    work = workspace(config, data)
    with interruptible("stopped."):
        serve_both(work, config, port, crm_port)


@app.command()
def export(config: Config = Path("sync.toml"), data: Data = Path("data")) -> None:
    """Export the CRM's timelines, contacts and companies to Parquet, without syncing first."""
    from pipelines.crm import export as export_stage
    from pipelines.report.counted import counted
    from pipelines.report.remarks import unreadable

    work = workspace(config, data)
    counts = work.run_stage("export", export_stage.run).counts
    console.print(
        f"{counted(counts['activities'], 'activities')}, {counted(counts['contacts'], 'contacts')} and "
        f"{counted(counts['companies'], 'companies')} in {counted(counts['files'], 'files')} under "
        f"{work.lake.root}/exports/"
    )
    for line in unreadable(work):
        console.print(f"Not exported, since the CRM cannot show it: {escape(line)}")


@app.command()
def explain(
    who: Annotated[str, typer.Argument(help="An e-mail, a phone, a contact id, a person id or a record key.")],
    other: Annotated[str | None, typer.Argument(help="A second one: what joins the two, or keeps them apart.")] = None,
    config: Config = Path("sync.toml"),
    data: Data = Path("data"),
) -> None:
    """Say which source rows make a person, what joins them, and where each field comes from; or why two are one."""
    from pipelines.report import explain_text

    work = workspace(config, data, there=True)
    lines = explain_text.two(work, who, other) if other else explain_text.one(work, who)
    for line in lines:
        console.print(escape(line))
    if not lines:
        console.print(f"Nobody is known by {escape(who)}. Rows that nothing identifies are in the table unmatched.")
        raise typer.Exit(FAILED)


@app.command()
def status(config: Config = Path("sync.toml"), data: Data = Path("data")) -> None:
    """Say what the data folder holds and whether anything waits for a human."""
    from pipelines.report import summary
    from pipelines.report.counted import counted
    from pipelines.settings import target
    from pipelines.workspace import Workspace

    loaded = settings(config)
    check_data(data, there=True)
    work = Workspace(loaded, data, "status")
    console.print(f"CRM: {escape(target.where(loaded, data))}; writes {'on' if loaded.crm.may_write else 'off'}")
    landings = work.lake.landings()
    console.print(f"Landings: {len(landings)} with {counted(sum(landing.rows for landing in landings), 'rows')}")
    console.print(f"Last plan: {work.lake.current().get('plan', 'none yet')}")
    for count, words in summary.waiting(work):
        console.print(f"Waits: {counted(count, words)}")
    path = work.lake.root / "ledger.db"
    if path.exists():
        with work.ledger() as ledger:
            _print_ledger(ledger)
    console.print(f"Dagster history: {os.environ.get('DAGSTER_HOME') or work.lake.root / 'dagster'}")


def _print_ledger(ledger: Ledger) -> None:
    states = in_words(ledger.journal.states())
    for count, words in states:
        console.print(f"Ledger: {count:,} {words}")
    if not states:
        console.print("Ledger: empty")

"""`crm-bridge ledger …` and `crm-bridge retry`: what was sent and never heard of again, and what to do about it."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.markup import escape
from rich.table import Table

from connectors.errors import ConfigurationError, StateRefused
from connectors.files import whole
from pipelines.cli.options import Config, Data, console, without_sources, workspace
from pipelines.crm.fates import Fate
from pipelines.report.printed import Printer, printable
from pipelines.report.states import in_words

if TYPE_CHECKING:
    from pipelines.crm.rebuild import Traces
    from pipelines.ledger.effects import Operation
    from pipelines.ledger.ledger import Ledger
    from pipelines.workspace import Workspace

BECAME: Final = {
    Fate.FOUND: "found in the CRM: done",
    Fate.FOUND_TWICE: "found in the CRM more than once: done",
    Fate.FREE: "not in the CRM: the next run may send it",
    Fate.OVERRULED: "put back in the CRM since: what stands there stays",
    Fate.OPEN: "could not be looked for to the end: the next run looks again",
    Fate.UNKNOWN: "still not to be told",
}

SHOWN: Final = 40
"""Operations that are printed; `--out` has them all."""

LEDGER_ID: Final = re.compile(r"[0-9a-fA-F-]{36}")

app = typer.Typer(help="Say what was sent and what waits; copy, restore and rebuild the ledger.")


@app.callback(invoke_without_command=True)
def ledger(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Write what waits to this Parquet file, too.")] = None,
    config: Config = Path("sync.toml"),
    data: Data = Path("data"),
) -> None:
    """Say how many operations are in which state, and list those that wait for a human or are odd."""
    if context.invoked_subcommand is not None:
        _refuse_options_before(context)
        return
    if out is not None:
        from pipelines.cli import out_file

        out_file.check(out, data, "a list of operations", lambda schema: {"op_key", "state"} <= {*schema.names})
    with _existing(without_sources(config, data, "ledger")).ledger() as opened:
        states = opened.journal.states()
        told = [_plain(row) for row in opened.journal.told("UNKNOWN", "REJECTED", "INTENT", "DONE")]
        identity = {"ledger_id": opened.ledger_id, "generation": opened.generation}
    if out is not None:
        _write(out, told)
    if as_json:
        found = {**identity, "states": states, "operations": told}
        typer.echo(printable(json.dumps(found, ensure_ascii=False, indent=2)))
        return
    console.print(f"Ledger {identity['ledger_id']}")
    for count, words in in_words(states):
        console.print(f"{count:>9,}  {words}")
    if told:
        _print(told)


def _refuse_options_before(context: typer.Context) -> None:
    """An option that stands before a subcommand would go unheard, and the subcommand work on another ledger."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    given = [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]
    if given:
        option = f"--{'json' if given[0] == 'as_json' else given[0]}"
        raise ConfigurationError(
            f"{option} stands before {context.invoked_subcommand}, where it would go unheard.",
            guidance=f"Put it behind {context.invoked_subcommand}, if that takes it; otherwise leave it out.",
        )


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    config: Config = Path("sync.toml"),
    data: Data = Path("data"),
) -> None:
    """Copy the ledger into one file, also while a run works with it. It holds what was sent: keep it private."""
    from pipelines.ledger import copies

    work = without_sources(config, data, "backup")
    copies.backup(work.ledger_path, file, force=force)
    console.print(f"The ledger as it is now: {escape(str(file))}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A copy that `ledger backup` made.")],
    config: Config = Path("sync.toml"),
    data: Data = Path("data"),
) -> None:
    """Put a copy of the ledger back in its place. What was sent since is found again by the next run."""
    from pipelines.ledger import copies
    from pipelines.settings import target

    work = without_sources(config, data, "restore", there=False)
    with work.writing():
        restored = copies.restore(work.ledger_path, file, target.known_account(work.settings, work.lake.root))
    console.print(f"Restored from {escape(str(file))}.")
    console.print(_lost(restored.written_since))
    if restored.kept is not None:
        console.print(f"The ledger that it replaced: {escape(str(restored.kept))}")


def _lost(written_since: int | None) -> str:
    """What a restored copy does not know, and what follows."""
    if written_since == 0:
        return "Nothing was written since the copy was made."
    known = "" if written_since is None else f"Contacts and companies written to since: {written_since:,}. "
    return (
        f"{known}What was written since the copy was made counts as typed by humans from now on: it changes only where "
        'the policy is "source_wins".'
    )


@app.command()
def adopt(
    ledger_id: Annotated[str, typer.Argument(help="The other ledger's id, as the message names it.")],
    config: Config = Path("sync.toml"),
    data: Data = Path("data"),
) -> None:
    """Take another ledger's traces in the account for ours: it is lost for good, or gave way to this one."""
    if not LEDGER_ID.fullmatch(ledger_id):
        raise ConfigurationError(f"{ledger_id!r} is no ledger's id.", guidance="Copy it from the message of the run.")
    work = without_sources(config, data, "adopt")
    with work.writing(), work.ledger() as opened:
        opened.adopt(ledger_id)
    console.print(f"What the ledger {ledger_id} logged counts as ours from now on.")


@app.command(name="rebuild")
def rebuild_command(
    force: Annotated[bool, typer.Option("--force", help="Also where this ledger has written; it is kept.")] = False,
    config: Config = Path("sync.toml"),
    data: Data = Path("data"),
) -> None:
    """Make a lost ledger anew of what the account shows: marks on contacts and companies, keys of entries."""
    import asyncio

    from pipelines.ledger import copies
    from pipelines.report.counted import counted
    from pipelines.settings import target

    work = workspace(config, data)
    kept = None
    with work.writing(), work.ledger() as opened:
        if opened.journal.knows_writes():
            if not force:
                raise StateRefused(
                    "this ledger has written to the account: it need not be rebuilt.",
                    guidance="Say --force to replace what it knows of the account; a copy of it is kept.",
                )
            kept = copies.keep(work.ledger_path)
        under_way = opened.journal.states().get("SENT", 0)
        found = asyncio.run(_traces(work, settle=target.settle_seconds(work.settings) if under_way else 0.0))
        opened.replace_with(found.effects, found.ledger_ids)
    counts = Counter(f"{effect.operation.object}" for effect in found.effects)
    console.print(
        f"Found again: {counted(counts['contacts'], 'contacts')}, {counted(counts['companies'], 'companies')}, "
        f"{counted(counts['activities'], 'entries')}, from {counted(len(found.ledger_ids), 'ledgers')} before this one."
    )
    if kept is not None:
        console.print(f"The ledger that it replaced: {escape(str(kept))}")


async def _traces(work: Workspace, *, settle: float) -> Traces:
    import asyncio

    from pipelines.crm import rebuild

    if settle:  # else a call that arrives behind the walk would be forgotten, and sent again
        with work.progress.task(f"waiting {settle:.0f} s for calls that were cut off"):
            await asyncio.sleep(settle)
    async with work.crm() as crm:
        return await rebuild.traces_in(crm, work.account, work.progress)


def retry(
    keys: Annotated[list[str] | None, typer.Argument(help="Starts of operations' keys; none: all that wait.")] = None,
    config: Config = Path("sync.toml"),
    data: Data = Path("data"),
) -> None:
    """Take up what the CRM refused or what was lost, and look for what nobody could tell of. The next run sends it."""
    import asyncio

    work = _existing(workspace(config, data, there=True))
    with work.writing(), work.ledger() as opened:
        refused = [operation for operation in opened.journal.in_state("REJECTED") if _chosen(operation, keys)]
        unknown = [operation for operation in opened.journal.in_state("UNKNOWN") if _chosen(operation, keys)]
        lost = [one.operation for one in opened.journal.lost() if _chosen(one.operation, keys)]
        for key in keys or ():
            if not any(_chosen(operation, [key]) for operation in (*refused, *unknown, *lost)):
                raise ConfigurationError(
                    f"no refused, lost or unknown operation has a key that begins with {key!r}.",
                    guidance="crm-bridge ledger lists them.",
                )
        for operation in (*refused, *lost):
            opened.journal.end(operation, "INTENT", "taken up again by hand", certain=True)
        became = asyncio.run(_look(work, opened, unknown)) if unknown else []
    lines = [(operation, "refused before: the next run decides anew and sends it") for operation in refused]
    lines += [(operation, BECAME[Fate.FREE]) for operation in lost]
    lines += [(operation, BECAME[fate]) for operation, fate in became]
    for operation, words in lines:
        console.print(escape(f"{operation.op_key[:12]}  {operation.kind} {_whom(operation.body)}: {words}"))
    if not lines:
        console.print("Nothing to take up.")


async def _look(work: Workspace, opened: Ledger, unknown: list[Operation]) -> list[tuple[Operation, Fate]]:
    from pipelines.crm import recover

    async with work.crm() as crm:
        return await recover.look_again(crm, opened, unknown, work.settings)


def _chosen(operation: Operation, keys: list[str] | None) -> bool:
    return not keys or any(operation.op_key.startswith(key) for key in keys)


def _existing(work: Workspace) -> Workspace:
    """The workspace, if there is anything to tell: looking makes no ledger."""
    if not work.ledger_path.exists():
        raise StateRefused(f"{work.ledger_path}: no ledger yet.", guidance="It is made by the first run.")
    return work


def _whom(body: Any) -> str:
    """Whom or what an operation is about, as far as its body says."""
    name = " ".join(filter(None, (body.get("firstName"), body.get("lastName")))) or body.get("name")
    return str(name or body.get("email") or body.get("description") or body.get("tag") or body.get("key") or "")


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """What is told of an operation, in words: whom it is about instead of its body."""
    body = json.loads(row["body"])
    at = datetime.fromtimestamp(row["at"], UTC).isoformat(timespec="seconds")
    told = {name: value for name, value in row.items() if name not in ("body", "at")}
    return {**told, "who": _whom(body), "email": body.get("email"), "at": at}


def _write(out: Path, told: list[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = ("op_key", "state", "kind", "object", "entity_id", "crm_id", "who", "email", "reason", "request_id", "at")
    schema = pa.schema([*((name, pa.string()) for name in names), ("attempts", pa.int64()), ("doubts", pa.int64())])
    with whole(out, private=True) as draft:
        pq.write_table(pa.Table.from_pylist(told, schema), draft)


def _print(told: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False)
    for title in ("key", "state", "what", "who", "contact", "said", "request", "when"):
        table.add_column(title, overflow="ellipsis", no_wrap=title != "said")
    for row in told[:SHOWN]:
        what = f"{row['kind']} {row['object']}"
        cells = (row["op_key"][:12], row["state"], what, row["who"], row["crm_id"], row["reason"], row["request_id"])
        table.add_row(*(escape(str(cell or "")) for cell in cells), row["at"])
    console.print()
    Printer(highlight=False, width=console.width if console.is_terminal else 200).print(table)
    if len(told) > SHOWN:
        console.print(f"… and {len(told) - SHOWN:,} more: crm-bridge ledger --out FILE.parquet")

"""The plan in words: its rows, what it will cost, which gates it meets, what was left out of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.applying import overtaken
from pipelines.ledger.traits import Trait
from pipelines.planning import gates
from pipelines.report import evidence
from pipelines.report.counted import counted
from pipelines.report.printed import Printer
from pipelines.workspace import Workspace

SHOWN: Final = 40
"""Rows that are printed; the table has them all."""


def show(work: Workspace, console: Console) -> None:
    """Print the plan's first rows: what needs a human, then what is written."""
    with work.engine() as engine:
        engine.read("plan", "golden", "golden_companies")
        total = engine.count("plan")
        engine.make("report/plan_shown")
        rows = engine.rows("FROM plan_shown LIMIT $1", [SHOWN])
    if not rows:
        console.print("Nothing to change.")
        return
    _table(work, console, rows, ("object", "op", "who", "field", "stands", "proposed", "decision", "rule", "evidence"))
    if total > SHOWN:
        console.print(f"… and {total - SHOWN:,} more in {work.lake.root}/runs/{work.run}/plan.parquet")


def show_conflicts(work: Workspace, console: Console) -> None:
    """Print what both a human and the sources have changed, by the plan that is current."""
    with work.engine() as engine:
        engine.read("plan", "golden", "golden_companies")
        engine.make("report/conflicts_shown")
        total = engine.count("conflicts_shown")
        rows = engine.rows("FROM conflicts_shown LIMIT $1", [SHOWN])
    if not rows:
        console.print("No conflicts: nothing was changed both in the CRM and in the sources.")
        return
    names = ("who", "contact", "field", "we wrote", "the CRM says", "the sources say", "decision", "rule", "evidence")
    _table(work, console, rows, names)
    console.print(
        f"{counted(total, 'conflicts')}; who wins is set in [fields.NAME] policy, see docs/settings.md.", markup=False
    )
    if total > SHOWN:
        console.print(f"The first {SHOWN} are shown; the table plan has them all (column conflict).")


def cost(work: Workspace) -> Iterator[str]:
    """What carrying out the plan takes: calls by kind, and minutes at the pace that is set or was last reached."""
    with work.engine() as engine, work.ledger() as ledger:
        engine.read("plan_cost")
        calls = engine.rows("SELECT kind, calls FROM plan_cost ORDER BY calls DESC, kind")
        reached = ledger.traits.get(Trait.PACE)
    total = sum(count for _, count in calls)
    if not total:
        yield "Cost: no call."
        return
    yield f"Cost: {counted(total, 'calls')} ({', '.join(counted(count, kind) for kind, count in calls)})."
    pace = work.settings.limits.requests_per_second
    if pace is not None:
        yield f"Time: {_minutes(total / pace)} at {pace:g} calls a second (limits.requests_per_second)."
    elif reached is not None:
        speed = float(reached)
        yield f"Time: {_minutes(total / speed)} at {speed:,.0f} calls a second, as the last run reached."
    else:
        yield "Time: not known before a run has shown the CRM's pace (limits.requests_per_second sets one)."


def closed(work: Workspace) -> list[gates.Closed]:
    """The gates that a run of this plan would meet."""
    with work.engine() as engine:
        engine.read("plan_gates")
        asked = [gates.Asked(**row) for row in engine.arrow("FROM plan_gates").to_pylist()]
    return gates.closed(work.settings.gates, asked, work.allowed)


def stopped(met: Sequence[gates.Closed]) -> Iterator[str]:
    """A line that says that a run would be stopped, and by which gates; none where it would not."""
    if met:
        yield f"It would be stopped: {gates.words(met)}. Allow it once: {gates.key(met)}"


def left(work: Workspace) -> Iterator[str]:
    """What of a plan was not written, and why: a line each, the first of many. What was done before is no trouble."""
    with work.engine() as engine:
        engine.read("applied", "skipped", "golden", "golden_companies")
        engine.one_row("words", {"done_before": overtaken.DONE_BEFORE})
        engine.make("report/applied_left")
        rows = engine.rows("FROM applied_left LIMIT $1", [SHOWN])
        total = engine.count("applied_left")
    for who, object_name, kind, crm_id, state, reason in rows:
        yield f"{state}: {who} ({' '.join(filter(None, (kind, object_name, crm_id)))}): {reason}"
    if total > SHOWN:
        yield f"… and {total - SHOWN:,} more in {work.lake.root}/runs/{work.run}/ (applied, skipped)"


def _minutes(seconds: float) -> str:
    return f"about {seconds:,.0f} s" if seconds < 90 else f"about {seconds / 60:,.0f} minutes"


def _table(work: Workspace, console: Console, rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> None:
    table = Table(box=None, pad_edge=False)
    for title in names:
        table.add_column(title, overflow="ellipsis", no_wrap=title not in ("rule", "proposed", "the sources say"))
    where = evidence.places(work, [(landing, row) for *_, landing, row in rows if landing is not None])
    for *cells, file, landing, row in rows:
        place = where[landing, row].within(file) if landing is not None else ""
        table.add_row(*(escape(str(cell)) for cell in (*cells, place)))
    Printer(file=console.file, highlight=False, width=console.width if console.is_terminal else 200).print(table)

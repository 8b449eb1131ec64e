"""What a run did, in a few lines that a person reads."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from pipelines.workspace import Workspace

WRITES = ("contacts_created", "contacts_updated", "companies_created", "companies_updated", "activities_logged")


def set_aside(work: Workspace) -> int:
    """How many rows, values and files this run set aside."""
    clean, extract = work.reports.get("clean"), work.reports.get("extract")
    counts = clean.counts["rows_rejected"] + clean.counts["values_rejected"] + clean.counts["unmatched"] if clean else 0
    return counts + (extract.counts["refused_files"] if extract else 0)


def show(work: Workspace, console: Console) -> None:
    """Print the funnel, what was sent, and where to look."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right", style="bold")
    table.add_column()
    table.add_column(style="dim")
    for count, what, where in _lines(work):
        table.add_row(f"{count:,}", what, where)
    console.print(table)


def _lines(work: Workspace) -> Iterator[tuple[int, str, str]]:
    reports = {name: report.counts for name, report in work.reports.items()}
    run = work.lake.root / "runs" / work.run
    if extract := reports.get("extract"):
        yield extract["rows"], f"rows read from {extract['files']} files", f"{extract['rows_new']:,} of them new"
        if extract["refused_files"]:
            yield extract["refused_files"], "files refused", f"{run}/refused_files.parquet"
    if clean := reports.get("clean"):
        yield clean["rows_rejected"], "rows set aside", f"{run}/rejected_rows.parquet"
        yield clean["values_rejected"], "values set aside", f"{run}/rejected_values.parquet"
        if clean["rows_replaced"]:
            yield clean["rows_replaced"], "older versions of a row", ""
        yield clean["unmatched"], "rows that nothing identifies", f"{run}/unmatched.parquet"
    if resolve := reports.get("resolve"):
        yield resolve["people"], "people", f"{run}/golden.parquet"
        yield resolve["companies"], "companies", f"{run}/golden_companies.parquet"
    if plan := reports.get("plan"):
        yield from _plan_lines(plan, f"{run}/plan.parquet")
    if export := reports.get("export"):
        yield export["activities"], "activities in the CRM's timelines", f"{work.lake.root}/exports/activities/"
        yield export["files"], "Parquet files", f"{work.lake.root}/exports/"


def _plan_lines(plan: dict[str, int], where: str) -> Iterator[tuple[int, str, str]]:
    yield plan["contacts_created"], "contacts to create", where
    yield plan["contacts_updated"], "contacts to update", ""
    yield plan["contacts_unchanged"], "contacts unchanged", ""
    yield plan["companies_created"] + plan["companies_updated"], "companies to create or update", ""
    yield plan["held_for_review"], "held for review", ""
    if plan["fields_kept"]:
        yield plan["fields_kept"], "fields where the CRM's value stays", ""
    if plan["values_omitted"]:
        yield plan["values_omitted"], "e-mails or phones left out: they are another contact's", ""


def verdict(work: Workspace) -> str:
    """One sentence: what was sent, or why nothing was."""
    plan = work.reports["plan"].counts
    wanted = sum(plan[name] for name in WRITES)
    applied = work.reports.get("apply")
    if applied is None:
        return f"Dry run: nothing was sent. A run would send {wanted:,} writes." if wanted else "Nothing to send."
    if not applied.counts["writes_on"]:
        return f"Writes are off (crm.writes): nothing was sent. A run with writes would send {wanted:,}."
    if not applied.counts["calls"]:
        return "Nothing was sent: the CRM already agrees with the sources."
    done = {name: count for name, count in applied.counts.items() if name.endswith("_done")}
    said = [
        f"{count:,} {name.removesuffix('_done').replace('_', ' ')}{'s' if count > 1 else ''}"
        for name, count in done.items()
    ]
    troubles = {
        "conflicts": "met another contact's e-mail or phone (decided anew by the next run)",
        "refused": "refused by the CRM",
        "unsure": "cut off and looked for afterwards",
        "not_reached": "did not reach the CRM",
        "companies_read_only": "company not written: the CRM takes none from us",
    }
    said += [f"{applied.counts[name]:,} {words}" for name, words in troubles.items() if applied.counts.get(name)]
    return "Sent: " + ", ".join(said) + "."

"""The funnel: how many rows came in, and what became of them, stage by stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pipelines.applying.tally import UPDATED, WRITES_ON, Left, Outcome
from pipelines.crm.fates import Fate
from pipelines.crm.names import NOT_EXPORTED
from pipelines.report.counted import counted
from pipelines.settings import sources
from pipelines.workspace import Workspace

APPS_NAMED: Final = 3
"""So many apps that were pulled are named; of more their number is told."""


def lines(work: Workspace) -> Iterator[tuple[int, str, str]]:
    """How many of what, and the table that has them, in the order in which a run comes to them."""
    reports = {name: report.counts for name, report in work.reports.items()}
    if read := reports.get("extract"):
        yield from _extract_lines(work, read)
    if clean := reports.get("clean"):
        yield from _clean_lines(clean)
    if resolve := reports.get("resolve"):
        yield from _resolve_lines(resolve)
    if (candidates := reports.get("candidates")) and candidates["candidates"]:
        yield candidates["candidates"], "pairs that are likely one person, for you to judge", "candidates.parquet"
    if plan := reports.get("plan"):
        applied = reports.get("apply")
        yield from _plan_lines(plan, applied if applied and applied[WRITES_ON] else None)
    if apply := reports.get("apply"):
        yield from _owed_lines(apply)
    if (verify := reports.get("verify")) and verify["read_back"]:
        claim = "" if verify["left"] else ": a second plan would be empty"
        yield verify["read_back"], f"contacts read back{claim}", ""
        if verify["changed_again"]:
            yield verify["changed_again"], "of them changed again since", "read_back.parquet"
    yield from _overruled(work)
    yield from _unseen(work)
    if export := reports.get("export"):
        yield export["activities"], "activities in the timelines", "exports/activities/"
        if export["opted_out"]:
            yield export["opted_out"], "contacts who opted out, there or in a source", "exports/contacts.parquet"
        yield export["files"], "Parquet files for analysts", "exports/"


def _extract_lines(work: Workspace, read: dict[str, int]) -> Iterator[tuple[int, str, str]]:
    yield read["rows"], f"rows read from {_origins(work, read)}, {read['rows_new']:,} of them new", ""
    if read["activities_landed"]:
        yield read["activities_landed"], "activities landed for the timelines", "raw/*/activities/"
    if read["refused_files"]:
        yield read["refused_files"], "files refused", "refused_files.parquet"
    if read["refused_sources"]:
        yield read["refused_sources"], "sources refused", "refused_files.parquet"
    if read["refused_streams"]:
        yield read["refused_streams"], "streams not read to their end", "refused_files.parquet"


def _origins(work: Workspace, read: dict[str, int]) -> str:
    """Where rows come from: how many files, and the names of the apps that were pulled."""
    apps = [name for name in work.settings.sources if sources.pulls(name, work.settings)]
    named = apps if len(apps) <= APPS_NAMED else [f"{len(apps)} apps"]
    files = [counted(read["files"], "files")] if read["files"] or not apps else []
    *first, last = (*files, *named)
    return f"{', '.join(first)} and {last}" if first else last


def _overruled(work: Workspace) -> Iterator[tuple[int, str, str]]:
    if count := work.counted("snapshot", Fate.OVERRULED) + work.counted("apply", Fate.OVERRULED):
        yield count, "writes cut off, and put back by a human since: the human's value stays", ""


def _unseen(work: Workspace) -> Iterator[tuple[int, str, str]]:
    if count := work.counted("snapshot", "unreadable"):
        yield count, "rows that the CRM cannot show, left alone", "unreadable.parquet"
    if count := work.counted("export", "not_exported"):
        yield count, "rows that the CRM cannot show, in no file", f"exports/{NOT_EXPORTED}"


def _clean_lines(clean: dict[str, int]) -> Iterator[tuple[int, str, str]]:
    yield clean["rows_set_aside"], "rows set aside", "rejected_rows.parquet"
    yield clean["values_set_aside"], "values set aside", "rejected_values.parquet"
    if clean["values_flagged"]:
        yield clean["values_flagged"], "values to look at", "flagged_values.parquet"
    if clean["rows_replaced"]:
        yield clean["rows_replaced"], "rows that a newer version replaces", ""
    if clean["rows_gone"]:
        yield (
            clean["rows_gone"],
            "records that their source deleted, archived, merged or converted",
            "gone_records.parquet",
        )
    yield clean["unmatched_now"], "rows that nothing identifies", "unmatched.parquet"
    if clean["columns_not_sent"]:
        yield clean["columns_not_sent"], "columns read and not sent, listed below", "not_sent.parquet"


def _resolve_lines(resolve: dict[str, int]) -> Iterator[tuple[int, str, str]]:
    yield resolve["people"], "people", "golden.parquet"
    if resolve["opted_out"]:
        yield resolve["opted_out"], "people who opted out of e-mail or phone", "golden.parquet"
    yield resolve["companies"], "companies", "golden_companies.parquet"
    yield resolve["employed"], "people associated with one of them", "golden.parquet"


def _owed_lines(apply: dict[str, int]) -> Iterator[tuple[int, str, str]]:
    """What of the plan is not in the CRM, and has to be told for as long as it is not."""
    if owed := apply.get(Left.OWED):
        yield (
            owed,
            "writes owed: not known to be in the CRM yet: the next run looks, and sends it",
            "applied.parquet",
        )
    if given_up := apply.get(Left.GIVEN_UP):
        yield given_up, "writes given up: surely not in the CRM (crm-bridge retry)", "applied.parquet"
    if unknown := apply.get(Fate.UNKNOWN, 0) + apply.get(Left.UNKNOWN_BEFORE, 0):
        yield unknown, "writes of which nobody can tell (crm-bridge retry)", "applied.parquet"
    if refused := apply.get(Outcome.REFUSED, 0) + apply.get(Left.REFUSED_BEFORE, 0):
        yield refused, "writes refused by the CRM (crm-bridge retry)", "applied.parquet"


def _plan_lines(plan: dict[str, int], done: dict[str, int] | None) -> Iterator[tuple[int, str, str]]:
    """What the plan wants, or, where a run has carried it out, what was done."""
    if done is None:
        yield plan["contacts_created"], "contacts to create", "plan.parquet"
        yield plan["contacts_updated"], "contacts to update", ""
    else:
        yield done.get(Outcome.CONTACTS_CREATED, 0), "contacts created", "applied.parquet"
        yield sum(done.get(outcome, 0) for outcome in UPDATED), "contacts updated", ""
        if done.get(Fate.FOUND):
            yield done[Fate.FOUND], "writes found in the CRM though their answer was lost", ""
    yield plan["contacts_unchanged"], "contacts unchanged", ""
    yield plan["held_for_review"], "held for review", "plan.parquet"
    if plan["conflicts"]:
        yield plan["conflicts"], "conflicts: changed by a human and by the sources", "crm-bridge conflicts"
    if plan["fields_kept"]:
        yield plan["fields_kept"], "fields where the CRM's value stays", ""
    if plan["values_omitted"]:
        yield plan["values_omitted"], "values left out: somebody else has that e-mail or phone", ""
    if plan["opted_out_skipped"]:
        yield plan["opted_out_skipped"], "people left out: they opted out (crm.opt_outs)", "plan.parquet"
    if done is None:
        yield plan["companies_created"] + plan["companies_updated"], "companies to create or update", ""
    else:
        yield done.get(Outcome.COMPANIES_CREATED, 0), "companies created", ""
        yield done.get(Outcome.COMPANIES_UPDATED, 0), "companies updated", ""
    yield plan["companies_unchanged"], "companies unchanged", ""
    if done is None:
        yield plan["activities_logged"], "activities to log", ""
    else:
        yield done.get(Outcome.ACTIVITIES_LOGGED, 0), "activities logged", ""

"""What a run did, in a few lines that a person reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from rich.console import Console
from rich.markup import escape

from pipelines.applying.tally import CALLS, UPDATED, WRITES_ON, Left, Outcome
from pipelines.crm.fates import Fate
from pipelines.crm.names import NOT_EXPORTED
from pipelines.report import refusals
from pipelines.report.counted import counted, named
from pipelines.workspace import Workspace

WRITES: Final = ("contacts_created", "contacts_updated", "companies_created", "companies_updated", "activities_logged")

DONE: Final[Mapping[str, tuple[Outcome, ...]]] = {
    "companies created": (Outcome.COMPANIES_CREATED,),
    "companies updated": (Outcome.COMPANIES_UPDATED,),
    "contacts created": (Outcome.CONTACTS_CREATED,),
    "contacts updated": UPDATED,
    "activities logged": (Outcome.ACTIVITIES_LOGGED,),
}
"""What apply counts as done, in words. By which call a contact was updated is told by `applied.parquet`."""

TROUBLES: Final[Mapping[Outcome | Left | Fate, str]] = {
    Outcome.LINKED_MEANWHILE: "created meanwhile by somebody else, and linked",
    Outcome.SENT_WITHOUT_KEY: "sent without an e-mail or phone that another contact has (see collisions.parquet)",
    Outcome.CONFLICTS: "not written: another contact has the e-mail or phone (the next run decides anew)",
    Outcome.REFUSED: "refused by the CRM (see applied.parquet)",
    Left.REFUSED_BEFORE: "held back: refused before in the same words (crm-bridge ledger, crm-bridge retry)",
    Left.UNKNOWN_BEFORE: "held back: may be done already, and nobody can tell (crm-bridge ledger, crm-bridge retry)",
    Left.OWED: "owed: surely not in the CRM yet (the next run sends what is due)",
    Left.GIVEN_UP: "given up after limits.max_lost_answers, and surely not in the CRM (crm-bridge retry)",
    Left.DONE_BEFORE: "done when this plan was applied before",
    Left.OVERTAKEN: "left alone: overtaken since the plan was made (see skipped.parquet)",
    Outcome.CHANGED_MEANWHILE: "not written: changed in the CRM since it was read (the next run decides anew)",
    Outcome.UNSURE: "cut off, and looked for afterwards",
    Fate.FOUND: "of them found to be done",
    Fate.UNKNOWN: "of them left unknown (crm-bridge ledger)",
    Outcome.NOT_REACHED: "not sent: the CRM could not be reached",
    Outcome.COMPANIES_READ_ONLY: "company not written: the CRM takes none from us",
}
"""What apply counts as not done, in words. A key that may not write ends the run, and is told by the error."""

FILES_SHOWN: Final = 10
"""How many files are told one by one of what was assumed of them."""

COLUMNS_SHOWN: Final = 30
"""Columns of one source that are named; the table has them all."""

REFUSED: Final = (
    *(Outcome.REFUSED, Left.REFUSED_BEFORE, Fate.UNKNOWN, Left.UNKNOWN_BEFORE),
    *(Left.OWED, Left.GIVEN_UP),
)
"""What apply counts as set aside, or as owed still."""


def set_aside(work: Workspace) -> int:
    """How many rows, values, files and writes this run set aside."""
    clean = work.reports.get("clean")
    applied = work.reports.get("apply")
    refused = sum(applied.counts.get(name, 0) for name in REFUSED) if applied else 0
    refused += _count(work, "snapshot", "unreadable") + _count(work, "export", "not_exported")
    counts = sum(clean.counts[name] for name in ("rows_set_aside", "values_set_aside", "unmatched_now")) if clean else 0
    return counts + refused + refusals.count(work)


def _count(work: Workspace, stage: str, name: str) -> int:
    report = work.reports.get(stage)
    return report.counts.get(name, 0) if report else 0


def unreadable(work: Workspace) -> Iterator[str]:
    """What the CRM could not show to this run: which row of which list, and its answer."""
    with work.engine() as engine:
        for stage, table in (("snapshot", "unreadable"), ("export", "not_exported")):
            if not _count(work, stage, table):
                continue
            if stage == "snapshot":
                engine.read(table)
            else:
                engine.view(table, work.lake.root / "exports" / NOT_EXPORTED)
            for name, place, crm_id, reason in engine.rows(f"SELECT object, place, crm_id, reason FROM {table}"):  # noqa: S608 - constant words
                yield f"{name}, {crm_id or f'no. {place}'}: {reason}"


def _not_sent(work: Workspace) -> Iterator[str]:
    """The columns that hold something and reach the CRM in no field, by source and by why."""
    if not work.reports.get("clean") or not work.reports["clean"].counts["columns_not_sent"]:
        return
    with work.engine() as engine:
        engine.read("not_sent")
        rows = engine.rows(
            'SELECT source, object, reason, list(DISTINCT "column" ORDER BY "column") FROM not_sent '
            "GROUP BY ALL ORDER BY ALL"
        )
    for source, what, reason, columns in rows:
        more = f" and {len(columns) - COLUMNS_SHOWN} more" if len(columns) > COLUMNS_SHOWN else ""
        yield f"{source}, {what}: {', '.join(columns[:COLUMNS_SHOWN])}{more} ({reason})"


def _assumed(work: Workspace) -> list[tuple[str, str]]:
    """What was assumed of each file as it landed last, to read it at all."""
    if not work.reports.get("extract"):
        return []
    with work.engine() as engine:
        engine.read("landings")
        rows: list[tuple[str, str]] = engine.rows(
            "SELECT file, note FROM landings WHERE newest AND note IS NOT NULL ORDER BY file"
        )
        return rows


def _proposed(work: Workspace) -> list[tuple[str, str, str, str]]:
    """Files that look like one under several names: source, pattern, a file and the one after it."""
    if not work.reports.get("clean"):
        return []
    with work.engine() as engine:
        engine.read("series_proposals")
        rows: list[tuple[str, str, str, str]] = engine.rows(
            "SELECT source, series, max(file), max_by(newer_file, file) FROM series_proposals GROUP BY ALL ORDER BY ALL"
        )
        return rows


def waiting(work: Workspace) -> Iterator[tuple[int, str]]:
    """What waits for a human, by the tables as they are current: how many, of what."""
    words = {
        "refused_files": ("true", "files and sources that could not be read"),
        "rejected_rows": ("NOT superseded", "rows that could not be read"),
        "unmatched": ("NOT superseded", "rows that nothing identifies"),
        "merge_candidates": ("true", "pairs of contacts that may be one person"),
        "candidates": ("true", "pairs that are likely one person"),
        "plan": ("decision = 'review'", "decisions for a human in the plan"),
    }
    with work.engine() as engine:
        for table, (condition, what) in words.items():
            if (path := work.lake.find(None, table)) is None:
                continue
            engine.view(table, path)
            ((count,),) = engine.rows(f"SELECT count(*) FROM {table} WHERE {condition}")  # noqa: S608 - constant words
            if count:
                yield count, what


def show(work: Workspace, console: Console) -> None:
    """Print the funnel: how many rows came in, what became of them, and which table has them."""
    for count, words, where in _lines(work):
        what = named(count, words)
        place = f"{'':{max(1, 55 - len(what))}}[dim]{where}[/dim]" if where else ""
        console.print(f"[bold]{count:>9,}[/bold]  {what}{place}")
    for line in refusals.told(work):
        console.print(f"           {escape(line)}")
    for said in unreadable(work):
        console.print(f"           not readable in the CRM: {escape(said)}")
    for words in _not_sent(work):
        console.print(f"           not sent: {escape(words)}")
    assumed = _assumed(work)
    for file, note in assumed[:FILES_SHOWN]:
        console.print(f"           assumed: {escape(file)}: {escape(note)}")
    if len(assumed) > FILES_SHOWN:
        console.print(
            f"           assumed: {len(assumed) - FILES_SHOWN:,} more, in the column note of landings.parquet"
        )
    for source, series, file, newer in _proposed(work):
        console.print(
            f"           proposed: where {newer} takes the place of {file}, "
            f'set series = "{series}" in [sources.{source}]',
            markup=False,
        )
    console.print()
    console.print(f"Tables of this run: {work.lake.root / 'runs' / work.run}/")
    if "export" in work.reports:
        console.print(f"For analysts:       {work.lake.root / 'exports'}/")


def _lines(work: Workspace) -> Iterator[tuple[int, str, str]]:
    reports = {name: report.counts for name, report in work.reports.items()}
    if read := reports.get("extract"):
        files = counted(read["files"], "files")
        yield read["rows"], f"rows read from {files}, {read['rows_new']:,} of them new", ""
        if read["refused_files"]:
            yield read["refused_files"], "files refused", "refused_files.parquet"
        if read["refused_sources"]:
            yield read["refused_sources"], "sources refused", "refused_files.parquet"
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
    yield from _unseen(work)
    if export := reports.get("export"):
        yield export["activities"], "activities in the timelines", "exports/activities/"
        if export["opted_out"]:
            yield export["opted_out"], "contacts who opted out, there or in a source", "exports/contacts.parquet"
        yield export["files"], "Parquet files for analysts", "exports/"


def _unseen(work: Workspace) -> Iterator[tuple[int, str, str]]:
    if count := _count(work, "snapshot", "unreadable"):
        yield count, "rows that the CRM cannot show, left alone", "unreadable.parquet"
    if count := _count(work, "export", "not_exported"):
        yield count, "rows that the CRM cannot show, in no file", f"exports/{NOT_EXPORTED}"


def _clean_lines(clean: dict[str, int]) -> Iterator[tuple[int, str, str]]:
    yield clean["rows_set_aside"], "rows set aside", "rejected_rows.parquet"
    yield clean["values_set_aside"], "values set aside", "rejected_values.parquet"
    if clean["values_flagged"]:
        yield clean["values_flagged"], "values to look at", "flagged_values.parquet"
    if clean["rows_replaced"]:
        yield clean["rows_replaced"], "rows that a newer version replaces", ""
    yield clean["unmatched_now"], "rows that nothing identifies", "unmatched.parquet"
    if clean["columns_not_sent"]:
        yield clean["columns_not_sent"], "columns read and not sent, listed below", "not_sent.parquet"


def _resolve_lines(resolve: dict[str, int]) -> Iterator[tuple[int, str, str]]:
    yield resolve["people"], "people", "golden.parquet"
    if resolve["opted_out"]:
        yield resolve["opted_out"], "people who opted out of e-mail or phone", "golden.parquet"
    yield resolve["companies"], "companies", "golden_companies.parquet"


def _owed_lines(apply: dict[str, int]) -> Iterator[tuple[int, str, str]]:
    """What of the plan is not in the CRM, and has to be told for as long as it is not."""
    if owed := apply.get(Left.OWED):
        yield owed, "writes owed: surely not in the CRM yet, sent by the next run", "applied.parquet"
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


def verdict(work: Workspace) -> str:
    """One sentence: what was sent, or why nothing was."""
    plan = work.reports["plan"].counts
    wanted = sum(plan[name] for name in WRITES)
    applied = work.reports.get("apply")
    if applied is None:
        return (
            f"Dry run: nothing was sent. A run would send {counted(wanted, 'writes')}."
            if wanted
            else "Nothing to send."
        )
    if not applied.counts[WRITES_ON]:
        return (
            f"Writes are off (crm.writes): nothing was sent. A run with writes would send {counted(wanted, 'writes')}."
        )
    if not applied.counts[CALLS]:
        if back := _held_back(applied.counts):
            return f"Nothing was sent. {back}"
        kept, held = plan.get("fields_kept", 0), plan.get("held_for_review", 0)
        left = [
            f"{counted(kept, 'fields stay')} as in the CRM" if kept else "",
            counted(held, "people wait for a human") if held else "",
        ]
        if kept or held:
            words = " and ".join(filter(None, left))
            return f"Nothing was sent: {words} (crm-bridge plan, crm-bridge conflicts)."
        return "Nothing was sent: the CRM already agrees with the sources."
    return applied_words(applied.counts)


def _held_back(counts: Mapping[str, int]) -> str:
    """Which writes are held back, and why; nothing where none is."""
    refused, unknown = counts.get(Left.REFUSED_BEFORE, 0), counts.get(Left.UNKNOWN_BEFORE, 0)
    owed, given_up = counts.get(Left.OWED, 0), counts.get(Left.GIVEN_UP, 0)
    why = [
        f"{counted(owed, 'writes')} owed that did not arrive and may be sent again a little later" if owed else "",
        f"{counted(given_up, 'writes')} given up after limits.max_lost_answers" if given_up else "",
        f"{counted(refused, 'writes')} that the CRM refused before in the same words" if refused else "",
        f"{counted(unknown, 'writes')} that may be done already, and nobody can tell" if unknown else "",
    ]
    if not refused + unknown + owed + given_up:
        return ""
    held = " and ".join(filter(None, why))
    return f"Held back: {held} (crm-bridge ledger says whom they are about, crm-bridge retry takes them up)."


def applied(work: Workspace) -> str:
    """One sentence: what a plan that was carried out has sent."""
    counts = work.reports["apply"].counts
    if counts[CALLS]:
        return applied_words(counts)
    if back := _held_back(counts):
        return f"Nothing was sent. {back}"
    if counts.get(Left.OVERTAKEN):
        return "Nothing was sent: what is left of it was overtaken."
    return "Nothing was sent: all of it is done."


def read_back(work: Workspace) -> Iterator[str]:
    """What was found when a plan that was carried out was read back; nothing where it wrote to no contact."""
    counts = work.reports["verify"].counts
    if counts["read_back"]:
        apart = f"; {counts['changed_again']:,} of them changed again since" if counts["changed_again"] else ""
        applied = work.reports["apply"].counts
        left = any(applied.get(name) for name in (Left.OWED, Left.GIVEN_UP, Fate.UNKNOWN)) or counts["remaining"]
        said = "" if left else "; nothing of what was sent is left to write"
        yield f"Contacts read back: {counts['read_back']:,}{apart}{said}."


def applied_words(counts: Mapping[str, int]) -> str:
    """What was sent, and what was not, in a sentence."""
    numbers = {words: sum(counts.get(name, 0) for name in names) for words, names in DONE.items()}
    done = [counted(count, words) for words, count in numbers.items() if count]
    troubles = [f"{counts[name]:,} {words}" for name, words in TROUBLES.items() if counts.get(name)]
    unsure = any(counts.get(name) for name in (Outcome.UNSURE, Fate.UNKNOWN))
    begin = "Sent: " if done else "Nothing is known to be written: " if unsure else "Nothing was written: "
    return begin + ", ".join(done + troubles) + "."

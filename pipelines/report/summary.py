"""What a run did, in a few lines that a person reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from rich.console import Console
from rich.markup import escape

from pipelines.applying.tally import CALLS, UPDATED, WRITES_ON, Left, Outcome
from pipelines.crm.fates import Fate
from pipelines.report import funnel, refusals, remarks
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
    Left.OWED: "owed: not known to be in the CRM yet (the next run looks, and sends what is due)",
    Left.GIVEN_UP: "given up after limits.max_lost_answers, and surely not in the CRM (crm-bridge retry)",
    Left.DONE_BEFORE: "done when this plan was applied before",
    Left.OVERTAKEN: "left alone: overtaken since the plan was made (see skipped.parquet)",
    Outcome.CHANGED_MEANWHILE: "not written: changed in the CRM since it was read (the next run decides anew)",
    Outcome.UNSURE: "cut off, and looked for afterwards",
    Fate.FOUND: "of them found to be done",
    Fate.OVERRULED: "cut off, and put back by a human since: the human's value stays",
    Fate.UNKNOWN: "of them left unknown (crm-bridge ledger)",
    Outcome.NOT_REACHED: "not sent: the CRM could not be reached",
    Outcome.COMPANIES_READ_ONLY: "company not written: the CRM takes none from us",
}
"""What apply counts as not done, in words. A key that may not write ends the run, and is told by the error."""

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
    hidden = (("snapshot", "unreadable"), ("verify", "not_read_back"), ("export", "not_exported"))
    refused += sum(work.counted(*one) for one in hidden)
    counts = sum(clean.counts[name] for name in ("rows_set_aside", "values_set_aside", "unmatched_now")) if clean else 0
    return counts + refused + refusals.count(work)


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
    for count, words, where in funnel.lines(work):
        what = named(count, words)
        place = f"{'':{max(1, 55 - len(what))}}[dim]{where}[/dim]" if where else ""
        console.print(f"[bold]{count:>9,}[/bold]  {what}{place}")
    for line in remarks.told(work):
        console.print(f"           {escape(line)}")
    console.print()
    console.print(f"Tables of this run: {work.lake.root / 'runs' / work.run}/")
    if "export" in work.reports:
        console.print(f"For analysts:       {work.lake.root / 'exports'}/")


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

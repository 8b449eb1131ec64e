"""Another ledger that writes to the same account: noticed by what it logged, before it doubles everything.

Two that start together both find nobody. So a ledger that shows no trace in the account claims it first, by an entry
that bears its id, and reads that back before it writes anything else. Of two claims the older one holds: whoever came
later sees it for sure, since it was there before his own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from connectors.errors import Ambiguous, Busy, ForeignLedger
from connectors.giant_context.client import GiantContext
from connectors.giant_context.walk import over
from connectors.giant_context.wire import MAX_PAGE_SIZE, Activity, ActivityCreate
from pipelines.crm.same_crm import refuse_another
from pipelines.ledger.effects import SOURCE
from pipelines.ledger.ledger import Ledger
from pipelines.settings.crm import Crm

PAGES: Final = 5
"""So many of the newest pages are read at most."""

CLAIM: Final = "crm-bridge begins to write to this account"
"""What the entry says that claims an account."""


class Trace(NamedTuple):
    """An entry that a ledger has logged."""

    ledger_id: str
    at: datetime
    claims: bool
    """Whether it says no more than that the ledger was about to write."""


def signature(entry: Activity) -> str | None:
    """The id of the ledger that an entry comes from, if one says so."""
    ledger_id = entry.data.get("ledgerId")
    return ledger_id if entry.source == SOURCE and isinstance(ledger_id, str) and ledger_id else None


async def refuse_others(crm: GiantContext, ledger: Ledger, settings: Crm) -> None:
    """See first of all that the account is the one that the ledger knows, and that no other ledger writes to it.

    In this order: another CRM in the place of ours may well bear another ledger's entries. Where runs do not write,
    other ledgers are let be.

    Raises:
        StateRefused: the embedded CRM is not the one that the ledger knows.
        ForeignLedger: another ledger writes to the account.
    """
    await refuse_another(crm, ledger)
    if settings.may_write:
        await refuse_foreign(crm, ledger.own_ids(), days=settings.foreign_days, now=datetime.now(UTC))


async def refuse_foreign(
    crm: GiantContext, own: Iterable[str], *, days: int, now: datetime, begun: bool = False
) -> bool:
    """Look through the newest entries of the account for those of a ledger that is not ours.

    Args:
        crm: the account.
        own: the ids whose traces are ours.
        days: how old an entry may be to count; 0 does not look.
        now: the present.
        begun: whether this run may have written already.

    Returns:
        Whether there is an entry of ours, by which another ledger is warned.

    Raises:
        ForeignLedger: there are some, and more than a claim that came later than we; the newest is named.
    """
    own, window = set(own), timedelta(days=days)
    traces = await _traces(crm, oldest=now - 2 * window) if days else []
    ours = [trace for trace in traces if trace.ledger_id in own]
    for place, trace in enumerate(traces):
        if trace.ledger_id in own or trace.at < now - window or _gave_way(trace, traces[place:], own, window):
            continue
        raise ForeignLedger(
            f"another ledger writes to this account: {trace.ledger_id}, last on {trace.at:%Y-%m-%d %H:%M} UTC. "
            f"Nothing {'more is' if begun else 'was'} sent: two ledgers would write everything twice.",
            guidance="Stop the other one. If it is lost: crm-bridge ledger rebuild. If it gave way to this "
            f"one: crm-bridge ledger adopt {trace.ledger_id}",
        )
    return any(trace.at >= now - window for trace in ours)


async def claim(crm: GiantContext, ledger: Ledger, settings: Crm) -> None:
    """Make sure, before anything else is written, that the account shows a trace of ours and nobody was there before.

    Where entries are never logged (`imported_activity`), or nobody looks (`foreign_days`), none is logged for this.

    Raises:
        ForeignLedger: another ledger writes to the account, or has claimed it before us.
        CallError: the account cannot be asked, or takes no entry.
        Busy: the claim is not there, whatever the account has answered.
    """
    own, days = ledger.own_ids(), settings.foreign_days
    if await refuse_foreign(crm, own, days=days, now=datetime.now(UTC)) or not days:
        return
    if settings.imported_activity == "never":
        return
    entry = ActivityCreate(description=CLAIM, source=SOURCE, data={"ledgerId": ledger.ledger_id, "claim": True})
    with suppress(Ambiguous):  # what came of it is read back in any case; a second claim does no harm
        await crm.log_activity(entry)
    if not await refuse_foreign(crm, own, days=days, now=datetime.now(UTC), begun=True):
        raise Busy("this ledger's claim is not to be seen in the account yet; nothing was sent.", guidance="Run again.")


async def _traces(crm: GiantContext, *, oldest: datetime) -> list[Trace]:
    """What ledgers have logged lately, newest first; of one moment, in the account's order.

    An entry that the account cannot show is passed over: the others of whoever logged it tell of him, too.
    """
    found: list[Trace] = []
    newest = over(crm.list_activities, page_size=MAX_PAGE_SIZE)
    for number in range(1, PAGES + 1):
        page = await newest.page(number)
        for entry in page.items:
            if (ledger_id := signature(entry)) is not None:
                found.append(Trace(ledger_id, entry.created_at, entry.data.get("claim") is True))
        if number >= page.last_number or all(entry.created_at < oldest for entry in page.items):
            break
    return sorted(found, key=lambda trace: trace.at, reverse=True)


def _gave_way(trace: Trace, older: Sequence[Trace], own: Iterable[str], window: timedelta) -> bool:
    """Whether another ledger wrote no more than a claim, and saw when it read that back that we were there before."""
    return trace.claims and any(one.ledger_id in own and trace.at - one.at <= window for one in older)

"""Another ledger that writes to the same account: noticed by the entries it logged, before it doubles everything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from connectors.errors import ForeignLedger
from connectors.giant_context.client import GiantContext
from connectors.giant_context.wire import MAX_PAGE_SIZE, Activity
from pipelines.ledger.effects import SOURCE

PAGES: Final = 5
"""So many of the newest pages are read at most."""


def signature(entry: Activity) -> str | None:
    """The id of the ledger that an entry comes from, if one says so."""
    ledger_id = entry.data.get("ledgerId")
    return ledger_id if entry.source == SOURCE and isinstance(ledger_id, str) and ledger_id else None


async def refuse_foreign(crm: GiantContext, own: Iterable[str], *, days: int, now: datetime) -> None:
    """Look through the newest entries of the account for those of a ledger that is not ours.

    Args:
        crm: the account.
        own: the ids whose traces are ours.
        days: how old an entry may be to count; 0 does not look.
        now: the present.

    Raises:
        ForeignLedger: there are some; the newest is named.
    """
    own, oldest, seen = set(own), now - timedelta(days=days), 0
    for number in range(1, PAGES + 1 if days else 1):
        page = await crm.list_activities(page=number, page_size=MAX_PAGE_SIZE)
        for entry in page.data:
            ledger_id = signature(entry)
            if ledger_id is not None and ledger_id not in own and entry.created_at >= oldest:
                raise ForeignLedger(
                    f"another ledger writes to this account: {ledger_id}, last on {entry.created_at:%Y-%m-%d %H:%M} "
                    "UTC. Nothing was sent: two ledgers would write everything twice.",
                    guidance="Stop the other one. If it is lost: crm-bridge ledger rebuild. If it gave way to this "
                    f"one: crm-bridge ledger adopt {ledger_id}",
                )
        seen += len(page.data)
        if not page.data or seen >= page.meta.total or all(entry.created_at < oldest for entry in page.data):
            return

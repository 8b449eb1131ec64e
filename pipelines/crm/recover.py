"""Recover: what an earlier moment left SENT is looked for in the CRM before anything is sent again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final

from connectors.errors import Rejected
from connectors.giant_context.client import GiantContext
from pipelines.crm import traces
from pipelines.crm.fates import Fate
from pipelines.crm.traces import Trace
from pipelines.ledger.effects import Effect, Operation
from pipelines.ledger.ledger import Ledger
from pipelines.settings import target
from pipelines.settings.sections import Settings
from pipelines.workspace import Reporter

KEPT_AT_ONCE: Final = 256
"""How many findings share a commit: each one is waited for until it is on the disk."""


async def settle(crm: GiantContext, ledger: Ledger, settings: Settings, progress: Reporter) -> Counter[Fate]:
    """Decide every SENT operation of the account, none stays so: what is found is DONE, what is surely absent is free.

    Waits until nothing of them can be under way any more: when their calls left is not known, and clocks can be wrong,
    so it counts as just now. What was looked for completely and is absent is free, however often its answer was lost.
    What cannot be told or may not be looked for is UNKNOWN: it is never sent again by itself.

    Returns how many were found, found several times, freed and left unknown.

    Raises:
        CallError: the CRM cannot be asked; all that was not decided stays as it is.
    """
    operations = ledger.journal.in_state("SENT")
    if not operations:
        return Counter()
    if (wait := target.settle_seconds(settings)) > 0:
        with progress.task(f"waiting {wait:.0f} s for calls that were cut off"):
            await asyncio.sleep(wait)
    outcome: Counter[Fate] = Counter()
    found: list[Effect] = []
    with progress.task("looking for what calls that were cut off have done", len(operations)) as advance:
        try:
            async for operation, finding in traces.find(crm, operations, at_once=settings.limits.concurrency):
                if isinstance(finding, Effect):
                    found.append(finding)
                    if len(found) >= KEPT_AT_ONCE:
                        _keep(ledger, found, outcome)
                else:
                    outcome[_decide(ledger, operation, finding)] += 1
                advance(1)
        finally:
            _keep(ledger, found, outcome)
    return outcome


async def look_again(
    crm: GiantContext, ledger: Ledger, operations: Sequence[Operation], settings: Settings
) -> list[tuple[Operation, Fate]]:
    """Look for UNKNOWN operations once more because somebody asks: what is surely absent now is free to be sent.

    Entries that this ledger has not sent, and that may be there all the same, are looked for, too.

    Returns each with what became of it.

    Raises:
        CallError: the CRM cannot be asked; all that was not decided stays as it is.
    """
    became: list[tuple[Operation, Fate]] = []
    async for operation, finding in traces.find(crm, operations, at_once=settings.limits.concurrency):
        if finding is Trace.ABSENT:
            ledger.journal.end(operation, "INTENT", f"{finding.value}; taken up again by hand", certain=True)
            became.append((operation, Fate.FREE))
        elif isinstance(finding, Effect):
            ledger.journal.mark_done([finding])
            became.append((operation, Fate.FOUND))
        else:
            became.append((operation, _decide(ledger, operation, finding)))
    return became


def _keep(ledger: Ledger, found: list[Effect], outcome: Counter[Fate]) -> None:
    ledger.journal.mark_done(found)
    outcome.update(Fate.FOUND if effect.note is None else Fate.FOUND_TWICE for effect in found)
    found.clear()


def _decide(ledger: Ledger, operation: Operation, finding: Trace | Rejected) -> Fate:
    match finding:
        case Trace.ABSENT:
            # An update's object is read and decided anew by the next plan: a human may have written meanwhile.
            ledger.journal.end(operation, "INTENT", finding.value)
            return Fate.FREE
        case Trace.OVERRULED:
            # What we sent is the base from now on: by that, what stands there is told to be a human's.
            effect = Effect(operation, operation.crm_id or "", operation.values, note=finding.value)
            ledger.journal.mark_done([effect])
            return Fate.OVERRULED
        case Trace():
            ledger.journal.end(operation, "UNKNOWN", finding.value)
        case Rejected():
            reason = f"cut off, and looking for it was refused: {finding.reason}"
            ledger.journal.end(operation, "UNKNOWN", reason, finding.request_id)
    return Fate.UNKNOWN

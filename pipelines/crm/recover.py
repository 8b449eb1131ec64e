"""Recover: what an earlier moment left SENT is looked for in the CRM before anything is sent again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal

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
    """Look for every SENT operation of the account: what is found is DONE, what is surely absent is free.

    Waits until nothing of them can be under way any more: when their calls left is not known, and clocks can be wrong,
    so it counts as just now. What was looked for completely and is absent is free, however often its answer was lost.
    What cannot be told or may not be looked for is UNKNOWN: it is never sent again by itself. What could not be looked
    for to the end stays SENT: a later run looks again.

    Returns how many there were of each fate.

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
    findings = _Findings(ledger)
    with progress.task("looking for what calls that were cut off have done", len(operations)) as advance:
        try:
            async for operation, finding in traces.find(crm, operations, at_once=settings.limits.concurrency):
                outcome[findings.take(operation, finding)] += 1
                advance(1)
        finally:
            findings.keep()
    return outcome


async def read_back(crm: GiantContext, ledger: Ledger, entries: Sequence[Operation], settings: Settings) -> set[str]:
    """Look for entries that are INTENT and may have been logged all the same; those that are found are DONE.

    Returns the keys of those of which that cannot be told now: they are not to be sent, and stay owed.

    Raises:
        CallError: the CRM cannot be asked; what was found by then is kept.
    """
    findings, unsure = _Findings(ledger), set[str]()
    try:
        async for entry, finding in traces.find(crm, entries, at_once=settings.limits.concurrency):
            if isinstance(finding, Effect):
                findings.take(entry, finding)
            elif finding is not Trace.ABSENT:
                unsure.add(entry.op_key)
    finally:
        findings.keep()
    return unsure


async def look_again(
    crm: GiantContext, ledger: Ledger, operations: Sequence[Operation], settings: Settings
) -> list[tuple[Operation, Fate]]:
    """Look for UNKNOWN operations once more because somebody asks: what is surely absent now is free to be sent.

    Returns each with what became of it.

    Raises:
        CallError: the CRM cannot be asked; all that was not decided stays as it is.
    """
    became: list[tuple[Operation, Fate]] = []
    findings = _Findings(ledger, by_hand=True)
    try:
        async for operation, finding in traces.find(crm, operations, at_once=settings.limits.concurrency):
            became.append((operation, findings.take(operation, finding)))
    finally:
        findings.keep()
    return became


class _Findings:
    """What was found of operations, on its way into the journal: many share a commit."""

    def __init__(self, ledger: Ledger, *, by_hand: bool = False) -> None:
        self._journal = ledger.journal
        self._by_hand = by_hand
        """Somebody asked for them: how often the answer of one was lost is forgotten."""
        self._done: list[Effect] = []
        self._ends: list[tuple[Operation, Literal["INTENT", "SENT", "UNKNOWN"], str, str | None]] = []
        self._absent: list[Operation] = []

    def take(self, operation: Operation, finding: traces.Finding) -> Fate:
        """Note a finding; returns what becomes of its operation."""
        fate = self._take(operation, finding)
        if len(self._done) + len(self._ends) + len(self._absent) >= KEPT_AT_ONCE:
            self.keep()
        return fate

    def _take(self, operation: Operation, finding: traces.Finding) -> Fate:
        match finding:
            case Effect():
                self._done.append(finding)
                return Fate.FOUND if finding.note is None else Fate.FOUND_TWICE
            case Trace.OVERRULED:
                # What we sent is the base from now on: by that, what stands there is told to be a human's.
                self._done.append(Effect(operation, operation.crm_id or "", operation.values, note=finding.value))
                return Fate.OVERRULED
            case Trace.ABSENT:
                # An update's object is read and decided anew by the next plan: a human may have written meanwhile.
                self._absent.append(operation)
                return Fate.FREE
            case Trace.UNSURE:
                self._ends.append((operation, "SENT", finding.value, None))
                return Fate.OPEN
            case Trace():
                self._ends.append((operation, "UNKNOWN", finding.value, None))
            case Rejected():
                reason = f"cut off, and looking for it was refused: {finding.reason}"
                self._ends.append((operation, "UNKNOWN", reason, finding.request_id))
        return Fate.UNKNOWN

    def keep(self) -> None:
        """Write down what was noted."""
        reason = Trace.ABSENT.value + "; taken up again by hand" * self._by_hand
        if self._done:
            self._journal.mark_done(self._done)
        if self._ends:
            self._journal.end_many(self._ends, certain=False)
        if self._absent:
            self._journal.end_many([(one, "INTENT", reason, None) for one in self._absent], certain=self._by_hand)
        self._done, self._ends, self._absent = [], [], []

"""What was lost on the way, and is surely not there, is sent once more: by the same run, or by a later one."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from pipelines.ledger.effects import ObjectName, Operation
from pipelines.ledger.ledger import Ledger
from pipelines.workspace import Reporter

PATIENCE: Final = 10.0
"""Seconds that a run waits at most until something may be sent again; what is due later is left to a later run."""


async def due(
    ledger: Ledger, run: str, object_name: ObjectName, *, began: float, most_lost: int | None, progress: Reporter
) -> list[Operation]:
    """Wait for what a run sends once more of a kind of object, and return it.

    That is what it has lost for the first time, and what earlier runs have lost and was not due when this one began, at
    `began` in seconds since 1970. What was lost again in this run is left to the next one.
    """
    now = time.time()
    waits: list[tuple[Operation, float]] = []
    for lost in ledger.journal.lost(run, object_name):
        doubts, wait = lost.operation.doubts, lost.due_at - now if lost.sent_at <= now else 0.0
        enough = most_lost is not None and doubts >= most_lost
        if (doubts == 1 or lost.sent_at < began) and wait <= PATIENCE and not enough:
            waits.append((lost.operation, wait))
    if (longest := max((wait for _, wait in waits), default=0.0)) > 0:
        with progress.task(f"waiting {longest:.0f} s before writes that did not arrive are sent again"):
            await asyncio.sleep(longest)
    return [operation for operation, _ in waits]

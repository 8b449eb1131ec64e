"""Sending: a run's operations go to the CRM batch after batch, until something ends the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from connectors.giant_context.client import GiantContext
from pipelines.applying.batch import Batch
from pipelines.applying.intentions import Standings
from pipelines.applying.manner import Manner
from pipelines.applying.outcomes import Outcomes
from pipelines.ledger.effects import Operation
from pipelines.ledger.ledger import Ledger


class Sending:
    """Sends a run's operations, one kind of object after another. What came of them is in `outcomes`."""

    def __init__(self, crm: GiantContext, ledger: Ledger, manner: Manner, outcomes: Outcomes) -> None:
        self._crm = crm
        self._ledger = ledger
        self._manner = manner
        self._outcomes = outcomes

    async def send(self, operations: Sequence[Operation], standing: Standings, advance: Callable[[int], None]) -> None:
        """Send all of these, and keep what came of them.

        Args:
            operations: what to send, all of one kind of object.
            standing: what the objects that are updated held when they were decided on.
            advance: told how many are dealt with.

        Raises:
            BridgeError: something that is no matter of single operations; what was not sent is INTENT again.
        """
        outcomes = self._outcomes
        outcomes.begin()
        await Batch(
            self._crm,
            self._ledger,
            self._manner,
            outcomes,
            operations=operations,
            standing=standing,
            advance=advance,
        ).send()
        outcomes.finish()
        if outcomes.stop is not None:
            outcomes.keep_forbidden()
            raise outcomes.stop

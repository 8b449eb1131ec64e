"""The moment before calls leave: operations get the ids that nobody could know before, and become SENT on the disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from pydantic import ValidationError

from connectors.giant_context.wire import Given
from pipelines.applying import calling
from pipelines.applying.manner import Manner
from pipelines.ledger.effects import Operation
from pipelines.ledger.ledger import Ledger
from pipelines.ledger.traits import READ_ONLY, Trait

Departure: TypeAlias = tuple[Operation, Given]
"""An operation that is SENT on the disk, and the body of its call."""


def depart(
    ledger: Ledger, manner: Manner, group: Sequence[Operation], intended: Mapping[str, Operation]
) -> tuple[list[Departure], int]:
    """Make operations SENT, all in one commit.

    Args:
        ledger: where they become SENT.
        manner: how the run sends.
        group: the operations. One that depends on something that did not happen is left out.
        intended: operations as the journal has them, by key: what is sent just so is not written down again.

    Returns:
        Those whose calls may leave from now on, and how many the CRM's contract does not allow: these are REJECTED.
    """
    departures: list[Departure] = []
    refused = 0
    takes_companies = ledger.traits.get(Trait.COMPANIES) != READ_ONLY
    for operation in group:
        whole = calling.whole(ledger, operation, takes_companies)
        if whole is None:
            continue
        try:
            departures.append((whole, calling.body_of(whole, manner.clears)))
        except ValidationError as error:
            fault = error.errors(include_input=False, include_url=False, include_context=False)[0]
            place = ".".join(str(part) for part in fault["loc"])
            ledger.journal.end(operation, "REJECTED", f"not sent: {place}: {fault['type']}")
            refused += 1
    as_intended = [whole for whole, _ in departures if intended.get(whole.op_key) is whole]
    changed = [whole for whole, _ in departures if intended.get(whole.op_key) is not whole]
    ledger.journal.mark_sent(manner.run, changed, as_intended)
    return departures, refused

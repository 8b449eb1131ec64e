"""The last look before a write: which operations want one, and what comes of it."""

from __future__ import annotations

from connectors.errors import CallError, Rejected
from connectors.giant_context.client import GiantContext
from pipelines.applying.manner import Manner
from pipelines.applying.outcomes import Answer
from pipelines.applying.rereading import Standing, has_company, overwrites, reread
from pipelines.ledger.effects import UPDATES, Operation


def wants_a_look(operation: Operation, standing: Standing, manner: Manner) -> bool:
    """Whether the CRM is read once more before an operation is sent; `standing` is what its object held."""
    if operation.kind == "create":
        return manner.waited and operation.object == "companies"
    if operation.kind not in UPDATES or manner.reread == "never":
        return False
    return manner.reread == "always" or overwrites(operation, standing)


async def look(crm: GiantContext, operation: Operation, standing: Standing) -> Operation | Answer:
    """The operation as it may be sent now, or what came of it where it is not sent."""
    try:
        if operation.kind == "create":
            return None if await has_company(crm, operation.body["name"]) else operation
        return await reread(crm, operation, standing)
    except Rejected:
        return None
    except CallError as error:
        return error

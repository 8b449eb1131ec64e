"""A row that a 409 has stopped is planned anew in the same run: linked, sent without what collides, or left.

Decided here; the batch that sent the row does what was decided.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from connectors.errors import CallError, Conflict
from connectors.giant_context.client import GiantContext
from pipelines.applying.conflicts import SamePerson, WithoutKey, judge
from pipelines.applying.manner import Manner
from pipelines.applying.operations import update_key
from pipelines.applying.outcomes import Answer
from pipelines.applying.rereading import Standing, reread
from pipelines.crm.seen import seen
from pipelines.ledger.effects import Operation
from pipelines.ledger.ledger import Ledger

Verdict: TypeAlias = Answer | SamePerson | WithoutKey
"""What a 409 comes to: an answer where nothing more is sent, or what is to be kept and sent instead."""


def can_be_replanned(operation: Operation) -> bool:
    """Whether a 409 tells something about the operation: only contacts have e-mails and phones of their own."""
    return operation.object == "contacts" and operation.kind in ("create", "update")


async def replanned(crm: GiantContext, operation: Operation, refusal: Conflict, standing: Standing) -> Verdict:
    """Decide what the 409 of a contact's create or update comes to; the CRM is only read.

    Where the CRM cannot be asked the refusal stands, and the next run decides anew. `standing` is what the contact held
    when the update was decided on.
    """
    try:
        verdict = await judge(crm, operation, refusal)
    except CallError:
        return refusal
    if isinstance(verdict, WithoutKey) and isinstance(verdict.rest, Operation) and verdict.rest.kind == "update":
        try:
            return replace(verdict, rest=await reread(crm, verdict.rest, standing))
        except CallError:
            return replace(verdict, rest=refusal)
    return verdict


def link(
    ledger: Ledger, manner: Manner, operation: Operation, same: SamePerson, request_id: str | None
) -> Operation | None:
    """Keep that somebody else has created the person; returns the update that fills what is empty there, if any.

    `operation` is the create that is given up, `request_id` the request that was refused.
    """
    crm_id = same.contact.id
    ledger.identities.place("contacts", [], [(operation.entity_id, crm_id)])
    ledger.journal.end(operation, "INTENT", "created meanwhile by somebody else, and linked", request_id, certain=True)
    if not same.body or manner.waited:
        return None
    numbers, generation = ledger.journal.update_numbers([("contacts", crm_id)]), ledger.generation
    key, number = update_key(ledger.account, "contacts", crm_id, numbers, generation)
    update = Operation(
        op_key=key,
        object="contacts",
        kind="update",
        entity_id=operation.entity_id,
        body=same.body,
        values=same.values,
        crm_id=crm_id,
        # Only what is empty there is filled.
        before={name: None for name in same.values if name != "tags"},
        number=number,
        seen=seen(same.contact),
    )
    ledger.journal.intend(manner.run, [update])
    return update

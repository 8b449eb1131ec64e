"""A row that a 409 has stopped is planned anew in the same run, once: linked, sent without what collides, or left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from connectors.errors import CallError, Conflict
from connectors.giant_context.client import GiantContext
from pipelines.applying.conflicts import Collision, SamePerson, WithoutKey, judge
from pipelines.applying.operations import update_key
from pipelines.applying.outcomes import Answer
from pipelines.applying.rereading import Standing, reread
from pipelines.ledger.effects import Effect, Operation
from pipelines.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Anew:
    """What is to be sent instead; None where nothing needs to be."""

    operation: Operation | None


class InThread(Protocol):
    """Does something where the ledger is written."""

    def __call__(self, job: Callable[[], Any], /) -> Awaitable[Any]:
        """Return what the job returns."""
        ...


class Replanning:
    """The conflicts of one run. `counts` and `collisions` gain what became of them."""

    def __init__(
        self,
        crm: GiantContext,
        ledger: Ledger,
        run: str,
        standing_of: Callable[[Operation], Standing],
        counts: Counter[str],
        collisions: list[Collision],
        in_thread: InThread,
        *,
        fills: bool = True,
    ) -> None:
        self._fills = fills
        self._crm = crm
        self._ledger = ledger
        self._run = run
        self._standing_of = standing_of
        self._counts = counts
        self._collisions = collisions
        self._in_thread = in_thread
        self._replanned: set[str] = set()

    def has_replanned(self, operation: Operation) -> bool:
        """Whether it is what came of a conflict: then it was decided on what the CRM holds just now."""
        return operation.op_key in self._replanned

    async def judged(self, operation: Operation, refusal: Conflict) -> Answer | Anew:
        """What a 409 comes to: an answer, or what to send instead."""
        plannable = operation.object == "contacts" and operation.kind in ("create", "update")
        if not plannable or self.has_replanned(operation):
            return refusal
        self._replanned.add(operation.op_key)
        try:
            verdict = await judge(self._crm, operation, refusal)
            if isinstance(verdict, SamePerson):
                return await self._linked(operation, verdict, refusal)
            if isinstance(verdict, Effect):
                return verdict
            return await self._without(verdict, refusal)
        except CallError:
            return refusal  # the next run decides anew

    async def _linked(self, operation: Operation, same: SamePerson, refusal: Conflict) -> Anew:
        """Keep that somebody else has created the person, and fill what is empty there."""
        crm_id = same.contact.id

        def link() -> Operation | None:
            self._ledger.identities.place("contacts", [], [(operation.entity_id, crm_id)])
            self._ledger.journal.end(
                operation, "INTENT", "created meanwhile by somebody else, and linked", refusal.request_id
            )
            if not same.body or not self._fills:
                return None
            numbers, generation = self._ledger.journal.update_numbers([("contacts", crm_id)]), self._ledger.generation
            key, number = update_key(self._ledger.account, "contacts", crm_id, numbers, generation)
            # Only what is empty there is filled.
            before = {name: None for name in same.values if name != "tags"}
            update = Operation(
                *(key, "contacts", "update", operation.entity_id, same.body, same.values, crm_id),
                before=before,
                number=number,
            )
            self._ledger.journal.intend(self._run, [update])
            return update

        update: Operation | None = await self._in_thread(link)
        self._counts["linked_meanwhile"] += 1
        if update is not None:
            self._replanned.add(update.op_key)
        return Anew(update)

    async def _without(self, verdict: WithoutKey, refusal: Conflict) -> Answer | Anew:
        self._collisions.append(verdict.collision)
        rest = verdict.operation
        if rest is None:
            refusal.reason = verdict.collision.reason
            return refusal
        if rest.kind == "update":
            rest = await reread(self._crm, rest, self._standing_of(rest))
            if rest is None:
                return None
        self._counts["sent_without_key"] += 1
        return Anew(rest)

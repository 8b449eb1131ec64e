"""One batch of operations on its way: SENT in groups, called as the CRM's pace allows, and DONE in groups.

    waiting ─look again─▶ ready ─commit─▶ leaving ─call─▶ answered ─commit─▶ dealt with

Commits run in a thread of their own, so that the disk and the network work at the same time. Each operation is SENT on
disk before its call leaves, and no answer is dropped: whatever ends a run, what was answered is kept first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from connectors.errors import CallError, Conflict
from connectors.giant_context.client import GiantContext
from connectors.giant_context.wire import Given
from pipelines.applying import calling, replanning
from pipelines.applying.conflicts import SamePerson, WithoutKey
from pipelines.applying.departing import Departure, depart
from pipelines.applying.intentions import Standings
from pipelines.applying.jobs import Commit, Jobs
from pipelines.applying.looking import look, wants_a_look
from pipelines.applying.manner import Manner
from pipelines.applying.outcomes import Answer, Outcomes
from pipelines.applying.rereading import Standing
from pipelines.applying.tally import Outcome
from pipelines.ledger.effects import Operation
from pipelines.ledger.ledger import Ledger

ANSWERS_A_COMMIT: Final = 64
"""Answers that are kept together."""

SOON: Final = 0.1
"""Seconds that an answer waits at most until it is kept."""


NOTHING_KNOWN: Final = Standing()
"""Stands for what an object held where the snapshot has no such object: it is only created now."""


@dataclass(frozen=True, slots=True)
class Anew:
    """What is sent after a 409 in place of an operation; None where nothing needs to be."""

    operation: Operation | None


class Batch:
    """Operations of one kind of object, from INTENT to what became of them. Made for one `send`."""

    def __init__(
        self,
        crm: GiantContext,
        ledger: Ledger,
        manner: Manner,
        outcomes: Outcomes,
        *,
        operations: Sequence[Operation],
        standing: Standings,
        advance: Callable[[int], None],
    ) -> None:
        self._crm = crm
        self._ledger = ledger
        self._manner = manner
        self._outcomes = outcomes
        self._standing = standing
        self._advance = advance
        self._intended = {operation.op_key: operation for operation in operations}  # as the journal has them
        # Where operations are, in the order in which they pass through
        self._waiting = deque(operations)
        self._looking = 0
        self._ready: deque[Operation] = deque()
        self._leaving: deque[Departure] = deque()
        self._under_way = 0  # SENT or about to be, and not answered
        self._answered: list[tuple[Operation, Answer]] = []
        # What was planned anew after a 409: all keys, and operations that are SENT and are to become SENT once more
        self._replanned: set[str] = set()
        self._returning: dict[str, Operation] = {}
        # What goes on beside
        self._jobs = Jobs(self._job_ended)
        self._due = self._closing = False
        self._timer: asyncio.TimerHandle | None = None
        self._over = asyncio.Event()

    async def send(self) -> None:
        """Send all of them, or as many as leave before something ends the run: `outcomes.stop` says what."""
        try:
            self._go_on()
            await self._over.wait()
        finally:
            await self._wind_up()

    def _go_on(self) -> None:
        """Start whatever can be started now. Called whenever something has ended."""
        if self._closing:
            return
        jobs = self._jobs
        if self._outcomes.stop is None:
            places = self._crm.places
            while self._leaving and len(jobs.requests) < places:
                jobs.request(self._calls(*self._leaving.popleft()))
            self._prepare(places)
            size = min(len(self._ready), places * self._manner.calls_a_place - self._under_way)
            # The next group is made durable while the one before is still being called, and is not a small one then.
            wanted = places if self._leaving else (places + 1) // 2
            enough = size >= wanted or not (self._waiting or self._looking) or not self._under_way
            if size > 0 and enough and len(self._leaving) < 2 * places and Commit.DEPARTURES not in jobs.commits:
                group = [self._ready.popleft() for _ in range(size)]
                self._under_way += size
                jobs.commit(Commit.DEPARTURES, self._depart(group))
        busy = jobs.requests or Commit.DEPARTURES in jobs.commits
        enough = self._due or len(self._answered) >= ANSWERS_A_COMMIT or not busy
        if self._answered and enough and Commit.ANSWERS not in jobs.commits:
            jobs.commit(Commit.ANSWERS, self._keep_answers())
        if not busy and not self._answered and not jobs.commits:
            self._over.set()

    def _prepare(self, places: int) -> None:
        while self._waiting and len(self._ready) < places * self._manner.calls_a_place:
            operation = self._waiting[0]
            if not wants_a_look(operation, self._standing_of(operation), self._manner):
                self._ready.append(self._waiting.popleft())
            # A look shortly before the call, not long before it: a human may edit in between.
            elif len(self._jobs.requests) < places and len(self._ready) + self._looking < 2 * places:
                self._looking += 1
                self._jobs.request(self._look(self._waiting.popleft()))
            else:
                return

    def _standing_of(self, operation: Operation) -> Standing:
        return self._standing.get((operation.object, operation.crm_id or ""), NOTHING_KNOWN)

    def _job_ended(self, error: BaseException | None) -> None:
        if error is not None:
            self._outcomes.stop = self._outcomes.stop or error
        self._go_on()

    # What is done with an operation

    async def _look(self, operation: Operation) -> None:
        self._outcomes.looks += 1
        try:
            seen = await look(self._crm, operation, self._standing_of(operation))
        finally:
            self._looking -= 1
        if isinstance(seen, Operation):
            self._ready.append(seen)
        else:
            self._hear(operation, seen)

    async def _depart(self, group: Sequence[Operation]) -> None:
        departures: list[Departure] = []
        try:
            departures, refused = await self._jobs.in_thread(
                lambda: depart(self._ledger, self._manner, group, self._intended)
            )
        finally:
            self._under_way -= len(group) - len(departures)
        self._leaving.extend(departures)
        for operation in group:
            self._returning.pop(operation.op_key, None)
        if refused:
            self._outcomes.counts[Outcome.REFUSED] += refused
        self._advance(len(group) - len(departures))

    async def _calls(self, operation: Operation, body: Given) -> None:
        """Call, and go on with what is SENT: a new task for each would leave its place empty for two turns."""
        while True:
            await self._call(operation, body)
            self._go_on()
            over = self._closing or self._outcomes.stop is not None or len(self._jobs.requests) > self._crm.places
            if over or not self._leaving:
                return
            operation, body = self._leaving.popleft()

    async def _call(self, operation: Operation, body: Given) -> None:
        answer: Answer | Anew
        try:
            answer = await calling.call(self._crm, operation, body)
        except Conflict as error:
            answer = await self._planned_anew(operation, error)
        except CallError as error:
            answer = error
        self._under_way -= 1
        if not isinstance(answer, Anew):
            self._hear(operation, answer)
        elif answer.operation is None:
            self._advance(1)
        else:
            if answer.operation.op_key == operation.op_key:
                self._returning[operation.op_key] = answer.operation
            self._ready.append(answer.operation)

    async def _planned_anew(self, operation: Operation, refusal: Conflict) -> Answer | Anew:
        """Have a 409 judged, once, and do what was decided."""
        if operation.op_key in self._replanned or not replanning.can_be_replanned(operation):
            return refusal
        self._replanned.add(operation.op_key)
        counts = self._outcomes.counts
        verdict = await replanning.replanned(self._crm, operation, refusal, self._standing_of(operation))
        match verdict:
            case SamePerson():
                update = await self._jobs.in_thread(
                    lambda: replanning.link(self._ledger, self._manner, operation, verdict, refusal.request_id)
                )
                counts[Outcome.LINKED_MEANWHILE] += 1
                if update is not None:
                    self._replanned.add(update.op_key)
                return Anew(update)
            case WithoutKey():
                self._outcomes.collisions.append(verdict.collision)
                if not isinstance(verdict.rest, Operation):
                    return verdict.rest
                counts[Outcome.SENT_WITHOUT_KEY] += 1
                return Anew(verdict.rest)
            case _:
                return verdict

    def _hear(self, operation: Operation, answer: Answer) -> None:
        self._outcomes.heard(operation, answer)
        self._answered.append((operation, answer))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SOON, self._be_due)

    def _be_due(self) -> None:
        self._due = True
        self._go_on()

    async def _keep_answers(self) -> None:
        answers, self._answered, self._due = self._answered, [], False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        # Where this fails they stay SENT, and are looked for.
        self._outcomes.counts.update(await self._jobs.in_thread(lambda: self._outcomes.keep(answers)))
        self._advance(len(answers))

    async def _wind_up(self) -> None:
        """Let nothing go on, and keep what is known: of a run that was stopped, too."""
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()
        await self._jobs.wind_up()
        for operation in (*(operation for operation, _ in self._leaving), *self._returning.values()):
            self._ledger.journal.end(operation, "INTENT", "not sent: the run ended before")
        self._outcomes.counts.update(self._outcomes.keep(self._answered))

"""Sending: operations become SENT in groups, leave as the CRM's pace allows, and become DONE in groups.

    waiting ─look again─▶ ready ─commit SENT─▶ sent ─call─▶ answered ─commit DONE─▶ kept

Commits run in a thread of their own, so that the disk and the network work at the same time. Each operation is SENT on
disk before its call leaves, and no answer is dropped: whatever ends a run, what was answered is kept first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from pydantic import ValidationError

from connectors.errors import CallError, Conflict, Rejected
from connectors.giant_context.client import GiantContext
from connectors.giant_context.wire import Given
from pipelines.applying import calling
from pipelines.applying.conflicts import Collision
from pipelines.applying.intentions import Standings
from pipelines.applying.outcomes import Answer, Outcomes
from pipelines.applying.replanning import Anew, Replanning
from pipelines.applying.rereading import Standing, has_company, overwrites, reread
from pipelines.ledger.effects import UPDATES, Operation
from pipelines.ledger.ledger import Ledger

T = TypeVar("T")

CALLS_A_PLACE: Final = 6
"""How many operations become SENT together for each call that may be in flight."""

ANSWERS_A_COMMIT: Final = 64
SOON: Final = 0.1
"""Answers that are kept together, and seconds that the first of them waits at most."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run sends: what the settings and the account say."""

    run: str
    clears: calling.Clears
    reread: Literal["always", "overwrites", "never"]
    read_only: str
    """The trait of an account that takes no companies from us."""
    calls_a_place: int
    """How many operations may be SENT for each call that may be in flight."""
    waited: bool = False
    """Whether the plan was kept in a file. It says all that may be written: a person whom somebody else has created
    meanwhile is only linked, and not filled. And the CRM's companies were not read since: each is looked for first."""


class Sending:
    """Sends a run's operations, one kind of object after another."""

    def __init__(
        self,
        crm: GiantContext,
        ledger: Ledger,
        manner: Manner,
        outcomes: Outcomes,
        collisions: list[Collision],
    ) -> None:
        """`collisions` gains what is found out of e-mails and phones that stand on other contacts."""
        self._crm = crm
        self._ledger = ledger
        self._manner = manner
        self._standing: Standings = {}
        self._outcomes = outcomes
        self._conflicts = Replanning(
            *(crm, ledger, manner.run, self._standing_of, outcomes.counts, collisions, self._in_thread),
            fills=not manner.waited,
        )

    async def send(self, operations: Sequence[Operation], standing: Standings, advance: Callable[[int], None]) -> None:
        """Send all of these, and keep what came of them.

        Args:
            operations: what to send, all of one kind of object.
            standing: what the objects that are updated held when they were decided on.
            advance: told how many are dealt with.

        Raises:
            BridgeError: something that is no matter of single operations; what was not sent is INTENT again.
        """
        self._outcomes.begin()
        self._standing = standing
        self._advance = advance
        self._waiting = deque(operations)
        self._intended = {operation.op_key: operation for operation in operations}  # as the journal has them
        self._ready: deque[Operation] = deque()
        self._sent: deque[tuple[Operation, Given]] = deque()
        self._answered: list[tuple[Operation, Answer]] = []
        self._under_way = 0  # SENT or about to be, and not answered
        self._looking = 0
        self._again: dict[str, Operation] = {}  # SENT, and on their way back to it
        self._tasks: set[asyncio.Task[None]] = set()  # calls and looks
        self._commits: dict[str, asyncio.Task[None]] = {}
        self._due = self._closing = False
        self._timer: asyncio.TimerHandle | None = None
        self._over = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "ledger")
        try:
            self._go_on()
            await self._over.wait()
        finally:
            await self._wind_up()
        self._outcomes.finish()
        if self._outcomes.stop is not None:
            self._outcomes.keep_forbidden()
            raise self._outcomes.stop

    def _go_on(self) -> None:
        """Start whatever can be started now. Called whenever something has ended."""
        if self._closing:
            return
        if self._outcomes.stop is None:
            places = self._crm.places
            while self._sent and len(self._tasks) < places:
                self._start(None, self._calls(*self._sent.popleft()))
            self._prepare(places)
            size = min(len(self._ready), places * self._manner.calls_a_place - self._under_way)
            # The next group is made durable while the one before is still being called, and is not a small one then.
            wanted = places if self._sent else (places + 1) // 2
            enough = size >= wanted or not (self._waiting or self._looking) or not self._under_way
            if size > 0 and enough and len(self._sent) < 2 * places and "sent" not in self._commits:
                group = [self._ready.popleft() for _ in range(size)]
                self._under_way += size
                self._start("sent", self._make_sent(group))
        busy = self._tasks or "sent" in self._commits
        enough = self._due or len(self._answered) >= ANSWERS_A_COMMIT or not busy
        if self._answered and enough and "answered" not in self._commits:
            self._start("answered", self._keep_answers())
        if not busy and not self._answered and not self._commits:
            self._over.set()

    def _prepare(self, places: int) -> None:
        while self._waiting and len(self._ready) < places * self._manner.calls_a_place:
            if not self._wants_a_look(self._waiting[0]):
                self._ready.append(self._waiting.popleft())
            # A look that is long ago is none.
            elif len(self._tasks) < places and len(self._ready) + self._looking < 2 * places:
                self._looking += 1
                self._start(None, self._look(self._waiting.popleft()))
            else:
                return

    def _wants_a_look(self, operation: Operation) -> bool:
        if operation.kind == "create":
            return self._manner.waited and operation.object == "companies"
        if operation.kind not in UPDATES or self._manner.reread == "never" or self._conflicts.has_replanned(operation):
            return False
        return self._manner.reread == "always" or overwrites(operation, self._standing_of(operation))

    def _standing_of(self, operation: Operation) -> Standing:
        return self._standing.get((operation.object, operation.crm_id or ""), Standing())

    def _start(self, commit: str | None, job: Coroutine[Any, Any, None]) -> None:
        """Do something beside the rest: one commit of a name at a time, else a call or a look."""
        task = asyncio.get_running_loop().create_task(job)
        if commit is None:
            self._tasks.add(task)
        else:
            self._commits[commit] = task

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if commit is not None:
                del self._commits[commit]
            if not task.cancelled() and (error := task.exception()) is not None:
                self._outcomes.stop = self._outcomes.stop or error
            self._go_on()

        task.add_done_callback(ended)

    async def _in_thread(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)

    # What is done with an operation

    async def _look(self, operation: Operation) -> None:
        answer: Operation | Answer
        try:
            if operation.kind == "create":
                answer = None if await has_company(self._crm, operation.body["name"]) else operation
            else:
                answer = await reread(self._crm, operation, self._standing_of(operation))
        except Rejected:
            answer = None
        except CallError as error:
            answer = error
        finally:
            self._looking -= 1
        if isinstance(answer, Operation):
            self._ready.append(answer)
        else:
            self._hear(operation, answer)

    async def _make_sent(self, group: Sequence[Operation]) -> None:
        def commit() -> tuple[list[tuple[Operation, Given]], int]:
            ready, refused = [], 0
            takes_companies = self._ledger.traits.get(self._manner.read_only) != "read-only"
            for operation in group:
                whole = calling.whole(self._ledger, operation, takes_companies)
                if whole is None:
                    continue
                try:
                    ready.append((whole, calling.body_of(whole, self._manner.clears)))
                except ValidationError as error:
                    fault = error.errors(include_input=False, include_url=False, include_context=False)[0]
                    place = ".".join(str(part) for part in fault["loc"])
                    self._ledger.journal.end(operation, "REJECTED", f"not sent: {place}: {fault['type']}")
                    refused += 1
            same = [one for one, _ in ready if self._intended.get(one.op_key) is one]
            other = [one for one, _ in ready if self._intended.get(one.op_key) is not one]
            self._ledger.journal.mark_sent(self._manner.run, other, same)
            return ready, refused

        ready: list[tuple[Operation, Given]] = []
        try:
            ready, refused = await self._in_thread(commit)
        finally:
            self._under_way -= len(group) - len(ready)
        self._sent.extend(ready)
        for operation in group:
            self._again.pop(operation.op_key, None)
        if refused:
            self._outcomes.counts["refused"] += refused
        self._advance(len(group) - len(ready))

    async def _calls(self, operation: Operation, body: Given) -> None:
        """Call, and go on with what is SENT: a new task for each would leave its place empty for two turns."""
        while True:
            await self._call(operation, body)
            self._go_on()
            over = self._closing or self._outcomes.stop is not None or len(self._tasks) > self._crm.places
            if over or not self._sent:
                return
            operation, body = self._sent.popleft()

    async def _call(self, operation: Operation, body: Given) -> None:
        answer: Answer | Anew
        try:
            answer = await calling.call(self._crm, operation, body)
        except Conflict as error:
            answer = await self._conflicts.judged(operation, error)
        except CallError as error:
            answer = error
        self._under_way -= 1
        if not isinstance(answer, Anew):
            self._hear(operation, answer)
        elif answer.operation is None:
            self._advance(1)
        else:
            if answer.operation.op_key == operation.op_key:
                self._again[operation.op_key] = answer.operation
            self._ready.append(answer.operation)

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
        self._outcomes.counts.update(await self._in_thread(lambda: self._outcomes.keep(answers)))
        self._advance(len(answers))

    async def _wind_up(self) -> None:
        """Let nothing go on, and keep what is known: of a run that was stopped, too."""
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._commits.values(), return_exceptions=True)
        self._thread.shutdown()
        for operation in (*(operation for operation, _ in self._sent), *self._again.values()):
            self._ledger.journal.end(operation, "INTENT", "not sent: the run ended before")
        self._outcomes.counts.update(self._outcomes.keep(self._answered))

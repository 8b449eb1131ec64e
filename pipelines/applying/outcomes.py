"""What became of operations: counted, kept in the ledger, and whether a run should go on after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, TypeAlias

from connectors.errors import AccessError, Ambiguous, CallError, Conflict, Forbidden, NotApplied, Rejected
from pipelines.applying.conflicts import Collision
from pipelines.applying.tally import DONE, Outcome
from pipelines.ledger.effects import Effect, Operation
from pipelines.ledger.ledger import Ledger
from pipelines.ledger.traits import READ_ONLY, Trait

Answer: TypeAlias = Effect | CallError | Collision | None
"""What came of an operation; a collision: a 409 that leaves nothing to send; None: its object has changed meanwhile."""

FEW: Final = 8
"""Failures in a row that end no run, however few calls are in flight."""


class Outcomes:
    """The answers of one run. `counts` says what they were, `stop` holds what ends the run, once something does."""

    def __init__(self, ledger: Ledger, *, max_refusals: int, concurrency: int) -> None:
        self.counts: Counter[Outcome] = Counter()
        self.looks = 0
        """How often an object was read once more before it was written to."""
        self.unreached = 0
        """Writes that never left, and that no other count of what is owed holds."""
        self.collisions: list[Collision] = []
        """What was found out of e-mails and phones that stand on other contacts."""
        self.stop: BaseException | None = None
        self._ledger = ledger
        self._max_refusals = max_refusals
        self._longest = max(FEW, 2 * concurrency)
        self._failures: list[CallError] = []  # in a row
        self._refused: dict[tuple[str, str, int | None], list[Operation]] = {}
        self._forbidden: list[Operation] = []
        self._came_through = False

    @property
    def asked(self) -> int:
        """How many calls were made for single operations: writes, and looks before them.

        Pages of lists, in which operations are found whose answer was lost, are left out: each holds hundreds. A body
        that the CRM's contract does not allow never leaves, and is counted all the same: there are few.
        """
        unsent = self.counts[Outcome.CHANGED_MEANWHILE] + self.counts[Outcome.NOT_REACHED]
        return self.counts.total() - unsent + self.looks

    def begin(self) -> None:
        """Begin a kind of object."""
        self._failures = []
        self._came_through = False

    def heard(self, operation: Operation, answer: Answer) -> None:
        """Judge an answer as it comes: does the run go on?"""
        if isinstance(answer, (NotApplied, Ambiguous)):
            self._failures.append(answer)
            if len(self._failures) >= self._longest:
                self._end(answer)
            return
        self._failures.clear()
        self._came_through = True
        if isinstance(answer, (Conflict, Collision)) or self._takes_none(operation, answer):
            return
        if isinstance(answer, Rejected):
            kind = (answer.method, answer.route, answer.status)
            refused = self._refused.setdefault(kind, [])
            refused.append(operation)
            if len(refused) > self._max_refusals:
                self._too_many(answer, refused)
        elif isinstance(answer, CallError):
            self._end(answer)

    def finish(self) -> None:
        """End a kind of object. What comes next would only wait for its deadline, too, if nothing came through.

        A lone call that was cut off tells nothing yet.
        """
        failures = self._failures
        if failures and not self._came_through and (len(failures) > 1 or isinstance(failures[0], NotApplied)):
            self._end(failures[0])

    def _end(self, error: BaseException) -> None:
        self.stop = self.stop or error

    def _too_many(self, last: Rejected, refused: list[Operation]) -> None:
        words = f"{len(refused):,} calls were refused, and a run ends after {self._max_refusals:,}: {last.reason}"
        kind: type[CallError] = Rejected
        if isinstance(last, Forbidden):  # a matter of the key's rights, and not of the rows
            kind, self._forbidden = AccessError, refused
        error = kind(words, method=last.method, route=last.route, status=last.status, request_id=last.request_id)
        if self.stop is None or kind is AccessError:
            self.stop = error

    def keep(self, answers: Sequence[tuple[Operation, Answer]]) -> list[Outcome]:
        """Keep answers in the ledger; returns how each counts."""
        self._ledger.journal.mark_done([answer for _, answer in answers if isinstance(answer, Effect)])
        return [self._keep(operation, answer) for operation, answer in answers]

    def keep_forbidden(self) -> None:
        """Take back that rows were refused, where it was the key that was."""
        for operation in self._forbidden:
            self._ledger.journal.end(operation, "INTENT", "the key may not do this")

    def _keep(self, operation: Operation, answer: Answer) -> Outcome:
        if isinstance(answer, Effect):
            return DONE[operation.object, operation.kind]
        if isinstance(answer, Rejected) and self._takes_none(operation, answer):
            self._ledger.traits.set(Trait.COMPANIES, READ_ONLY)
            self._intent(operation, answer, "the CRM takes no companies from us")
            return Outcome.COMPANIES_READ_ONLY
        match answer:
            case None:
                self._ledger.journal.end(operation, "INTENT", "changed in the CRM since it was read")
                return Outcome.CHANGED_MEANWHILE
            case Collision() | Conflict():
                self._ledger.journal.end(operation, "INTENT", answer.reason, answer.request_id, certain=True)
                return Outcome.CONFLICTS
            case Rejected():
                self._ledger.journal.end(operation, "REJECTED", answer.reason, answer.request_id)
                return Outcome.REFUSED
            case Ambiguous():
                # It may have been applied: it stays SENT until it is looked for.
                self._ledger.journal.end(operation, "SENT", "the answer was lost", answer.request_id, doubt=True)
                return Outcome.UNSURE
            case AccessError():
                self._intent(operation, answer)
                return Outcome.ACCESS_REFUSED
            case _:  # nothing has left, or only the look before it
                self.unreached += operation.kind != "log" and not operation.doubts
                self._intent(operation, answer)
                return Outcome.NOT_REACHED

    def _intent(self, operation: Operation, error: CallError, reason: str | None = None) -> None:
        self._ledger.journal.end(operation, "INTENT", reason or error.reason, error.request_id)

    @staticmethod
    def _takes_none(operation: Operation, answer: Answer) -> bool:
        if operation.object != "companies" or not isinstance(answer, Rejected):
            return False
        return answer.status == 405 or (answer.status == 404 and operation.kind == "create")

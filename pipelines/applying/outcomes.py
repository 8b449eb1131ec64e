"""What became of operations: counted, kept in the ledger, and whether a run should go on after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from connectors.errors import AccessError, Ambiguous, CallError, Conflict, Forbidden, NotApplied, Rejected
from pipelines.ledger.effects import Effect, Operation
from pipelines.ledger.ledger import Ledger

Answer = Effect | CallError | None
"""What came of an operation; None: it was not sent, since its object has changed meanwhile."""

FEW: Final = 8
"""Failures in a row that end no run, however few calls are in flight."""


class Outcomes:
    """The answers of one run. `counts` says what they were, `stop` holds what ends the run, once something does."""

    def __init__(self, ledger: Ledger, *, read_only: str, max_refusals: int, concurrency: int) -> None:
        """`read_only` names the trait of an account that takes no companies from us."""
        self.counts: Counter[str] = Counter()
        self.stop: BaseException | None = None
        self._ledger = ledger
        self._read_only = read_only
        self._max_refusals = max_refusals
        self._longest = max(FEW, 2 * concurrency)
        self._failures: list[CallError] = []  # in a row
        self._refused: dict[tuple[str, str, int | None], list[Operation]] = {}
        self._forbidden: list[Operation] = []
        self._came_through = False

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
        if isinstance(answer, Conflict) or self._takes_none(operation, answer):
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

    def keep(self, answers: Sequence[tuple[Operation, Answer]]) -> list[str]:
        """Keep answers in the ledger; returns the words under which they are counted."""
        self._ledger.journal.mark_done([answer for _, answer in answers if isinstance(answer, Effect)])
        return [self._keep(operation, answer) for operation, answer in answers]

    def keep_forbidden(self) -> None:
        """Take back that rows were refused, where it was the key that was."""
        for operation in self._forbidden:
            self._ledger.journal.end(operation, "INTENT", "the key may not do this")

    def _keep(self, operation: Operation, answer: Answer) -> str:
        if isinstance(answer, Effect):
            return f"{operation.object}_{operation.kind}_done"
        if isinstance(answer, Rejected) and self._takes_none(operation, answer):
            self._ledger.traits.set(self._read_only, "read-only")
            self._intent(operation, answer, "the CRM takes no companies from us")
            return "companies_read_only"
        match answer:
            case None:
                self._ledger.journal.end(operation, "INTENT", "changed in the CRM since it was read")
                return "changed_meanwhile"
            case Conflict():
                self._intent(operation, answer)
                return "conflicts"
            case Rejected():
                self._ledger.journal.end(operation, "REJECTED", answer.reason, answer.request_id)
                return "refused"
            case Ambiguous():
                # It may have been applied: it stays SENT until it is looked for.
                self._ledger.journal.end(operation, "SENT", "the answer was lost", answer.request_id, doubt=True)
                return "unsure"
            case AccessError():
                self._intent(operation, answer)
                return "access_refused"
            case _:  # nothing has left, or only the look before it
                self._intent(operation, answer)
                return "not_reached"

    def _intent(self, operation: Operation, error: CallError, reason: str | None = None) -> None:
        self._ledger.journal.end(operation, "INTENT", reason or error.reason, error.request_id)

    @staticmethod
    def _takes_none(operation: Operation, answer: Answer) -> bool:
        if operation.object != "companies" or not isinstance(answer, Rejected):
            return False
        return answer.status == 405 or (answer.status == 404 and operation.kind == "create")

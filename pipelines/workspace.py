"""What every stage works with: the settings, the lake, the ledger, the way to the CRM, one run's id."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from connectors.errors import BridgeError, StateRefused, storage_trouble
from pipelines.lake.lake import Lake
from pipelines.lake.lock import WriterLock
from pipelines.settings import target
from pipelines.settings.sections import Settings

if TYPE_CHECKING:  # imported by those that use them, below
    import httpx

    from connectors.giant_context.client import GiantContext
    from connectors.http.waiting import Told
    from pipelines.lake.engine import Engine
    from pipelines.ledger.cursors import Cursors
    from pipelines.ledger.ledger import Ledger

T = TypeVar("T")

DETAILS: Final = "error.txt"
"""Where in the run's folder the whole story of an unexpected error lies: it may show personal values."""

Advance = Callable[[int], None]


class Reporter(Protocol):
    """Something that can show progress."""

    def task(self, title: str, total: int | None = None) -> AbstractContextManager[Advance]:
        """Show a task while it is open; call what it gives with the number of steps just done."""
        ...

    def say(self, line: str) -> None:
        """Show a line at once, whatever task is open."""
        ...


class Quiet:
    """Shows nothing."""

    @contextmanager
    def task(self, title: str, total: int | None = None) -> Iterator[Advance]:  # noqa: ARG002 - the protocol's
        """Do nothing."""
        yield lambda _: None

    def say(self, line: str) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class StageReport:
    """What a stage did: counts for people, in the order to tell them, and the tables it published."""

    counts: dict[str, int]
    tables: tuple[str, ...] = ()


@dataclass
class Workspace:
    """One run over one data folder."""

    settings: Settings
    data: Path
    run: str
    progress: Reporter = field(default_factory=Quiet)
    reports: dict[str, StageReport] = field(default_factory=dict)
    """What each stage of this run has done so far, by the stage's name."""
    allowed: Mapping[str, int] = field(default_factory=dict)
    """What this run may do beyond the gates' limits, by kind."""
    dry: bool = False
    """Whether it ends after the plan: then no cursor of a source moves."""
    transport: httpx.AsyncBaseTransport | None = None
    """Replaces the network of the sources in tests."""

    @cached_property
    def lake(self) -> Lake:
        """The data folder as a lake."""
        return Lake(self.data)

    @cached_property
    def lock(self) -> WriterLock:
        """The lock that makes this run the one writer; a stage that writes takes it, the run frees it."""
        return WriterLock(self.lake.root)

    @cached_property
    def account(self) -> str:
        """The account's name in the ledger."""
        return target.account(self.settings, self.lake.root)

    @property
    def ledger_path(self) -> Path:
        """Where the ledger lies."""
        return self.data / "ledger.db"

    @contextmanager
    def writing(self, *, prune: bool = False) -> Iterator[None]:
        """Be the one writer of the data folder for the block; `prune` ends it as a run ends (`end`).

        Raises:
            Busy: another process writes.
        """
        self.lock.take()
        try:
            yield
        finally:
            if prune:
                self.end()
            else:
                self.lock.free()

    def end(self) -> None:
        """Let go of the writer's lock; a run that held it clears away the oldest runs' tables before."""
        try:
            if self.lock.held:
                self.lake.prune(self.settings.limits.keep_runs)
        finally:
            self.lock.free()

    def run_stage(self, stage: str, run: Callable[[Workspace], StageReport]) -> StageReport:
        """Run a stage and keep its report."""
        report = run(self)
        self.reports[stage] = report
        return report

    def counted(self, stage: str, name: str) -> int:
        """What a stage of this run counted under a name; 0 where it did not run, or counts no such thing."""
        report = self.reports.get(stage)
        return report.counts.get(name, 0) if report else 0

    def attempt(self, stage: str, job: Callable[[], T]) -> T:
        """Do something that belongs to a stage.

        Raises:
            BridgeError: what the job raised. Anything else is told in one line that shows no value, since Dagster keeps
                errors with their text; the whole story goes to the run's folder.
        """
        try:
            return job()
        except BridgeError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, its text may show what it stumbled over
            failure = self._unexpected(stage, error)
        raise failure  # out here it has no context

    def _unexpected(self, stage: str, error: Exception) -> BridgeError:
        if (trouble := storage_trouble(error)) is not None:
            where = getattr(error, "filename", None) or self.lake.root
            return BridgeError(f"{stage}: {where}: {trouble}.", guidance="Mend that and run again: it goes on there.")
        path = self.lake.root / "runs" / self.run / DETAILS
        where = ""
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text("".join(traceback.format_exception(error)), "utf-8")
            where = f" Details, which may show personal values, are in {path}."
        return BridgeError(f"{stage}: unexpected {type(error).__name__}.{where}")

    def engine(self) -> AbstractContextManager[Engine]:
        """A database for one step."""
        from pipelines.lake import engine  # noqa: PLC0415 - it imports DuckDB, and not every command runs SQL

        limits = self.settings.limits
        return engine.engine(self.lake, self.run, memory=limits.memory, threads=limits.threads)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The ledger, open.

        Raises:
            StateRefused: it knows an embedded CRM, and there is none any more; none is made.
        """
        from pipelines.ledger.ledger import Ledger  # noqa: PLC0415 - not every command opens it

        self.refuse_gone_crm()
        ledger = Ledger(self.ledger_path, self.account)
        try:
            yield ledger
        finally:
            ledger.close()

    def refuse_gone_crm(self) -> None:
        """See that the embedded CRM is there that the ledger knows.

        Raises:
            StateRefused: it is not; none is made.
        """
        from pipelines.ledger.ledger import Ledger  # noqa: PLC0415 - not every command opens it

        if self.ledger_path.exists() and not target.is_there(self.settings, self.lake.root):
            with closing(Ledger(self.ledger_path, "")) as remembering:
                if any(name.startswith(target.EMBEDDED) for name in remembering.accounts()):
                    raise StateRefused(
                        f"{self.lake.root / 'crm.db'}: the embedded CRM is gone that the ledger has written to.",
                        guidance="Put it back. To begin anew with an empty one, use another data folder (--data).",
                    )

    @contextmanager
    def cursors(self) -> Iterator[Cursors]:
        """The cursors of the sources, in the ledger; they are about no account, so none need be there."""
        from pipelines.ledger.ledger import Ledger  # noqa: PLC0415 - not every command opens it

        with closing(Ledger(self.ledger_path, "")) as ledger:
            yield ledger.cursors

    @cached_property
    def waiting(self) -> Told:
        """Says that calls wait, of one server not more often than every few seconds."""
        from connectors.http.waiting import seldom  # noqa: PLC0415 - most commands make no call

        return seldom(self.progress.say)

    def crm(self, *, within: float | None = None) -> AbstractAsyncContextManager[GiantContext]:
        """A client for the CRM, for as long as it is open; `within`: seconds in which each call must have an answer.

        Calls that wait say so, but for those that are in such a hurry.
        """
        told = self.waiting if within is None else None
        return target.connect(self.settings, self.lake.root, waiting=told, within=within)

"""What every stage works with: the settings, the lake, the ledger, the way to the CRM, one run's id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from connectors.giant_context.client import GiantContext
from pipelines import engine, target
from pipelines.lake import Lake
from pipelines.ledger import Ledger
from pipelines.lock import WriterLock
from pipelines.progress import Quiet, Reporter
from pipelines.settings import Settings


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
        return self.lake.root / "ledger.db"

    def end(self) -> None:
        """Let go of the writer's lock; a run that held it clears away the oldest runs' tables before."""
        if self.lock.held:
            self.lake.prune(self.settings.limits.keep_runs)
        self.lock.free()

    def engine(self) -> AbstractContextManager[engine.Engine]:
        """A database for one step."""
        return engine.engine(self.lake, self.run, self.settings.limits)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        """The ledger, open."""
        ledger = Ledger(self.ledger_path, self.account)
        try:
            yield ledger
        finally:
            ledger.close()

    def crm(self) -> AbstractAsyncContextManager[GiantContext]:
        """A client for the CRM, for as long as it is open."""
        return target.connect(self.settings, self.lake.root)

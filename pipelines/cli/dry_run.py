"""A dry run from the command line: the stages up to the plan, one after the other, in this process, without Dagster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from pipelines.cli.interrupt import interruptible
from pipelines.crm import reach, snapshot
from pipelines.identity import candidates, resolve
from pipelines.intake import accounting, clean, extract
from pipelines.planning import plan
from pipelines.workspace import StageReport, Workspace

READING: Final[Mapping[str, Callable[[Workspace], StageReport]]] = {
    reach.STAGE: reach.run,
    "extract": extract.run,
    "clean": clean.run,
}
"""The stages up to the point at which every row must be accounted for."""

PLANNING: Final[Mapping[str, Callable[[Workspace], StageReport]]] = {
    "snapshot": snapshot.run,
    "resolve": resolve.run,
    "candidates": candidates.run,
    "plan": plan.run,
}


def dry_run(work: Workspace) -> None:
    """Do what Dagster's job `dry_run` does; Dagster's history does not show it. Nothing is sent.

    Raises:
        BridgeError: what the failing stage raised, or a row is lost.
        Interrupted: someone stopped it.
    """
    work.dry = True
    with interruptible("stopped before its end. Nothing was sent.") as go_on:
        try:
            for stage, run in READING.items():
                work.attempt(stage, partial(work.run_stage, stage, run))
            work.attempt("clean", partial(accounting.require_balance, work))
            for stage, run in PLANNING.items():
                go_on()
                work.attempt(stage, partial(work.run_stage, stage, run))
        finally:
            work.end()

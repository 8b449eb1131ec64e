"""Dagster's history of runs is kept for so many days: it would grow by a third of a megabyte a run for ever."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import dagster as dg
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage
from sqlalchemy.exc import SQLAlchemyError

from pipelines.workspace import Workspace

AT_ONCE: Final = 200
"""Runs that one run forgets at most: each takes some hundredths of a second."""

PARTITIONS: Final = ("dagster/partition", "dagster/asset_partition_range_start")
"""The tags of a run that fills a partition, or a range of them."""


def prune(instance: dg.DagsterInstance, work: Workspace) -> int:
    """Delete what Dagster knows of runs that are older than `limits.keep_history_days`; returns of how many.

    Runs whose tables are kept stay, and so do those that filled days of a stream: Dagster knows that from their events
    alone. The run that asks stays, too. What cannot be deleted now is left for the next run:
    whoever reads the history in the UI must not fail a run that is done.
    """
    before = datetime.now(UTC) - timedelta(days=work.settings.limits.keep_history_days)
    kept = {*work.lake.runs(), work.run}
    old: list[str] = []
    with suppress(SQLAlchemyError, OSError):
        kept |= {run for tag in PARTITIONS for run in _tagged(instance, tag)}
        old = [run for run in instance.get_run_ids(dg.RunsFilter(created_before=before)) if run not in kept][-AT_ONCE:]
        for run in reversed(old):  # the oldest first
            _forget(instance, run)
    return len(old)


def _tagged(instance: dg.DagsterInstance, tag: str) -> list[str]:
    """The runs that bear a tag, whatever its value."""
    values = [value for _, found in instance.run_storage.get_run_tags(tag_keys=[tag]) for value in found]
    return list(instance.get_run_ids(dg.RunsFilter(tags={tag: values}))) if values else []


def _forget(instance: dg.DagsterInstance, run: str) -> None:
    """Delete what a run printed, its events, and the run itself last: if this is cut off, it is found again."""
    instance.compute_log_manager.delete_logs(prefix=[run])
    storage = instance.event_log_storage
    storage.delete_events(run)
    if isinstance(storage, SqliteEventLogStorage):  # it has emptied the run's own file, and keeps that
        shard = Path(storage.path_for_shard(run))
        for path in (shard, *(shard.with_name(f"{shard.name}-{end}") for end in ("wal", "shm"))):
            path.unlink(missing_ok=True)
    instance.run_storage.delete_run(run)

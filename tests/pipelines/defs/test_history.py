"""Dagster's history stays bounded."""

import uuid
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.pipelines.workshop import Workshop

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Dagster says of its own interfaces is no matter of ours
    import dagster as dg

    from pipelines.defs import history


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """Give Dagster's instance in a folder."""
    (tmp_path / "home").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "home")) as made:
        yield made


@dg.asset
def something(context: dg.AssetExecutionContext) -> None:
    """Print and log, as any asset may."""
    print("printed")  # noqa: T201 - Dagster captures it
    context.log.info("logged")


def ran(instance: dg.DagsterInstance, *, days: int) -> str:
    """A run of so many days ago."""
    run = dg.materialize([something], instance=instance).run_id
    aged(instance, run, days=days)
    return run


def aged(instance: dg.DagsterInstance, run: str, *, days: int) -> None:
    """Let a run be so many days old."""
    then = datetime.now(UTC) - timedelta(days=days)
    with instance.run_storage.connect() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql(
            "UPDATE runs SET create_timestamp = ? WHERE run_id = ?", (then.strftime("%Y-%m-%d %H:%M:%S.%f"), run)
        )


def left_of(run: str, home: Path) -> list[Path]:
    """The files and folders that bear a run's name, and those that hold it."""
    named = list(home.rglob(f"{run}*"))
    return named + [path for path in home.rglob("*.db*") if run.encode() in path.read_bytes()]


def test_old_runs_go_and_those_whose_tables_are_kept_stay(
    shop: Workshop, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    """Events, files and what was printed go with a run that is older than the setting and has no tables any more."""
    shop.sections["limits"] = {"keep_history_days": 30}
    old, kept, young = (ran(instance, days=days) for days in (31, 300, 29))
    work = shop.work(str(uuid.uuid4()))
    work.lake.run_folder(kept)
    assert left_of(old, tmp_path / "home")
    assert history.prune(instance, work) == 1
    assert {run.run_id for run in instance.get_runs()} == {kept, young}
    assert list((tmp_path / "home").rglob(f"{old}*")) == []
    assert instance.all_logs(kept)
    assert history.prune(instance, work) == 0


def test_the_run_that_asks_stays(shop: Workshop, instance: dg.DagsterInstance) -> None:
    """Also where it has no tables yet: a run forgets others, not itself."""
    mine = ran(instance, days=400)
    assert history.prune(instance, shop.work(mine)) == 0


def test_old_runs_go_little_by_little(
    shop: Workshop, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many at once, the oldest first: a history of years does not hold up the run that finds it."""
    monkeypatch.setattr(history, "AT_ONCE", 2)
    runs = [ran(instance, days=days) for days in (400, 300, 200)]
    work = shop.work(str(uuid.uuid4()))
    assert history.prune(instance, work) == 2
    assert [run.run_id for run in instance.get_runs()] == runs[2:]
    assert history.prune(instance, work) == 1


def test_runs_that_filled_days_stay(shop: Workshop, instance: dg.DagsterInstance) -> None:
    """However old: Dagster knows from their events alone which days are filled."""
    days = dg.DailyPartitionsDefinition("2026-01-01", timezone="UTC")

    @dg.asset(partitions_def=days)
    def dated() -> None:
        """Fill a day."""

    shop.sections["limits"] = {"keep_history_days": 30}
    ran(instance, days=40)
    filled = dg.materialize([dated], instance=instance, partition_key="2026-01-05").run_id
    aged(instance, filled, days=300)
    assert history.prune(instance, shop.work(str(uuid.uuid4()))) == 1
    assert instance.get_materialized_partitions(dated.key) == {"2026-01-05"}
    assert instance.get_run_by_id(filled) is not None

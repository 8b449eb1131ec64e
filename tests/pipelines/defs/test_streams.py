"""Streams of sources of an API in Dagster: a range of days is one pull of that window, and lands."""

from __future__ import annotations

import uuid
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import AccessError, SourceRefused
from tests.pipelines import toy_source
from tests.pipelines.workshop import Workshop

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Dagster says of its own interfaces is no matter of ours
    import dagster as dg

    from pipelines.defs import building

CONTACTS = dg.AssetKey(["hub", "contacts"])
SILENT = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
JANUARY = {"dagster/asset_partition_range_start": "2026-01-05", "dagster/asset_partition_range_end": "2026-01-09"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[toy_source.World]:
    """Give a world with a contact that changed on each of twenty days, and make it a source that can be named."""
    made = toy_source.World()
    for day in range(20):
        made.put("contacts", f"c{day}", day=day, first="Ada", last=f"L{day}", email=f"ada{day}@acme.example")
    with toy_source.installed(tmp_path / "site", toy=made):
        yield made


@pytest.fixture
def shop(tmp_path: Path, world: toy_source.World) -> Workshop:
    """Give a workshop whose one source is that world."""
    return Workshop(tmp_path / "shop", sources={"hub": toy_source.section("toy", start=date(2026, 1, 1))})


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Give Dagster's instance."""
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def run(shop: Workshop, instance: dg.DagsterInstance, job: str, *selected: dg.AssetKey, **more: Any) -> Any:
    """Run a job, or some assets of it, as the UI and the daemon would."""
    work = shop.work(str(uuid.uuid4()))
    defs = building.definitions(shop.settings, dg.ResourceDefinition.hardcoded_resource(work))
    return defs.resolve_job_def(job).execute_in_process(
        run_config=SILENT, instance=instance, asset_selection=list(selected) or None, run_id=work.run, **more
    )


def observed(result: Any) -> dict[str, dict[str, Any]]:
    """The metadata of each observation of a run, by asset."""
    return {
        one.asset_key.to_user_string(): {name: value.value for name, value in one.metadata.items()}
        for event in result.all_events
        if event.event_type is dg.DagsterEventType.ASSET_OBSERVATION
        for one in [event.asset_observation_data.asset_observation]
    }


def test_a_range_of_days_is_one_pull_of_exactly_that_window(
    shop: Workshop, world: toy_source.World, instance: dg.DagsterInstance
) -> None:
    """One run, one window, from the first day's begin to the last day's end; those days are filled, and no other."""
    result = run(shop, instance, "pull_window", CONTACTS, tags=JANUARY)
    assert world.log == [("contacts", "2026-01-05T00:00:00+00:00/2026-01-10T00:00:00+00:00")]
    assert instance.get_materialized_partitions(CONTACTS) == {f"2026-01-{day:02}" for day in range(5, 10)}
    events = [event.materialization for event in result.all_events if event.is_step_materialization]
    assert {event.metadata["rows"].value for event in events} == {5}
    (landing,) = shop.work().lake.landings()
    assert landing.rows == 5
    with shop.work().ledger() as ledger:
        assert not ledger.cursors.all()


def test_the_newest_day_shows_how_the_stream_looks(shop: Workshop, instance: dg.DagsterInstance) -> None:
    """Columns and facts of the newest landing, and the rows of all; what is long stands with one day, not with each."""
    run(shop, instance, "pull_window", CONTACTS, tags=JANUARY)
    event = instance.get_latest_materialization_event(CONTACTS)
    assert event is not None
    assert event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    schema = metadata["dagster/column_schema"].value
    assert isinstance(schema, dg.TableSchema)
    assert [column.name for column in schema.columns] == ["id", "modified", "email", "first", "last"]
    assert metadata["dagster/row_count"].value == 5
    assert metadata["facts"].value["world"] == "toy"  # type: ignore[index,call-overload]
    assert "@" not in str(metadata)
    records = instance.fetch_materializations(CONTACTS, limit=10).records
    assert ["dagster/column_schema" in one.asset_materialization.metadata for one in records] == [True] + [False] * 4  # type: ignore[union-attr]


def test_what_comes_before_a_failure_is_landed_and_no_day_is_filled(
    shop: Workshop, world: toy_source.World, instance: dg.DagsterInstance
) -> None:
    """The step fails with one line of the stream's; an observation says how many rows came."""
    world.fail("contacts", AccessError("403.", method="GET", route="/contacts", status=403), after=1)
    shop.sections["sources"]["hub"]["options"]["page"] = 20_000
    for number in range(20_000):
        world.put("contacts", f"d{number}", day=5, first="Ada", last="L", email=f"d{number}@acme.example")
    result = run(shop, instance, "pull_window", CONTACTS, tags=JANUARY, raise_on_error=False)
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    error = failure.step_failure_data.error.cause or failure.step_failure_data.error
    assert error.message.strip() == f"{SourceRefused.__module__}.SourceRefused: hub/contacts: GET /contacts: 403. " + (
        "Check the API key and what it may do."
    )
    assert instance.get_materialized_partitions(CONTACTS) == set()
    assert [landing.rows for landing in shop.work().lake.landings()] == [20_000]
    assert observed(result)["hub/contacts"]["rows"] == 20_000


def test_an_incremental_pull_is_news_and_fills_no_day(
    shop: Workshop, world: toy_source.World, instance: dg.DagsterInstance
) -> None:
    """A stream that was read says what came and when its cursor moved; one that was refused is observed, with why."""

    def pulled() -> tuple[dict[str, Any], dict[str, Any]]:
        result = run(shop, instance, "pull")
        events = [event.materialization for event in result.all_events if event.is_step_materialization]
        assert all(event.partition is None for event in events)
        return {event.asset_key.to_user_string(): event.metadata for event in events}, observed(result)

    world.fail("leads", AccessError("403.", method="GET", route="/leads", status=403))
    read, refused = pulled()
    assert read.keys() == {"landings", "hub/companies", "hub/contacts", "hub/notes"}
    assert read["hub/contacts"].keys() >= {"rows", "rejected", "cursor_moved", "dagster/column_schema"}
    assert read["hub/contacts"]["rows"].value == 20
    assert refused.keys() == {"hub/leads"}
    assert refused["hub/leads"]["refused"].startswith("GET /leads: 403.")
    assert "cursor_moved" not in refused["hub/leads"]
    assert instance.get_materialized_partitions(CONTACTS) == set()
    world.put("contacts", "new", day=30, last="Late")
    read, _ = pulled()
    assert read["hub/contacts"]["rows"].value == 2  # with what lies within the overlap
    assert read["hub/contacts"]["dagster/row_count"].value == 22


def test_a_source_without_windows_is_pulled_by_its_asset(
    shop: Workshop, world: toy_source.World, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no days: its asset brings what changed since the cursor, which moves."""
    monkeypatch.setattr(toy_source.Source, "windows", False)
    result = run(shop, instance, "__ASSET_JOB", CONTACTS)
    (event,) = [event.materialization for event in result.all_events if event.is_step_materialization]
    assert event.metadata["rows"].value == 20
    assert "dagster/column_schema" in event.metadata
    assert world.log == [("contacts", None)]
    with shop.work().ledger() as ledger:
        assert list(ledger.cursors.all()) == [("hub", "contacts")]

"""The job in Dagster: complete, described, off until someone turns it on, and silent about people."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connectors.errors import BridgeError, StateRefused
from pipelines.workspace import StageReport, Workspace
from tests.pipelines.workshop import Workshop

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Dagster says of its own interfaces is no matter of ours
    import dagster as dg

    from pipelines import definitions
    from pipelines.defs import checks, resources, stage

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = {"python", "duckdb", "parquet", "sqlite", "csv", "giantcontext"}
OUTSIDE = {"origins/inbox", "crm/before", "crm/after"}
"""What no job runs."""


def specs() -> dict[str, dg.AssetSpec]:
    """All assets by name."""
    return {spec.key.to_user_string(): spec for spec in definitions.defs.resolve_all_asset_specs()}


def test_they_load_without_settings_or_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The code location loads in an empty folder with an empty environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("CRM_BRIDGE_CONFIG", "CRM_BRIDGE_DATA", "CRM_BRIDGE_CRM_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    dg.Definitions.validate_loadable(definitions.defs)


def test_the_jobs_run_the_stages() -> None:
    """`sync` has every asset; `dry_run` has all up to the plan and sends nothing."""

    def assets_of(job: str) -> set[str]:
        keys = definitions.defs.resolve_job_def(job).asset_layer.selected_asset_keys
        return {key.to_user_string() for key in keys}

    assert assets_of("sync") == set(specs()) - OUTSIDE
    assert assets_of("sync") - assets_of("dry_run") == {"applied", "timelines"}


def test_each_asset_says_what_it_is() -> None:
    """Each has a description, a group and kinds, and everything after the sources depends on something."""
    for name, spec in specs().items():
        assert spec.description, name
        assert spec.group_name != "default", name
        assert spec.kinds, name
        assert spec.kinds <= KINDS, name
        assert list(spec.deps) or name in {"origins/inbox", "crm/before"}, name


def test_no_schedule_runs_by_itself() -> None:
    """The schedule is off until someone turns it on."""
    schedules = list(definitions.defs.schedules or [])
    assert schedules
    for schedule in schedules:
        assert isinstance(schedule, dg.ScheduleDefinition)
        assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED


def test_a_lost_row_fails_the_check(shop: Workshop) -> None:
    """The check counts what was read against where it ended."""
    shop.file("people.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com\nNo,Key,")
    shop.run("extract", "clean")

    def judged() -> dg.AssetCheckResult:
        context = dg.build_asset_check_context(resources={"work": shop.work()})
        result = checks.every_row_is_accounted_for(context)
        assert isinstance(result, dg.AssetCheckResult)
        return result

    assert judged().passed
    work = shop.work("broken")
    with work.engine() as engine:
        engine.read("clean_counts")
        engine.connection.execute("CREATE TABLE fewer AS SELECT name, greatest(rows - 1, 0) AS rows FROM clean_counts")
        engine.connection.execute("DROP VIEW clean_counts")
        engine.connection.execute("UPDATE fewer SET rows = rows + 1 WHERE name = 'rows_read'")
        engine.rename("fewer", "clean_counts")
        engine.write("clean_counts")
    work.lake.publish("broken", ["clean_counts"])
    assert not judged().passed


def test_a_refused_file_turns_a_check_yellow_and_stops_nothing(shop: Workshop) -> None:
    """The check warns with the files' names, and the run goes on."""
    shop.file("people.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com")

    def judged() -> dg.AssetCheckResult:
        shop.run("extract")
        result = checks.every_file_was_read(dg.build_asset_check_context(resources={"work": shop.work()}))
        assert isinstance(result, dg.AssetCheckResult)
        return result

    assert judged().passed
    shop.file("odd.csv", "Colour,Height\nred,2")
    found = judged()
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert found.metadata["files"].value == ["odd.csv"]
    specs = [spec for check in definitions.defs.asset_checks or () for spec in check.check_specs]
    assert {spec.name: spec.blocking for spec in specs}["every_file_was_read"] is False


@pytest.mark.parametrize(
    ("tags", "config", "allowed"),
    [
        ({"crm_bridge/allow": "created=9"}, {}, {}),
        ({}, {"allow": ["created=9", "dropped=2"]}, {"created": 9, "dropped": 2}),
    ],
    ids=["tag", "config"],
)
def test_a_gate_is_opened_by_a_runs_own_config_alone(
    shop: Workshop,
    tags: dict[str, str],
    config: dict[str, list[str]],
    allowed: dict[str, int],
) -> None:
    """A tag opens none, whoever put it there."""
    (shop.root / "sync.toml").write_text('[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n', "utf-8")
    seen: list[dict[str, int]] = []

    @dg.op(required_resource_keys={"work"})
    def look(context) -> None:  # type: ignore[no-untyped-def] # Dagster reads no annotation that is a text
        seen.append(dict(context.resources.work.allowed))

    @dg.job(resource_defs={"work": resources.work(shop.root / "sync.toml", shop.data)})
    def looking() -> None:
        look()

    with dg.DagsterInstance.ephemeral() as instance:
        looking.execute_in_process(run_config={"resources": {"work": {"config": config}}}, tags=tags, instance=instance)
    assert seen == [allowed]


def run_stage(shop: Workshop, run: Callable[[Workspace], StageReport]) -> Any:
    """What Dagster gets of a stage."""
    with dg.build_asset_context(resources={"work": shop.work("a-run")}) as context:
        return stage.materialize(context, "clean", run)


def test_counts_become_metadata(shop: Workshop) -> None:
    """What a stage counted is on the materialization."""
    result = run_stage(shop, lambda _: StageReport({"people": 3}))
    assert {name: value.value for name, value in result.metadata.items()} == {"people": 3}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("could not convert ada@gmail.com"), "clean: unexpected ValueError. Details"),
        (OSError(28, "No space left on device", "/data/x"), "clean: /data/x: No space left on device"),
    ],
)
def test_an_unexpected_error_shows_no_value(shop: Workshop, error: Exception, words: str) -> None:
    """Dagster keeps an error's text and everything behind it: neither holds what the stage stumbled over."""

    def stumble(_: Workspace) -> StageReport:
        raise error

    with pytest.raises(BridgeError, match=words) as caught:
        run_stage(shop, stumble)
    assert "ada@gmail.com" not in str(caught.value)
    assert caught.value.__context__ is caught.value.__cause__ is None


def test_an_expected_error_stays_itself(shop: Workshop) -> None:
    """What a stage says in its own words reaches Dagster unchanged."""

    def refuse(_: Workspace) -> StageReport:
        raise StateRefused("no.", guidance="Do this.")

    with pytest.raises(StateRefused, match="Do this"):
        run_stage(shop, refuse)

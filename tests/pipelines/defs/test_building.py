"""Definitions are built from the settings: assets for each source, jobs, and what stands outside."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines import toy_source

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Dagster says of its own interfaces is no matter of ours
    import dagster as dg

    from pipelines.defs.building import build_defs

STREAMS = ("companies", "contacts", "leads", "notes")


@pytest.fixture(autouse=True)
def _toy(tmp_path: Path) -> Iterator[None]:
    """Let `kind = "toy"` be known; no world is there, so whoever calls the source fails."""
    with toy_source.installed(tmp_path / "site"):
        yield


def built(folder: Path, *sources: str) -> dg.Definitions:
    """The definitions for a settings file with these tables."""
    (folder / "sync.toml").write_text("\n".join(sources), "utf-8")
    return build_defs(folder / "sync.toml", folder / "data")


def toy(name: str, more: str = "") -> str:
    """A table of a source of an API."""
    return f'[sources.{name}]\nkind = "toy"\noptions.world = "none"\n{more}\n'


INBOX = '[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\noptions.object = "contacts"\n'


def specs(defs: dg.Definitions) -> dict[str, dg.AssetSpec]:
    """All assets by key."""
    return {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


def jobs(defs: dg.Definitions) -> dict[str, set[str]]:
    """What each job runs."""
    return {
        job.name: {key.to_user_string() for key in job.asset_layer.selected_asset_keys}
        for job in defs.resolve_all_job_defs()
        if not job.name.startswith("__")
    }


def test_each_stream_is_an_asset_with_a_day_a_partition(tmp_path: Path) -> None:
    """From the settings' start in UTC, a range in one run, with kinds, owner and description; no call, no secret."""
    defs = built(tmp_path, toy("hub", 'start = 2026-11-01\nowner = "team:sales-ops"'))
    dg.Definitions.validate_loadable(defs)
    found = specs(defs)
    for stream in STREAMS:
        spec = found[f"hub/{stream}"]
        assert spec.partitions_def == dg.DailyPartitionsDefinition("2026-11-01", timezone="UTC")
        assert (spec.kinds, spec.owners, spec.group_name) == ({"toy", "parquet"}, ["team:sales-ops"], "sources")
        assert spec.description
        asset = defs.resolve_assets_def(spec.key)
        assert asset.backfill_policy == dg.BackfillPolicy.single_run()
    assert not (tmp_path / "data").exists()


def test_a_source_without_windows_has_no_days_and_no_job_for_a_range(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its assets are there and can be pulled."""
    monkeypatch.setattr(toy_source.Source, "windows", False)
    defs = built(tmp_path, toy("hub"))
    dg.Definitions.validate_loadable(defs)
    assert specs(defs)["hub/contacts"].partitions_def is None
    assert jobs(defs).keys() == {"sync", "dry_run", "pull"}


def test_the_jobs(tmp_path: Path) -> None:
    """`pull` lands and no more, `pull_window` has all streams with days, `sync` and `dry_run` the stages."""
    found = jobs(built(tmp_path, toy("hub"), toy("pipe"), INBOX))
    streams = {f"{name}/{stream}" for name in ("hub", "pipe") for stream in STREAMS}
    to_plan = {"landings", "records", "current_contacts", "golden", "candidates", "plan"}
    assert found == {
        "sync": to_plan | {"applied", "timelines"},
        "dry_run": to_plan,
        "pull": {"landings"},
        "pull_window": streams,
    }


def test_sources_that_begin_on_different_days_have_a_job_each(tmp_path: Path) -> None:
    """One job cannot hold assets with different partitions."""
    defs = built(tmp_path, toy("hub", "start = 2026-01-01"), toy("pipe"))
    dg.Definitions.validate_loadable(defs)
    found = jobs(defs)
    assert found["pull_window_hub"] == {f"hub/{stream}" for stream in STREAMS}
    assert found["pull_window_pipe"] == {f"pipe/{stream}" for stream in STREAMS}
    assert "pull_window" not in found


def test_sources_and_crm_stand_outside(tmp_path: Path) -> None:
    """Each source before its streams or before the landings; the CRM before the snapshot and behind the writes."""
    defs = built(tmp_path, toy("hub"), INBOX)
    found = specs(defs)

    def upstream(key: str) -> set[str]:
        return {dep.asset_key.to_user_string() for dep in found[key].deps}

    assert upstream("hub/contacts") == {"origins/hub"}
    assert upstream("landings") == {f"hub/{stream}" for stream in STREAMS} | {"origins/inbox/contacts"}
    assert "crm/before" in upstream("current_contacts")
    assert upstream("crm/after") == {"applied"}
    assert found["origins/hub"].kinds == {"toy"}
    assert found["origins/inbox/contacts"].kinds == {"csv"}
    graph = defs.resolve_asset_graph()
    external = {key.to_user_string() for key in graph.external_asset_keys}
    assert external == {"origins/hub", "origins/inbox/contacts", "crm/before", "crm/after"}


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ('[sources.hub]\nkind = "no_such"\n', "sources.hub.kind: there is no connector 'no_such'"),
        (toy("hub", 'owner = "c4n4ry"'), "sources.hub.owner: must be an e-mail, or a team"),
        (toy("hub", 'start = "c4n4ry"'), "sources.hub.start: "),
        ("[[c4n4ry", "not valid TOML"),
    ],
    ids=["kind", "owner", "start", "toml"],
)
def test_wrong_settings_leave_the_stages_and_say_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, settings: str, line: str
) -> None:
    """In the log and at the asset `landings`, in a line that shows no value; the UI stays of use."""
    defs = built(tmp_path, settings)
    dg.Definitions.validate_loadable(defs)
    assert jobs(defs).keys() == {"sync", "dry_run", "pull"}
    (said,) = caplog.messages
    assert line in said
    assert line in (specs(defs)["landings"].description or "")
    assert "c4n4ry" not in said


def test_they_merge_into_another_code_location(tmp_path: Path) -> None:
    """Assets there may depend on ours, and ours bring their own resource."""

    @dg.asset(deps=[dg.AssetKey(["hub", "contacts"])])
    def theirs() -> None:
        """Use what was pulled."""

    ours = built(tmp_path, toy("hub"))
    merged = dg.Definitions.merge(ours, dg.Definitions(assets=[theirs], resources={"other": 1}))
    dg.Definitions.validate_loadable(merged)
    assert {"theirs", "hub/contacts", "applied"} <= set(specs(merged))


@pytest.mark.parametrize("start", [date(1970, 1, 1), date(2020, 1, 1)])
def test_days_stay_few_enough_for_dagster(tmp_path: Path, start: date) -> None:
    """Whatever start the settings take: Dagster holds up to 100,000 partitions."""
    spec = specs(built(tmp_path, toy("hub", f"start = {start}")))["hub/contacts"]
    days: Any = spec.partitions_def
    assert 0 < len(days.get_partition_keys()) < 100_000

"""Runs from the command line are Dagster's runs, and Dagster learns nothing of people."""

from __future__ import annotations

import uuid
import warnings
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from connectors.errors import BridgeError, ConfigurationError
from pipelines.cli.execution import dagster_home, execute
from pipelines.intake import accounting
from pipelines.lake.lock import WriterLock
from pipelines.workspace import Workspace
from tests.pipelines.shell import Shell
from tests.pipelines.workshop import Workshop

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Dagster says of its own interfaces is no matter of ours
    from pipelines.defs import history

KEY = "gct_canarykeythatnobodymaysee"
PERSONAL = ("Canarylla", "Zwitscher", "canarymail", "zwitscherbox", "5550177", "555-0177", "Oberkanarienvogelwart")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the instance be where it is by default; what `execute` puts into the environment goes after the test."""
    monkeypatch.setenv("DAGSTER_HOME", "")


def started(shop: Workshop) -> Workspace:
    """A workspace whose run has a name that Dagster takes."""
    return shop.work(str(uuid.uuid4()))


def runs_of(data: Path) -> dict[str, Any]:
    """Dagster's runs by id, with their materializations' metadata."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import dagster as dg

        with dg.DagsterInstance.get() as instance:
            assert Path(instance.root_directory) == data / "dagster"
            return {
                run.run_id: (
                    run.status.value,
                    {
                        entry.dagster_event.asset_key.to_user_string(): entry.dagster_event.materialization.metadata
                        for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
                        if entry.dagster_event and entry.dagster_event.asset_key
                    },
                    [
                        entry.dagster_event.asset_check_evaluation_data.passed
                        for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
                        if entry.dagster_event
                    ],
                )
                for run in instance.get_runs()
            }


@pytest.mark.usefixtures("home")
def test_a_run_is_in_dagsters_history_with_its_counts(shop: Workshop) -> None:
    """A run is there under its own id, with counts, a masked preview and the check, and the lock is free."""
    shop.file("people.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com")
    work = started(shop)
    execute(work, "sync")
    status, tables, checks = runs_of(shop.data)[work.run]
    assert status == "SUCCESS"
    assert set(tables) == {"landings", "records", "current_contacts", "golden", "candidates"} | {
        *("plan", "applied", "timelines")
    }
    assert tables["applied"]["contacts_create_done"].value == 1
    assert tables["golden"]["dagster/row_count"].value == 1
    assert "a•••@gmail.com" in tables["golden"]["preview"].value
    assert "rows" in tables["golden"]["joins"].value
    assert checks == [True, True, True]
    stages = {"reach", "extract", "clean", "snapshot", "resolve", "candidates", "plan", "apply", "verify", "export"}
    assert set(work.reports) == stages
    WriterLock(shop.data).take()


@pytest.mark.usefixtures("home")
def test_a_failing_stage_fails_the_run_and_frees_the_lock(shop: Workshop) -> None:
    """What the stage raised is raised, the run is a failure in the history, and the next one is not held up."""
    shop.file("people.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com")
    (shop.data).mkdir()
    (shop.data / "ledger.db").write_text("no ledger at all" * 100)
    work = started(shop)
    with pytest.raises(BridgeError, match="cannot be read"):
        execute(work, "sync")
    status, tables, _ = runs_of(shop.data)[work.run]
    assert status == "FAILURE"
    assert "golden" not in tables
    other = WriterLock(shop.data)
    other.take()
    other.free()


@pytest.mark.usefixtures("home")
def test_a_check_that_stops_a_run_speaks_our_words(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost row is told as `plan` tells it, not as an error of Dagster's."""
    shop.file("people.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com")
    monkeypatch.setattr(accounting, "account", lambda _: accounting.Account(3, 2))
    with pytest.raises(BridgeError, match=r"clean: of 3 rows that were read, 2 are accounted for\. Nothing"):
        execute(started(shop), "dry_run")


@pytest.mark.usefixtures("home")
def test_a_run_prunes_dagsters_history(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run does, when it ends."""
    seen: list[str] = []
    monkeypatch.setattr(history, "prune", lambda _, work: seen.append(work.run))
    work = started(shop)
    execute(work, "dry_run")
    assert seen == [work.run]


def test_the_instance_lies_with_the_data_unless_told_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DAGSTER_HOME goes first; else it is `dagster/` in the data folder, with the settings' own dagster.yaml if any."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    assert dagster_home(tmp_path / "data", tmp_path) == tmp_path
    monkeypatch.setenv("DAGSTER_HOME", "here")
    with pytest.raises(ConfigurationError, match="DAGSTER_HOME"):
        dagster_home(tmp_path / "data", tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", "")
    home = dagster_home(tmp_path / "data", tmp_path)
    assert "telemetry" in (home / "dagster.yaml").read_text()
    (tmp_path / "dagster.yaml").write_text("nux: {enabled: false}\n")
    assert (dagster_home(tmp_path / "data", tmp_path) / "dagster.yaml").read_text() == "nux: {enabled: false}\n"


@pytest.fixture
def nest(tmp_path: Path) -> Workshop:
    """Give an inbox of canaries: values that are read, refused, disputed and updated."""
    shop = Workshop(tmp_path)
    (tmp_path / "sync.toml").write_text(
        '[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n[match]\ndefault_region = "US"\n', "utf-8"
    )
    shop.file(
        "people.csv",
        """
        First Name,Last Name,Email,Phone,Title
        Canarylla,Zwitscher,canarymail@gmail.com,+1 312-555-0177,Oberkanarienvogelwart
        Canarylla,Zwitscher,zwitscherbox@gmail.com,+1 312-555-0177,
        Other,Canarylla,,+1 312-555-0177,
        Zwitscher,Canarylla,not-a-canarymail,5550177,
        Zwitscher,"Cana
        """,
    )
    shop.file("good.csv", "First Name,Last Name,Email,Phone\nCanarylla,Zwitscher,canarymail@gmail.com,+13125550177")
    return shop


def test_no_canary_sings(nest: Workshop, crm_bridge: Shell) -> None:
    """No key, name, e-mail, phone or title is in Dagster's storage or in what a run prints, failures included."""
    given = ("--config", nest.root / "sync.toml", "--data", nest.data)
    environment = {"CRM_BRIDGE_CRM_API_KEY": KEY, "DAGSTER_HOME": ""}
    said = [crm_bridge("run", *given, **environment)]
    nest.file("good.csv", "First Name,Last Name,Email,Title\nCanarylla,Zwitscher,canarymail@gmail.com,Wart", day=2)
    said.append(crm_bridge("run", *given, **environment))
    (nest.data / "current.json").write_text('{"plan": 7}')
    (nest.data / "ledger.db").write_bytes(b"zwitscherbox" * 500)
    said.append(crm_bridge("run", *given, **environment))
    assert [one.code for one in said] == [1, 1, 3]
    printed = "".join(one.out + one.err for one in said)
    files = [path for path in (nest.data / "dagster").rglob("*") if path.is_file()]
    assert sum(path.suffix == ".db" for path in files) >= 2
    for word in (KEY, *PERSONAL):
        assert word not in printed
        assert [path for path in files if word.encode() in path.read_bytes()] == []
    for path in (path for path in nest.data.rglob("*") if path.is_file() and path.suffix != ".parquet"):
        assert KEY.encode() not in path.read_bytes(), path
    for path in nest.data.rglob("*.parquet"):
        assert KEY not in str(pq.read_table(path, partitioning=None).to_pylist())

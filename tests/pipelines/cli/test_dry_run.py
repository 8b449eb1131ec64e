"""A dry run from the command line does what Dagster's job `dry_run` does, without Dagster."""

from __future__ import annotations

import os
import signal
import time
import uuid
import warnings
from pathlib import Path

import pytest

from connectors.errors import BridgeError
from pipelines.applying.signals import SIGNALS
from pipelines.cli import dry_run as command
from pipelines.cli.dry_run import dry_run
from pipelines.cli.execution import execute
from pipelines.cli.interrupt import Interrupted, interruptible
from pipelines.intake import clean
from pipelines.lake.lock import WriterLock
from pipelines.workspace import StageReport, Workspace
from tests.pipelines import toy_source
from tests.pipelines.shell import Shell
from tests.pipelines.workshop import Workshop

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Dagster says of its own interfaces is no matter of ours
    import dagster as dg

    from pipelines.defs.building import build_defs

PEOPLE = "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com\nNo,Key,"


def test_it_makes_the_plan_that_dagsters_job_makes(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same stages, counts and plan; the lock is free, and Dagster's history has nothing of it."""
    monkeypatch.setenv("DAGSTER_HOME", "")
    shop.file("people.csv", PEOPLE)
    twin = shop.twin(tmp_path / "twin")
    work, in_dagster = shop.work(str(uuid.uuid4())), twin.work(str(uuid.uuid4()))
    dry_run(work)
    execute(in_dagster, "dry_run")
    assert list(work.reports) == list(in_dagster.reports)
    assert {name: report.counts for name, report in work.reports.items()} == {
        name: report.counts for name, report in in_dagster.reports.items()
    }
    columns = ("object", "op", "field", "proposed", "decision", "rule")
    planned, planned_in_dagster = (
        sorted(repr([row[name] for name in columns]) for row in each.rows("plan")) for each in (shop, twin)
    )
    assert planned == planned_in_dagster != []
    assert shop.contacts() == []
    assert not (shop.data / "dagster").exists()
    WriterLock(shop.data).take()


@pytest.mark.parametrize("way", ["plan", "run --dry-run", "in Dagster"])
def test_it_moves_no_cursor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """What it has pulled is landed, and the next run pulls it again; a run that may send moves the cursor."""
    monkeypatch.setenv("DAGSTER_HOME", "")
    world = toy_source.World()
    world.put("contacts", "c1", day=1, first="Ada", last="Lovelace", email="ada@acme.example")
    settings = '[sources.hub]\nkind = "toy"\noptions.world = "toy"\n'
    with toy_source.installed(tmp_path / "site", toy=world):
        shop = Workshop(tmp_path / "shop", sources={"hub": toy_source.section("toy")})
        work = shop.work(str(uuid.uuid4()))
        if way == "plan":
            dry_run(work)
        elif way == "run --dry-run":
            execute(work, "dry_run")
        else:
            (shop.root / "sync.toml").write_text(settings, "utf-8")
            job = build_defs(shop.root / "sync.toml", shop.data).resolve_job_def("dry_run")
            with dg.DagsterInstance.ephemeral() as instance:
                assert job.execute_in_process(instance=instance).success
        assert [landing.rows for landing in work.lake.landings() if landing.object == "contacts"] == [1]
        with shop.work().ledger() as ledger:
            assert not ledger.cursors.all()
        execute(shop.work(str(uuid.uuid4())), "sync")
        with shop.work().ledger() as ledger:
            assert ("hub", "contacts") in ledger.cursors.all()


def test_a_lost_row_ends_it_before_anything_is_planned(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows read are counted against where they ended, as Dagster's blocking check does; nothing comes after it."""
    shop.file("people.csv", PEOPLE)

    def lose_a_row(work: Workspace) -> StageReport:
        report = clean.run(work)
        with work.engine() as engine:
            engine.read("clean_counts")
            engine.connection.execute(
                "CREATE TABLE fewer AS SELECT name, rows - (name = 'unmatched')::INT AS rows FROM clean_counts"
            )
            engine.connection.execute("DROP VIEW clean_counts")
            engine.rename("fewer", "clean_counts")
            engine.write("clean_counts")
        return report

    monkeypatch.setattr(command, "READING", {**command.READING, "clean": lose_a_row})
    work = shop.work()
    with pytest.raises(BridgeError, match="of 2 rows that were read, 1 are accounted for"):
        dry_run(work)
    assert set(work.reports) == {"reach", "extract", "clean"}
    WriterLock(shop.data).take()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("could not convert ada@gmail.com"), "clean: unexpected ValueError. Details"),
        (OSError(28, "No space left on device", "/data/x"), "clean: /data/x: No space left on device"),
    ],
)
def test_an_unexpected_error_is_told_in_one_line_without_a_value(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    """As where Dagster runs the stage."""
    shop.file("people.csv", PEOPLE)

    def stumble(_: Workspace) -> StageReport:
        raise error

    monkeypatch.setattr(command, "READING", {**command.READING, "clean": stumble})
    with pytest.raises(BridgeError, match=words) as caught:
        dry_run(shop.work())
    assert "ada@gmail.com" not in str(caught.value)
    assert caught.value.__context__ is caught.value.__cause__ is None


@pytest.mark.parametrize("stop", SIGNALS, ids=lambda stop: stop.name)
def test_a_signal_stops_it(shop: Workshop, monkeypatch: pytest.MonkeyPatch, stop: signal.Signals) -> None:
    """Whatever a library makes of it: DuckDB raises an error of its own. The lock is free, the handlers are back."""
    shop.file("people.csv", PEOPLE)

    def stopped(_: Workspace) -> StageReport:
        try:
            os.kill(os.getpid(), stop)
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None
        raise AssertionError

    before = [signal.getsignal(number) for number in SIGNALS]
    monkeypatch.setattr(command, "PLANNING", {**command.PLANNING, "resolve": stopped})
    work = shop.work()
    with pytest.raises(Interrupted, match="stopped before its end"):
        dry_run(work)
    assert set(work.reports) == {"reach", "extract", "clean", "snapshot"}
    assert [signal.getsignal(number) for number in SIGNALS] == before
    WriterLock(shop.data).take()


def test_a_signal_that_is_ignored_stays_so() -> None:
    """A plan that was started where the signal is ignored goes on."""
    former = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with interruptible("Nothing was sent."):
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, former)


def test_a_stopped_plan_says_so_in_one_line(crm_bridge: Shell, shop: Workshop) -> None:
    """Code 130, as of a run, and the next one goes on."""
    shop.file("a.csv", "Email,First name,Last name\n" + "\n".join(f"p{n}@acme.com,P,N{n}" for n in range(100)))
    (shop.root / "sync.toml").write_text('[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n')
    given = ("--config", shop.root / "sync.toml", "--data", shop.data)
    plan = crm_bridge.start("plan", *given)
    while "resolving who is who" not in plan.out and not plan.ended:
        time.sleep(0.01)
    plan.send(signal.SIGTERM)
    said = plan.wait()
    assert (said.code, said.line) == (130, "crm-bridge: stopped before its end. Nothing was sent.")
    assert crm_bridge("plan", *given).code == 0

"""Stopping a run by hand."""

import os
import signal
import threading
import time
import uuid

import pytest

from pipelines.cli.execution import execute
from pipelines.cli.interrupt import Interrupted
from pipelines.intake import clean
from pipelines.workspace import StageReport, Workspace
from tests.pipelines.shell import Shell
from tests.pipelines.workshop import Workshop

ENDLESS = "CREATE TABLE much AS SELECT sum(a.range * b.range) AS x FROM range(1000000) a, range(1000000) b"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=lambda stop: stop.name)
def test_a_stopped_run_says_so_in_one_line(shop: Workshop, crm_bridge: Shell, stop: signal.Signals) -> None:
    """Neither a traceback nor a code that means something else; and the next run goes on."""
    shop.file("a.csv", "Email,First name,Last name\n" + "\n".join(f"p{n}@acme.com,P,N{n}" for n in range(100)))
    (shop.root / "sync.toml").write_text(
        '[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n[limits]\nrequests_per_second = 10\n'
    )
    run = crm_bridge.start("run", "--config", shop.root / "sync.toml", "--data", shop.data, DAGSTER_HOME="")
    while "writing contacts" not in run.out and not run.ended:
        time.sleep(0.01)
    run.send(stop)
    said = run.wait()
    assert said.code == 130
    assert said.err.splitlines() == ["crm-bridge: stopped before its end. The next run takes up where it was."]
    assert len(shop.contacts()) < 100
    shop.run()
    assert len(shop.contacts()) == 100


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=lambda stop: stop.name)
def test_a_stop_while_duckdb_works_is_a_stop(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, stop: signal.Signals
) -> None:
    """DuckDB makes an error of its own of what Dagster's handler raises: the run is stopped, and not failed."""
    monkeypatch.setenv("DAGSTER_HOME", "")
    shop.file("a.csv", "Email,First name,Last name\nada@acme.com,Ada,Lovelace")

    def work_long(work: Workspace) -> StageReport:
        timer = threading.Timer(0.2, os.kill, (os.getpid(), stop))
        timer.start()
        with work.engine() as engine:
            engine.connection.execute(ENDLESS)
        raise AssertionError

    monkeypatch.setattr(clean, "run", work_long)
    with pytest.raises(Interrupted, match="The next run takes up where it was"):
        execute(shop.work(str(uuid.uuid4())), "sync")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=lambda stop: stop.name)
def test_a_server_that_is_stopped_says_so(shop: Workshop, crm_bridge: Shell, stop: signal.Signals) -> None:
    """Its usual end is a stop, too: 130, and a line that makes no fuss."""
    (shop.root / "sync.toml").write_text('[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n')
    crm = crm_bridge.start("crm", "--config", shop.root / "sync.toml", "--data", shop.data, "--port", "0")
    while "API key:" not in crm.out and not crm.ended:
        time.sleep(0.01)
    time.sleep(0.3)  # it says where it listens before it listens to signals
    crm.send(stop)
    said = crm.wait()
    assert (said.code, said.line) == (130, "crm-bridge: stopped.")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=lambda stop: stop.name)
def test_any_command_can_be_stopped(shop: Workshop, crm_bridge: Shell, stop: signal.Signals) -> None:
    """Also one that does not heed signals itself."""
    (shop.root / "sync.toml").write_text(
        '[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n[crm]\nbase_url = "http://127.0.0.1:9"\n'
        'organization_id = "o"\nproject_id = "p"\napp_id = "a"\n[limits]\ndeadline_seconds = 60\n'
    )
    given = ("--config", shop.root / "sync.toml", "--data", shop.data)
    export = crm_bridge.start("export", *given, CRM_BRIDGE_CRM_API_KEY="gct_x")
    while not shop.data.exists() and not export.ended:
        time.sleep(0.01)
    time.sleep(0.5)
    export.send(stop)
    said = export.wait()
    assert (said.code, "stopped before its end" in said.line) == (130, True)

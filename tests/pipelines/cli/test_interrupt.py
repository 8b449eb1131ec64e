"""Stopping a run by hand."""

import signal
import time

import pytest

from tests.pipelines.shell import Shell
from tests.pipelines.workshop import Workshop


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

"""Stopping a run by hand."""

import signal
import subprocess
import sys

import pytest

from tests.pipelines.workshop import Workshop


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=lambda stop: stop.name)
def test_a_stopped_run_says_so_in_one_line(shop: Workshop, stop: signal.Signals) -> None:
    """Neither a traceback nor a code that means something else; and the next run goes on."""
    shop.file("a.csv", "Email,First name,Last name\n" + "\n".join(f"p{n}@acme.com,P,N{n}" for n in range(400)))
    (shop.root / "sync.toml").write_text('[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n')
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "run"]
    where = ["--config", str(shop.root / "sync.toml"), "--data", str(shop.data)]
    with subprocess.Popen([*command, *where], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        next(line for line in process.stdout if "writing contacts" in line)
        process.send_signal(stop)
        process.stdout.read()
        errors = process.stderr.read()
    assert process.returncode == 130
    assert errors.splitlines() == ["crm-bridge: stopped before its end. The next run takes up where it was."]
    shop.run()
    assert len(shop.contacts()) == 400

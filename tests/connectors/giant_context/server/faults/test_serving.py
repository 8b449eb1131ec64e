"""`--faults FILE`, and that without it nothing of the kind is near."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from connectors.giant_context import wire
from tests.connectors.giant_context.server.crm import KEY, REPOSITORY, ROOT

PACKAGE = "connectors.giant_context.server.faults"
MODULE = "from connectors.giant_context.server.__main__ import main; sys.argv[1:] = {arguments}"
COMMAND = "from pipelines.cli.app import main; sys.argv[1:] = ['crm', *{arguments}]"
SERVE = "import atexit, sys; {way}; atexit.register(lambda: print(*sorted(sys.modules))); main()"
FILE = '[[fault]]\nroute = "POST contacts"\nnth = 1\nkind = "reset_after"\n'


def start(way: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a CRM that says, when it ends, which modules it had."""
    script = SERVE.format(way=way.format(arguments=["--port", "0", *arguments]))
    environment = os.environ | {"CRM_BRIDGE_CRM_API_KEY": KEY}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", script], stdout=pipe, stderr=pipe, text=True, env=environment, cwd=REPOSITORY
    )


def test_a_served_crm_misbehaves_as_its_file_says(tmp_path: Path) -> None:
    """The command takes the file, says so, and breaks the connection after the contact was created."""
    file = tmp_path / "faults.toml"
    file.write_text(FILE)
    with start(COMMAND, "--data", str(tmp_path), "--faults", str(file)) as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(6)]
            with httpx.Client(base_url=lines[0].split()[-1], timeout=20) as client:
                token = client.post(wire.TOKEN_PATH, json={"apiKey": KEY}).json()["token"]
                client.headers["authorization"] = f"Bearer {token}"
                with pytest.raises(httpx.ReadError):
                    client.post(f"{ROOT}/contacts", json={"firstName": "A", "lastName": "B"})
                assert client.get(f"{ROOT}/contacts").json()["meta"]["total"] == 1
        finally:
            process.send_signal(signal.SIGINT)
        modules, said = process.communicate(timeout=20)
    assert lines[5] == f"Misbehaves:    as {file} says\n"
    assert said == "fault: POST contacts, number 1: reset_after\ncrm-bridge: stopped.\n"
    assert PACKAGE in modules.split()


def test_a_served_crm_that_is_not_asked_to_has_nothing_of_it(tmp_path: Path) -> None:
    """Without --faults no module of the fault layer is ever imported."""
    with start(COMMAND, "--data", str(tmp_path)) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(5)]
        answer = httpx.get(lines[0].split()[-1] + f"{ROOT}/contacts", timeout=20)
        process.send_signal(signal.SIGINT)
        modules, said = process.communicate(timeout=20)
    assert answer.status_code == 401
    assert said == "crm-bridge: stopped.\n"
    assert "connectors.giant_context.server.app" in modules.split()
    assert not [module for module in modules.split() if module.startswith(PACKAGE)]


def test_a_wrong_file_ends_the_command_in_one_line(tmp_path: Path) -> None:
    """Where the file cannot be used nothing is served, and no CRM is made; the module takes a file, too."""
    file = tmp_path / "faults.toml"
    file.write_text(FILE.replace("reset_after", "reset"))
    with start(MODULE, "--data", str(tmp_path / "data"), "--faults", str(file)) as process:
        _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert said.startswith(f"error: {file}: [[fault]] 1: kind: must be one of ")
    assert said.count("\n") == 1
    assert not (tmp_path / "data" / "crm.db").exists()

"""`python -m tests.vendors`: a double answers over a socket, and keeps what was asked of it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

ASK = """
import os, sys, httpx
headers = {"authorization": "Bearer " + os.environ["CRM_BRIDGE_SECRET_HUBSPOT"]}
answer = httpx.get(f"http://127.0.0.1:{sys.argv[1]}/crm/objects/2026-09/contacts?limit=2", headers=headers)
sys.exit(len(answer.raise_for_status().json()["results"]))
"""


def test_it_is_served_while_a_command_runs_and_keeps_its_log(tmp_path: Path) -> None:
    """The command's exit code is ours; each request is a line of JSON with its status."""
    pytest.importorskip("tests.vendors.hubspot")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    log = tmp_path / "log.jsonl"
    serve = [sys.executable, "-m", "tests.vendors", "hubspot", "--port", port, "--log", str(log)]
    command = [*serve, "--while", sys.executable, "-c", ASK, port]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert said.returncode == 2, said.stderr.decode()
    (line,) = log.read_text("utf-8").splitlines()
    seen = json.loads(line)
    assert (seen["method"], seen["path"], seen["status"]) == ("GET", "/crm/objects/2026-09/contacts", 200)
    assert seen["query"] == {"limit": "2"}

"""Doubles are served, too: for demonstrations, and for clients that are no Python."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

ASK = """
import json, os, urllib.request
body = json.dumps({{"apiKey": os.environ["CRM_BRIDGE_SECRET_GIANT_CONTEXT"]}}).encode()
headers = {{"content-type": "application/json"}}
request = urllib.request.Request("http://127.0.0.1:{port}/auth/token", body, headers)
with urllib.request.urlopen(request) as answer:
    print(answer.status)
"""


def test_a_double_is_served_while_a_command_runs() -> None:
    """It answers over a socket, the command knows its secret, and it ends with the command's exit code."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.vendors", "giant_context", "--port", str(port), "--contacts", "3"]
    ask = [sys.executable, "-c", ASK.format(port=port)]
    said = subprocess.run(
        [*command, "--while", *ask], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (said.returncode, said.stdout.splitlines()[-1:]) == (0, ["200"]), said.stderr[-500:]

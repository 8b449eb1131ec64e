"""A few histories on every run of the tests; `make torture` goes through thousands."""

from __future__ import annotations

import subprocess
import sys

from tests.connectors.giant_context.server.crm import REPOSITORY


def test_some_histories_lose_nothing_double_nothing_and_respect_humans() -> None:
    """Whatever humans, sources, faults and kills do in a few fixed histories, the promises hold after each run."""
    fixed = ["--only-histories", "--histories", "8", "--worlds", "2", "--seed", "1", "--processes", "1"]
    command = [sys.executable, "-m", "tests.torture", *fixed]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]

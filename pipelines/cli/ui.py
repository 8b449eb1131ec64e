"""The Dagster UI with the embedded CRM beside it, as one command that ends both."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from connectors.errors import BridgeError
from pipelines.cli.execution import dagster_home

HOST: Final = "127.0.0.1"
DAGSTER: Final = (sys.executable, "-m", "dagster")


@contextmanager
def dagster_dev(config: Path, data: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run Dagster's webserver and daemon while the context is open.

    Raises:
        BridgeError: Dagster's own storage could not be made ready.
    """
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(dagster_home(data, config.resolve().parent)),
        "CRM_BRIDGE_CONFIG": str(config.resolve()),
        "CRM_BRIDGE_DATA": str(data.resolve()),
        # What Dagster says of its own interfaces is for whoever develops with it.
        "PYTHONWARNINGS": "ignore",
    }
    # Several processes that meet an empty home at once can break it for good, so one makes it ready before.
    ready = subprocess.run([*DAGSTER, "instance", "migrate"], env=environment, capture_output=True, check=False)  # noqa: S603 - our own interpreter
    if ready.returncode:
        raise BridgeError(f"Dagster's storage in {environment['DAGSTER_HOME']} cannot be used.")
    command = [*DAGSTER, "dev", "-m", "pipelines.definitions", "-h", HOST, "-p", str(port)]
    # Started in its home, since it warns of any other dagster.yaml that it finds where it starts.
    process = subprocess.Popen(command, env=environment, cwd=environment["DAGSTER_HOME"])  # noqa: S603 - our own interpreter
    try:
        yield process
    finally:
        process.terminate()
        process.wait()

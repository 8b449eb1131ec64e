"""`crm-bridge ui`: Dagster's UI in a process of its own, which ends with this one, with the embedded CRM beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from connectors.errors import BridgeError
from connectors.giant_context.server.serve import listen, serve
from pipelines.cli.execution import dagster_home
from pipelines.lake.lock import UiLock

if TYPE_CHECKING:
    import uvicorn

    from pipelines.workspace import Workspace

HOST: Final = "127.0.0.1"

GRACE: Final = 30
"""Seconds that Dagster's processes have for their end, before they are killed."""


def serve_both(work: Workspace, config: Path, port: int, crm_port: int) -> None:
    """Serve Dagster's UI, and the embedded CRM where that is the target, until a signal ends them, or one ends itself.

    Raises:
        Busy: another one is open over the data folder.
        ConfigurationError: a port cannot be had, or Dagster's home cannot be used.
        BridgeError: Dagster's process has ended by itself.
    """
    UiLock(work.lake.root).take()  # until this process ends
    with dagster_ui(config, work.lake.root, port) as process:
        if work.settings.crm.embedded:
            serve(work.lake.root, HOST, crm_port, option="--crm-port", begun=partial(_end_with, process))
            if process.poll() is None:
                return  # a signal has ended the CRM's server
        code = process.wait()
    raise BridgeError(f"Dagster's process has ended by itself (code {code}).", guidance="Start again: crm-bridge ui.")


@contextmanager
def dagster_ui(config: Path, data: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Serve Dagster's UI, with its daemon, while the context is open; the process says itself when it is ready.

    The process is told of the end of this one by the pipe between them, whatever ends it, and then ends all that it has
    started. It leads a session, so that a Ctrl-C is for this process alone, and that all of it can be ended at once.

    Raises:
        ConfigurationError: the port cannot be had, or Dagster's home cannot be used.
    """
    home = dagster_home(data, config.resolve().parent)
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(home),
        "CRM_BRIDGE_CONFIG": str(config.resolve()),
        "CRM_BRIDGE_DATA": str(data.resolve()),
        # What Dagster says of its own interfaces is for whoever develops with it.
        "PYTHONWARNINGS": "ignore",
    }
    with listen(HOST, port) as listening:
        number = listening.fileno()
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            (sys.executable, "-m", "pipelines.cli.dagster_host", str(number)),
            stdin=subprocess.PIPE,
            env=environment,
            cwd=home,
            pass_fds=[number],
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def _end_with(process: subprocess.Popen[bytes], server: uvicorn.Server) -> None:
    """Let a server of this process end when Dagster's process does."""

    def wait() -> None:
        process.wait()
        server.should_exit = True

    threading.Thread(target=wait, daemon=True).start()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let the process and all that it has started end."""
    if process.stdin is not None:
        process.stdin.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()

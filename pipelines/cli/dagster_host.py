"""`python -m pipelines.cli.dagster_host SOCKET`: Dagster's webserver and daemon, in one process that `ui` starts.

One process, since each of them takes seconds to import; the code location has its own, as Dagster wants it, and runs
are children of that. All of it is a session of its own that lives no longer than the pipe on standard input is open.
"""

from __future__ import annotations

import io
import os
import signal
import socket
import sys
import threading
from contextlib import redirect_stdout, suppress
from typing import Final, NoReturn

import uvicorn
from dagster import DagsterInstance
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster._daemon.controller import DagsterDaemonController, create_daemons_from_instance
from dagster._utils.log import configure_loggers
from dagster_webserver.app import create_app_from_workspace_process_context

from connectors.errors import storage_trouble
from connectors.giant_context.server.hosts import LoopbackHosts
from connectors.giant_context.server.serve import configured
from pipelines.cli.front import PostedGraphQL

GRACE: Final = 15.0
"""Seconds that runs under way have to stop by themselves, once all of it is to end."""


class Server(uvicorn.Server):
    """Says so when it answers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        for one in sockets or ():
            host, port = one.getsockname()[:2]
            sys.stdout.write(f"Dagster UI:    http://{host}:{port} is ready (Ctrl-C ends it)\n")
        sys.stdout.flush()


def main() -> None:
    """Serve until the pipe closes, or a signal says so; then end all that was started here."""
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell that runs this in the background ignores one
        signal.signal(number, signal.default_int_handler)
    listening, parent = socket.socket(fileno=int(sys.argv[1])), os.getppid()
    threading.Thread(target=_hear_the_end, daemon=True).start()
    code = 0
    try:
        _serve(listening)
    except KeyboardInterrupt:
        pass
    except Exception as error:  # noqa: BLE001 - whatever it is, its processes end
        code = 3
        trouble = storage_trouble(error) or f"unexpected {type(error).__name__}"
        sys.stderr.write(f"crm-bridge: Dagster cannot serve its UI from {os.environ['DAGSTER_HOME']}: {trouble}.\n")
    finally:
        _end_all(code, orphaned=os.getppid() != parent)


def _serve(listening: socket.socket) -> None:
    configure_loggers(log_level="WARNING")
    instance = DagsterInstance.get()
    with redirect_stdout(io.StringIO()):  # it says which storages it looks at
        # Several processes that meet an empty home at once can break it for good, so this one makes it ready before.
        instance.upgrade()
    target = ModuleTarget("pipelines.definitions", None, None, None)
    # None of these is closed at the end: that may take a minute, and they are made to be killed.
    workspace = WorkspaceProcessContext(instance, target, code_server_log_level="WARNING")
    controller = DagsterDaemonController(workspace, create_daemons_from_instance(instance))
    app = create_app_from_workspace_process_context(workspace, live_data_poll_rate=2000)
    server = Server(configured(LoopbackHosts(PostedGraphQL(app))))
    threading.Thread(target=_watch, args=(controller, server), daemon=True).start()
    server.run(sockets=[listening])


def _watch(controller: DagsterDaemonController, server: uvicorn.Server) -> None:
    """End with the daemon, should one of its threads fail: schedules would stand still without a word."""
    try:
        controller.check_daemon_loop()
    finally:
        server.should_exit = True


def _hear_the_end() -> None:
    """Wait for the pipe to close: whoever started this one has ended, however it came to that."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _end_all(code: int, *, orphaned: bool) -> NoReturn:
    """End all processes of the session, this one last: gently, then not."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    timer = threading.Timer(GRACE, os.killpg, (0, signal.SIGKILL))
    timer.daemon = True
    timer.start()
    os.killpg(0, signal.SIGTERM)
    with suppress(ChildProcessError):
        while True:
            os.wait()  # the code location's process, which waits for its runs
    if orphaned:
        os.killpg(0, signal.SIGKILL)
    os._exit(code)


if __name__ == "__main__":
    main()

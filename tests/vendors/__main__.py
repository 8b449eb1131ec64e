"""`python -m tests.vendors hubspot --port 8790`: serve a vendor's double on 127.0.0.1 until it is stopped.

With `--while COMMAND …` it is served while that command runs, and its exit code is ours. `--log FILE` keeps each
request that came as a line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import uvicorn
from starlette.types import Receive, Scope, Send

from tests.vendors.double import Double, Seen


def main() -> None:
    """Serve the double that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.vendors", description="Serve a vendor's double.")
    parser.add_argument("vendor", choices=("giant_context", "hubspot", "pipedrive", "salesforce"))
    parser.add_argument("--port", type=int, default=8790)
    parser.add_argument("--contacts", type=int, default=250)
    parser.add_argument("--companies", type=int, default=40)
    parser.add_argument("--activities", type=int, default=100)
    parser.add_argument("--log", type=Path, metavar="FILE")
    parser.add_argument("--while", nargs=argparse.REMAINDER, dest="command", metavar="COMMAND")
    given = parser.parse_args()
    made: type[Double] = import_module(f"tests.vendors.{given.vendor}").Vendor
    double = made(contacts=given.contacts, companies=given.companies, activities=given.activities)
    double.now = datetime.now(UTC)
    if given.log is not None:
        double.log = Kept(given.log)
    config = configured(double, port=given.port)
    config.app = by_our_clock(double)
    variable = f"CRM_BRIDGE_SECRET_{given.vendor.upper()}"
    said = f"{given.vendor}: a made-up account with {given.contacts} contacts on http://127.0.0.1:{given.port}\n"
    sys.stdout.write(said if given.command else f"{said}{variable}={double.secret}\n")
    sys.stdout.flush()
    server = uvicorn.Server(config)
    if not given.command:
        server.run()
    else:
        os.environ[variable] = double.secret
        sys.exit(asyncio.run(_serve_while(server, given.command)))


def by_our_clock(double: Double) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """The double's application, whose clock goes on as ours does."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        double.now = datetime.now(UTC)
        await double.asgi(scope, receive, send)

    return application


def configured(double: Double, *, port: int = 0) -> uvicorn.Config:
    """How a double is served on this machine."""
    # uvicorn takes a bound method for an application of ASGI 2.
    made = {"interface": "asgi3", "log_level": "warning", "date_header": False}
    return uvicorn.Config(double.asgi, host="127.0.0.1", port=port, **made)  # type: ignore[arg-type]


class Kept(list[Seen]):
    """A log that is written to a file, too."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def append(self, seen: Seen) -> None:
        """Add a request."""
        super().append(seen)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(seen)) + "\n")


async def _serve_while(server: uvicorn.Server, command: list[str]) -> int:
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.05)
        if serving.done():  # the port is taken
            return 1
    try:
        running = await asyncio.create_subprocess_exec(*command)
        return await running.wait()
    finally:
        server.should_exit = True
        await serving


if __name__ == "__main__":
    main()

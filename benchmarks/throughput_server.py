"""The embedded CRM on a socket in a process of its own, with some latency or a limit, for the throughput benchmark.

    python -m benchmarks.throughput_server --data DIR [--delay SECONDS] [--per-second N]

Latency is added in the server, before each call is handled: on one machine that costs neither side any work, as a real
line would not, whereas a proxy between them would take a share of the same cores. `--per-second N` is a bucket of N
tokens that gains N a second; whoever finds it empty is answered 429 with `Retry-After: 1`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import uvicorn

from connectors.giant_context.server.app import create_app
from connectors.giant_context.server.serve import listen

KEY = "gct_benchmark"

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


class Bucket:
    """Takes in `rate` calls a second, and as many at once after a while without any."""

    def __init__(self, rate: float, now: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._now = rate, now
        self._tokens, self._last = rate, now()

    def take(self) -> bool:
        """Whether one more may come in."""
        now = self._now()
        self._tokens = min(self._rate, self._tokens + (now - self._last) * self._rate)
        self._last = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


def slowed(app: App, delay: float, bucket: Bucket | None) -> App:
    """The app behind a line with this latency, and this limit."""

    async def handle(
        scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        if delay and scope["type"] == "http":
            await asyncio.sleep(delay)
        if bucket and scope["type"] == "http" and not scope["path"].startswith("/auth") and not bucket.take():
            headers = [(b"content-type", b"application/json"), (b"content-length", b"2"), (b"retry-after", b"1")]
            await send({"type": "http.response.start", "status": 429, "headers": headers})
            await send({"type": "http.response.body", "body": b"{}"})
            return
        await app(scope, receive, send)

    return handle


@contextmanager
def served(data: Path, delay: float = 0.0, per_second: float = 0.0) -> Iterator[str]:
    """Serve a data folder from another process for a while; gives the base URL."""
    command = [sys.executable, "-m", "benchmarks.throughput_server", "--data", str(data)]
    command += ["--delay", str(delay), "--per-second", str(per_second)]
    with Popen(command, stdout=PIPE, text=True, cwd=Path(__file__).parents[1]) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


def serve(argv: list[str] | None = None) -> None:
    """Read the command line, say the port, serve until terminated."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput_server")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--per-second", type=float, default=0.0)
    given = parser.parse_args(argv)
    with listen("127.0.0.1", 0) as listening:
        app: Any = create_app(given.data, api_key=KEY)
        print(listening.getsockname()[1], flush=True)
        bucket = Bucket(given.per_second) if given.per_second else None
        config = uvicorn.Config(slowed(app, given.delay, bucket), access_log=False, log_level="warning", lifespan="off")
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    serve()

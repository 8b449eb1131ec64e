"""A proxy before a CRM that loses, delays, repeats, refuses and cuts calls.

`python -m tests.torture.faulty_proxy URL SEED` prints its own URL, and is told what to do by `POST /proxy` with a JSON
object:

- `share`: how many of the calls meet a fault, 0 to 1; which fault, the seed says;
- `outage`: parts of paths, such as `/contacts`: each writing call to them is answered 502 and never forwarded;
- `kill`: the process `pid`, killed at the `at`th writing call from now on, `when` it is forwarded: "before" or "after".

`GET /proxy` answers what it has done: writes forwarded, faults by kind, calls that are still under way.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
from collections import Counter
from typing import Any, Final

import aiohttp
from aiohttp import web

FAULTS: Final = ("502 before", "502 after", "cut before", "cut after", "delay", "twice", "429", "truncated")

LONGEST_DELAY: Final = 1.0
"""Seconds that a call may be under way without anybody waiting for it: the settle time of the walk is longer."""

HOP: Final = ("host", "connection", "content-length", "transfer-encoding", "keep-alive")
"""Headers that belong to one connection."""

Answer = tuple[int, dict[str, str], bytes]


class Proxy:
    """Passes calls on, as well as it was told to."""

    def __init__(self, upstream: str, seed: int) -> None:
        self.upstream = upstream
        self.chance = random.Random(seed)  # noqa: S311 - which call meets which fault is no secret
        self.share = 0.0
        self.outage: list[str] = []
        self.death: dict[str, Any] = {}
        self.done: Counter[str] = Counter()
        self.under_way = 0
        self.http: aiohttp.ClientSession

    async def control(self, request: web.Request) -> web.Response:
        """Be told, or tell."""
        if request.method == "POST":
            told = await request.json()
            self.share, self.outage = told.get("share", 0.0), told.get("outage", [])
            self.death = told.get("kill", {})
        return web.json_response({"under_way": self.under_way, **self.done})

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Pass a call on, or not."""
        body = await request.read()
        self.under_way += 1
        try:
            # A caller that is gone does not stop what the network still carries.
            answer = await asyncio.shield(asyncio.ensure_future(self._carried(request, body)))
        finally:
            self.under_way -= 1
        return await self._answered(request, answer)

    async def _carried(self, request: web.Request, body: bytes) -> Answer | str:
        """The answer, or how it is spoiled."""
        writes = request.method != "GET" and not request.path.endswith("/auth/token")
        if writes and any(part in request.path for part in self.outage):
            self.done["outage"] += 1
            return self._refusal(502)
        if writes and self._dies("before"):
            return "cut"
        fault = self.chance.choice(FAULTS) if self.chance.random() < self.share else None
        if fault == "twice" and request.method == "POST" and request.path.endswith("/activities"):
            fault = None  # the API has nothing that tells a repeated log from a second one: nobody could undo it
        if fault is not None:
            self.done[fault] += 1
        if fault in ("502 before", "cut before", "429"):
            return "cut" if fault == "cut before" else self._refusal(int(fault[:3]))
        if fault == "delay":
            await asyncio.sleep(self.chance.random() * LONGEST_DELAY)
        answer = await self._forwarded(request, body)
        if writes:
            self.done["writes"] += 1
        if fault == "twice":
            answer = self.chance.choice([answer, await self._forwarded(request, body)])
        if writes and self._dies("after"):
            return "cut"
        if fault == "502 after":
            return self._refusal(502)
        if fault in ("cut after", "truncated"):
            return "cut" if fault == "cut after" else (answer[0], {**answer[1], "x-cut": "1"}, answer[2])
        return answer

    def _refusal(self, status: int) -> Answer:
        headers = {"content-type": "application/json"} | ({"retry-after": "0"} if status == 429 else {})
        return status, headers, b'{"message": "not now", "code": "UNAVAILABLE"}'

    def _dies(self, when: str) -> bool:
        """Count a writing call towards the death that was ordered, and bring it about when it is due."""
        if self.death.get("when") != when:
            return False
        self.death["at"] -= 1
        if self.death["at"] > 0:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.death["pid"], signal.SIGKILL)
            self.done["killed"] += 1
        self.death = {}
        return True

    async def _forwarded(self, request: web.Request, body: bytes) -> Answer:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP}
        async with self.http.request(
            request.method, self.upstream + request.path_qs, data=body or None, headers=headers
        ) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP}
            return answer.status, kept, await answer.read()

    async def _answered(self, request: web.Request, answer: Answer | str) -> web.StreamResponse:
        if isinstance(answer, str):
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        status, headers, body = answer
        if headers.pop("x-cut", None):
            response = web.StreamResponse(status=status, headers={**headers, "content-length": str(len(body))})
            await response.prepare(request)
            await response.write(body[: len(body) // 2])
            if request.transport is not None:
                request.transport.abort()
            return response
        return web.Response(status=status, headers=headers, body=body)


async def serve(upstream: str, seed: int) -> None:
    """Serve until killed."""
    proxy = Proxy(upstream, seed)
    proxy.http = aiohttp.ClientSession(auto_decompress=False, timeout=aiohttp.ClientTimeout(total=60))
    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/proxy", proxy.control)
    app.router.add_route("*", "/{path:.*}", proxy.call)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    sys.stdout.write(f"http://{host}:{port}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))

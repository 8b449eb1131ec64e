"""Loops over HTTP calls that keep no journal, judge no answer and learn no pace: what others are measured beside."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import aiohttp
import httpx

from connectors.giant_context import wire
from connectors.giant_context.server.access import APP_ID, ORGANIZATION_ID, PROJECT_ID
from connectors.http.transport import SocketTransport

Request = tuple[str, str, Any]
"""Method, path and body of a bare call."""

ROOT = wire.app_path(ORGANIZATION_ID, PROJECT_ID, APP_ID)

serial = iter(range(10**9))


def bodies(count: int) -> Iterator[dict[str, str]]:
    """New people."""
    for _ in range(count):
        number = next(serial)
        yield {
            "firstName": "New",
            "lastName": f"Name {number}",
            "email": f"new{number}.{time.time_ns()}@new.example",
            "phone": f"+1312{number:07d}",
            "title": "Buyer",
        }


def requests(kind: str, count: int, ids: Sequence[str]) -> list[Request]:
    """The same as bare calls."""
    if kind == "create":
        return [("POST", f"{ROOT}/contacts", body) for body in bodies(count)]
    if kind == "read":
        return [("GET", f"{ROOT}/contacts/{crm_id}", None) for crm_id in ids[:count]]
    title = {"title": f"Title {time.time_ns()}"}
    return [("PUT", f"{ROOT}/contacts/{crm_id}", title) for crm_id in ids[:count]]


async def in_flight(width: int, jobs: Sequence[Request], job: Callable[[Request], Awaitable[None]]) -> float:
    """Do the jobs with so many at once; returns jobs a second."""
    left = iter(jobs)

    async def worker() -> None:
        for one in left:
            await job(one)

    start = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(width)))
    return len(jobs) / (time.perf_counter() - start)


async def bare_httpx(base: str, token: str, jobs: Sequence[Request], width: int, *, ours: bool) -> float:
    """Calls a second of a bare loop over httpx: on our transport, or as it comes."""
    transport = SocketTransport(connections=width, keepalive=3.0) if ours else None
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, headers=headers, trust_env=False, timeout=30) as client:

        async def call(request: Request) -> None:
            answer = await client.request(request[0], base + request[1], json=request[2])
            answer.raise_for_status().json()

        return await in_flight(width, jobs, call)


async def bare_aiohttp(base: str, token: str, jobs: Sequence[Request], width: int) -> float:
    """Calls a second of a bare loop over aiohttp itself."""
    async with aiohttp.ClientSession(
        headers={"authorization": f"Bearer {token}"}, connector=aiohttp.TCPConnector(limit=width)
    ) as session:

        async def call(request: Request) -> None:
            async with session.request(request[0], base + request[1], json=request[2], raise_for_status=True) as answer:
                await answer.json()

        return await in_flight(width, jobs, call)

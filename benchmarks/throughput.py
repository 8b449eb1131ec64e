"""Calls a second of our whole apply path over a real socket, beside bare loops over the same calls.

    python -m benchmarks.throughput [--rows 3000] [--repeats 3] [--no-limit] [--json]

The embedded CRM answers from a process of its own (`throughput_server.py`). Ours is what a run does once its plan is
made: operations become INTENT, SENT and DONE in a ledger on disk. The bare loops keep no journal, judge no answer and
learn no pace: httpx on our transport with the concurrency that turned out best, httpx as it comes at 16, and aiohttp.
All take turns in the same run, and each figure is the median of its repeats.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any, Literal

import httpx
from pydantic import SecretStr

from benchmarks.bare_loops import Request, bare_aiohttp, bare_httpx, bodies, in_flight, requests
from benchmarks.report import tell
from benchmarks.throughput_server import KEY, served
from connectors.giant_context import wire
from connectors.giant_context.client import GiantContext
from connectors.giant_context.server.access import APP_ID, ORGANIZATION_ID, PROJECT_ID
from connectors.http import Limits
from connectors.http.transport import SocketTransport
from pipelines.applying.manner import Manner
from pipelines.applying.outcomes import Outcomes
from pipelines.applying.rereading import Standing
from pipelines.applying.sending import Sending
from pipelines.applying.tally import DONE
from pipelines.ledger.effects import Effect, Operation, op_key
from pipelines.ledger.journal import Journal
from pipelines.ledger.ledger import Ledger

WIDTHS = (1, 2, 4, 8, 16, 32)
CEILING = 32
"""What our own concurrency may grow to: as far as the bare loop is tried."""

Way = Callable[[], Awaitable[float]]


class NoJournal(Journal):
    """A journal that keeps nothing: what the journal costs is the difference."""

    def __init__(self) -> None:
        """Take nothing to write into."""

    def intend(self, run: str, operations: Any) -> None:
        """Keep nothing."""

    def mark_sent(self, run: str, operations: Sequence[Operation], as_intended: Sequence[Operation] = ()) -> None:
        """Keep nothing."""

    def mark_done(self, effects: Sequence[Effect]) -> None:
        """Keep nothing."""


def operations(kind: str, count: int, ids: Sequence[str]) -> list[Operation]:
    """What a run would send: new people, or a new title for those who are there."""
    if kind == "create":
        return [
            Operation(op_key("bench", body["email"]), "contacts", "create", body["email"], body, _sent(body))
            for body in bodies(count)
        ]
    title = {"title": f"Title {time.time_ns()}"}
    return [
        Operation(op_key("bench", crm_id, title["title"]), "contacts", "update", crm_id, title, title, crm_id)
        for crm_id in ids[:count]
    ]


def _sent(body: Mapping[str, str]) -> dict[str, str]:
    return {"first_name": body["firstName"], "last_name": body["lastName"], "email": body["email"]}


class Counting(SocketTransport):
    """Counts answers by status."""

    statuses: dict[int, int]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send, and count."""
        answer = await super().handle_async_request(request)
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        return answer


def client(base: str, transport: httpx.AsyncBaseTransport | None = None) -> GiantContext:
    """Our client, as a run has it."""
    return GiantContext(
        base_url=base,
        organization_id=ORGANIZATION_ID,
        project_id=PROJECT_ID,
        app_id=APP_ID,
        api_key=SecretStr(KEY),
        limits=Limits(concurrency=CEILING),
        transport=transport,
    )


async def apply(
    base: str,
    wanted: Sequence[Operation],
    *,
    reread: Literal["always", "never"] = "never",
    journal: Journal | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> float:
    """Operations a second of our whole path, over a fresh ledger on disk; `journal` takes the place of its journal."""
    with (
        tempfile.TemporaryDirectory(prefix="crm-bench-") as folder,
        closing(Ledger(Path(folder) / "ledger.db", "bench")) as kept,
    ):
        kept.journal = journal or kept.journal
        async with client(base, transport) as crm:
            await crm.list_contacts(page_size=1)  # a token is not what is measured
            standing = {("contacts", op.crm_id or ""): Standing() for op in wanted}
            if reread == "always":
                standing = {key: Standing(fields=await _fields(crm, key[1])) for key in standing}
            manner = Manner(run="bench", clears="null", reread=reread)
            outcomes = Outcomes(kept, max_refusals=25, concurrency=CEILING)
            start = time.perf_counter()
            kept.journal.intend("bench", wanted)
            await Sending(crm, kept, manner, outcomes).send(wanted, standing, lambda _: None)
            seconds = time.perf_counter() - start
    done = sum(outcomes.counts[outcome] for outcome in DONE.values())
    assert done == len(wanted), outcomes.counts
    return len(wanted) / seconds


async def _fields(crm: GiantContext, crm_id: str) -> dict[str, Any]:
    return (await crm.get_contact(crm_id)).model_dump(mode="json")


async def read(base: str, ids: Sequence[str]) -> float:
    """Reads a second through our client."""
    async with client(base) as crm:
        await crm.list_contacts(page_size=1)

        async def call(request: Request) -> None:
            await crm.get_contact(request[1])

        return await in_flight(CEILING, [("GET", crm_id, None) for crm_id in ids], call)


async def prepare(base: str, count: int) -> tuple[str, list[str]]:
    """A token, and contacts to read and to update."""
    async with httpx.AsyncClient(trust_env=False) as http:
        token = (await http.post(base + wire.TOKEN_PATH, json={"apiKey": KEY})).json()["token"]
    async with client(base) as crm:
        people = [wire.ContactCreate.model_validate(body) for body in bodies(count)]
        return token, [contact.id for contact in await asyncio.gather(*(crm.create_contact(one) for one in people))]


async def compare(base: str, rows: int, repeats: int) -> dict[str, float]:
    """All ways, in turns, for creates, updates and reads."""
    token, ids = await prepare(base, rows)
    figures: dict[str, float] = {}
    for kind in ("create", "update", "read"):
        measured = await compare_one(base, kind, token, ids, repeats)
        figures |= {f"{kind}_{name}": value for name, value in measured.items()}
    # Each updated row was read before: two calls a row.
    figures["update_ours_reread_calls_to_bare"] = 2 * figures["update_ours_reread"] / figures["update_bare"]
    return figures


async def compare_one(base: str, kind: str, token: str, ids: Sequence[str], repeats: int) -> dict[str, float]:
    """All ways for one kind of call."""

    def jobs(count: int = len(ids)) -> list[Request]:
        return requests(kind, count, ids)

    async def ours() -> float:
        return await (read(base, ids) if kind == "read" else apply(base, operations(kind, len(ids), ids)))

    async def reading_again() -> float:
        return await apply(base, operations(kind, len(ids), ids), reread="always")

    async def unjournalled() -> float:
        return await apply(base, operations(kind, len(ids), ids), journal=NoJournal())

    tried = {width: await bare_httpx(base, token, jobs(max(50, len(ids) // 4)), width, ours=True) for width in WIDTHS}
    best = max(tried, key=lambda width: tried[width])

    async def bare() -> float:
        return await bare_httpx(base, token, jobs(), best, ours=True)

    async def as_it_comes() -> float:
        return await bare_httpx(base, token, jobs(), 16, ours=False)

    async def by_aiohttp() -> float:
        return await bare_aiohttp(base, token, jobs(), best)

    ways: dict[str, Way] = {"ours": ours, "bare": bare, "httpx": as_it_comes, "aiohttp": by_aiohttp}
    if kind == "update":
        ways["ours_reread"] = reading_again
    if kind == "create":
        ways["ours_unjournalled"] = unjournalled
    seen = await in_turns(ways, repeats)
    ratios = {"ours_to_bare": seen["ours"] / seen["bare"], "ours_to_httpx": seen["ours"] / seen["httpx"]}
    return {"best_width": best} | seen | ratios


async def in_turns(ways: Mapping[str, Way], repeats: int) -> dict[str, float]:
    """The median of each way, taken in turns, so that what else the machine does meets all of them."""
    seen: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            seen[name].append(await way())
    return {name: median(values) for name, values in seen.items()}


async def journal(base: str, rows: int, repeats: int) -> dict[str, float]:
    """What part of the wall time of creates goes into the journal: with it, and without, in turns."""
    shares = []
    for _ in range(repeats):
        with_it = await apply(base, operations("create", rows, ()))
        without = await apply(base, operations("create", rows, ()), journal=NoJournal())
        shares.append(1 - with_it / without)
    return {"rows": rows, "share": median(shares)}


async def limited(base: str, rows: int, per_second: float) -> dict[str, float]:
    """How much of a server's limit is used, and how many of its answers are refusals. Once: it takes its time."""
    transport = Counting(connections=CEILING + 1, keepalive=3.0)
    transport.statuses = {}
    rate = await apply(base, operations("create", rows, ()), transport=transport)
    refused = transport.statuses.get(429, 0)
    return {"rows": rows, "used": rate / per_second, "refused": refused / sum(transport.statuses.values())}


def measure(rows: int, repeats: int, *, with_limit: bool, journalled: int) -> dict[str, float]:
    """All of it."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        for name, delay in (("loopback", 0.0), ("20ms", 0.02)):
            with served(Path(folder) / name, delay) as base:
                measured = asyncio.run(compare(base, rows, repeats))
                if journalled and not delay:
                    measured |= {
                        f"journal_{key}": value
                        for key, value in asyncio.run(journal(base, journalled, repeats)).items()
                    }
            figures |= {f"{name}_{key}": value for key, value in measured.items()}
        if with_limit:
            with served(Path(folder) / "limited", 0.0, 50) as base:
                measured = asyncio.run(limited(base, 3000, 50))
            figures |= {f"limited_{key}": value for key, value in measured.items()}
    return figures


def main(argv: list[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput", description="Measure calls a second.")
    parser.add_argument("--rows", type=int, default=3000, help="calls of each round")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--journalled", type=int, default=10_000, help="creates of which the journal's share is taken")
    parser.add_argument(
        "--no-limit", action="store_true", help="leave out the server with a limit, which takes a minute"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(argv)
    result = measure(given.rows, given.repeats, with_limit=not given.no_limit, journalled=given.journalled)
    rounded = {name: round(value, 4) for name, value in result.items()}
    tell("throughput", rounded, as_json=given.json)


if __name__ == "__main__":
    main()

"""How the embedded CRM's lists and searches hold up at size, through the ASGI app in process.

    python -m benchmarks.embedded_crm --rows 1000000 [--json] [--data DIR]

Page and search times are medians after a warm-up, creates the median of five rounds; loading and the first search for a
phrase with many hits (`search_many_fresh`) are measured once. The warm-up of the rare search pays for the sample that
the server takes. The ratios compare with the first page of the same run, so that they mean the same on any machine.
"fresh" searches are each for a phrase that was never searched before; "repeated" ones profit from hits that the server
remembers until contacts change. What a create and a logged activity cost is measured in two data folders, a small and a
large one, in turns: the CPU time of caller, server and database together, which no other process's load adds to.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median

import httpx

from benchmarks.report import tell
from connectors.giant_context import wire
from connectors.giant_context.server.access import APP_ID, ORGANIZATION_ID, PROJECT_ID
from connectors.giant_context.server.app import create_app
from connectors.giant_context.server.store import companies
from connectors.giant_context.server.store.ids import now
from connectors.giant_context.server.store.store import Store

PAGE_SIZE = 50
SIZES = {"1k": 1_000, "300k": 300_000}
"""How many contacts there are where creating and logging are measured; a tenth as many companies."""
WRITES, ROUNDS = 100, 7
FIRST = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Margaret", "Linus", "Katherine", "Tim", "Joan", "Ken")
LAST = ("Lovelace", "Hopper", "Turing", "Dijkstra", "Liskov", "Knuth", "Hamilton", "Johnson", "Clarke", "Thompson")
DOMAINS = ("example.com", "example.org", "mail.test", "firma.example", "corp.example")


def contacts(count: int) -> Iterator[dict[str, str]]:
    """Make up people whose e-mails are alike but for a number, as in real address books of one region."""
    chance = random.Random(1)
    for number in range(count):
        first, last = chance.choice(FIRST), chance.choice(LAST)
        yield {
            "first_name": first,
            "last_name": last,
            "email": f"{first}.{last}.{number:07d}@{chance.choice(DOMAINS)}".lower(),
            "phone": f"+4930{number:08d}",
        }


@asynccontextmanager
async def caller_of(data_dir: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Open a data folder, and give a client with a token."""
    app = create_app(data_dir, api_key="gct_benchmark")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        token = (await client.post(wire.TOKEN_PATH, json={"apiKey": "gct_benchmark"})).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        yield client
    app.state.store.close()


async def figures(data_dir: Path, repeats: int, creates: int) -> dict[str, float]:
    """Measure an already filled data folder, and return milliseconds, ratios and creates a second."""
    root = wire.app_path(ORGANIZATION_ID, PROJECT_ID, APP_ID)
    async with caller_of(data_dir) as client:
        chance = random.Random(2)

        async def page(number: int, search: str | None = None) -> int:
            params = {"page": str(number), "pageSize": str(PAGE_SIZE)} | ({"search": search} if search else {})
            answer = await client.get(f"{root}/contacts", params=params)
            assert answer.status_code == 200, answer.text
            return int(answer.json()["meta"]["total"])

        total = await page(1)
        last = -(-total // PAGE_SIZE)

        def rare() -> str:
            return f".{chance.randrange(total):07d}@"

        async def timed(call: Callable[[], Awaitable[int]]) -> float:
            await call()
            times = []
            for _ in range(repeats):
                start = time.perf_counter()
                await call()
                times.append((time.perf_counter() - start) * 1000)
            return median(times)

        result = {
            "rows": total,
            "first_page_ms": await timed(lambda: page(1)),
            "middle_page_ms": await timed(lambda: page(last // 2)),
            "last_page_ms": await timed(lambda: page(last)),
            "search_rare_fresh_ms": await timed(lambda: page(1, rare())),
            "search_many_repeated_ms": await timed(lambda: page(1, "@example.com")),
        }
        start = time.perf_counter()
        result["search_many_hits"] = await page(1, "@example.org")
        result["search_many_fresh_ms"] = (time.perf_counter() - start) * 1000
        result["walk_first_20_pages_ms_per_page"] = await walk(page, 1)
        result["walk_last_20_pages_ms_per_page"] = await walk(page, max(1, last - 19))
        # A whole URL, as the CRM's client gives it: joining one to a base costs httpx more than it seems.
        url = f"http://127.0.0.1{root}/contacts"
        result["creates_per_second_8_at_once"] = await creates_per_second(client, url, creates)
    for name in ("middle_page", "last_page", "search_rare_fresh", "search_many_repeated", "search_many_fresh"):
        result[f"{name}_ratio"] = result[f"{name}_ms"] / result["first_page_ms"]
    walked = result["walk_last_20_pages_ms_per_page"] / result["walk_first_20_pages_ms_per_page"]
    return result | {"walk_last_to_first_ratio": walked}


async def walk(page: Callable[[int], Awaitable[int]], start_page: int) -> float:
    """Return the median cost of a page while twenty are read in a row."""
    times = []
    for number in range(start_page, start_page + 20):
        start = time.perf_counter()
        await page(number)
        times.append((time.perf_counter() - start) * 1000)
    return median(times)


async def creates_per_second(client: httpx.AsyncClient, url: str, count: int) -> float:
    """Return how many contacts a second eight callers create together: the median of five rounds."""
    return median([await create(client, url, count // 5) for _ in range(5)])


async def create(client: httpx.AsyncClient, url: str, count: int) -> float:
    """Return how many contacts a second eight callers create together."""
    numbers = iter(range(count))

    async def caller() -> None:
        for number in numbers:
            name = f"new{number}.{time.time_ns()}"
            body = {"firstName": "New", "lastName": name, "email": f"{name}@new.example"}
            assert (await client.post(url, json=body)).status_code == 201

    start = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(8)))
    return count / (time.perf_counter() - start)


async def write_costs(folders: dict[str, Path]) -> dict[str, float]:
    """Return the CPU milliseconds of a create and of a logged activity in each folder, and how they grow.

    Each write names a contact and a company, from anywhere in the tables. The folders take turns, and a figure is the
    median of the rounds.
    """
    root = f"http://127.0.0.1{wire.app_path(ORGANIZATION_ID, PROJECT_ID, APP_ID)}"
    taken: dict[str, list[float]] = {}
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(caller_of(folder)) for name, folder in folders.items()}
        links = {name: await some_links(client, root) for name, client in clients.items()}
        for _ in range(ROUNDS):
            for name, client in clients.items():
                for kind, (path, body) in WRITTEN.items():
                    bodies = [body(link) for link in links[name]]
                    start = time.process_time()
                    for one in bodies:
                        assert (await client.post(f"{root}/{path}", json=one)).status_code == 201
                    cost = (time.process_time() - start) * 1000 / len(bodies)
                    taken.setdefault(f"{kind}_cpu_ms_at_{name}", []).append(cost)
    result = {figure: median(times) for figure, times in sorted(taken.items())}
    few, many = min(folders, key=SIZES.__getitem__), max(folders, key=SIZES.__getitem__)
    growth = {
        f"{kind}_growth": result[f"{kind}_cpu_ms_at_{many}"] / result[f"{kind}_cpu_ms_at_{few}"] for kind in WRITTEN
    }
    return result | growth


async def some_links(client: httpx.AsyncClient, root: str) -> list[dict[str, str]]:
    """Return the ids of contacts and companies from pages all over the lists."""
    links: dict[str, list[str]] = {"contactId": [], "companyId": []}
    for key, path in (("contactId", "contacts"), ("companyId", "companies")):
        total = (await client.get(f"{root}/{path}?pageSize=1")).json()["meta"]["total"]
        for place in range(WRITES):
            page = await client.get(f"{root}/{path}?pageSize=1&page={1 + place * total // WRITES}")
            links[key].append(page.json()["data"][0]["id"])
    return [dict(zip(links, pair, strict=True)) for pair in zip(*links.values(), strict=True)]


def new_contact(link: dict[str, str]) -> dict[str, str]:
    """Make up a contact of a company."""
    name = f"new{time.time_ns()}"
    return {"firstName": "New", "lastName": name, "email": f"{name}@new.example", "companyId": link["companyId"]}


def new_activity(link: dict[str, str]) -> dict[str, str]:
    """Make up an activity of a contact and a company."""
    return {"description": "Met", **link}


WRITTEN = {"create": ("contacts", new_contact), "log": ("activities", new_activity)}


def filled(data_dir: Path, rows: int) -> Path:
    """Fill a fresh data folder with contacts, and a tenth as many companies; return it."""
    store = Store(data_dir)
    store.load_contacts(contacts(rows))

    def found(connection: sqlite3.Connection) -> None:
        for number in range(max(1, rows // 10)):
            companies.create(connection, wire.CompanyCreate(name=f"Company {number}"), now)

    store.write(found).result()
    store.close()
    return data_dir


def measure(rows: int, data_dir: Path, repeats: int = 31) -> dict[str, float]:
    """Fill a fresh data folder and measure it."""
    store = Store(data_dir)
    start = time.perf_counter()
    store.load_contacts(contacts(rows))
    loading = time.perf_counter() - start
    store.close()
    result = {"load_seconds": loading} | asyncio.run(figures(data_dir, repeats, creates=min(4000, max(100, rows))))
    folders = {name: filled(data_dir / name, min(rows, size)) for name, size in SIZES.items()}
    return result | asyncio.run(write_costs(folders))


def main(argv: list[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.embedded_crm", description="Measure the embedded CRM.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--data", type=Path, help="an empty folder to work in (default: a temporary one)")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        result = measure(given.rows, given.data or Path(folder))
    rounded = {name: round(value, 3) for name, value in result.items()}
    tell("embedded_crm", rounded, as_json=given.json)


if __name__ == "__main__":
    main()

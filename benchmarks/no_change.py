"""What a run costs that has nothing to change: only the list pages, however many contacts there are.

    python -m benchmarks.no_change --rows 100000 [--json]

As many people are in a CSV file and, filled in past the API, in an embedded CRM. The first run meets them, the second
is counted: its calls by route, list pages apart from all others.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.report import tell
from connectors.giant_context.client import GiantContext
from connectors.giant_context.server.store.store import Store
from pipelines.applying import apply
from pipelines.crm import snapshot
from pipelines.identity import resolve
from pipelines.intake import clean, extract
from pipelines.planning import plan
from pipelines.settings import target
from pipelines.settings.sections import Settings
from pipelines.workspace import Workspace

STAGES = {stage.__name__.rsplit(".", 1)[-1]: stage for stage in (extract, clean, snapshot, resolve, plan, apply)}


def people(rows: int) -> Iterator[dict[str, Any]]:
    """Made-up people, as the CRM has them."""
    for number in range(rows):
        name = f"n{number}"
        yield {
            "first_name": f"First{number}",
            "last_name": f"Last{number}",
            "email": f"{name}@people.example",
            "title": f"Title {number % 97}",
        }


@dataclass
class Counted(Workspace):
    """A workspace whose calls are counted by route."""

    calls: Counter[str] = field(default_factory=Counter)

    @asynccontextmanager
    async def crm(self, *, within: float | None = None) -> AsyncIterator[GiantContext]:
        """A client of the embedded CRM whose every call goes by the counter."""
        async with target.connect(self.settings, self.lake.root, within=within) as client:
            inner = client._http.call

            async def call(method: str, path: str, *, route: str, **more: Any) -> Any:
                self.calls[f"{method} {route}"] += 1
                return await inner(method, path, route=route, **more)

            client._http.call = call  # type: ignore[method-assign]
            yield client


def run(settings: Settings, data: Path) -> tuple[dict[str, int], float]:
    """One run from the sources to the CRM: its calls by route, and the seconds it took."""
    work = Counted(settings, data, str(uuid.uuid4()))
    begin = time.perf_counter()
    try:
        for name, stage in STAGES.items():
            work.reports[name] = stage.run(work)
    finally:
        work.lock.free()
    return dict(work.calls), time.perf_counter() - begin


def measure(rows: int, folder: Path) -> dict[str, float]:
    """Fill both sides, meet once, count the second run."""
    inbox, data = folder / "inbox", folder / "data"
    inbox.mkdir()
    data.mkdir()
    with (inbox / "people.csv").open("w", encoding="utf-8") as file:
        file.write("ID,First name,Last name,Email,Title\n")
        for number, one in enumerate(people(rows)):
            file.write(f"{number},{one['first_name']},{one['last_name']},{one['email']},{one['title']}\n")
    with closing(Store(data)) as store:
        store.load_contacts(people(rows))
    sources = {"people": {"kind": "csv_file", "options": {"path": str(inbox)}}}
    settings = Settings.model_validate({"sources": sources, "folder": folder})
    run(settings, data)
    calls, seconds = run(settings, data)
    tokens = calls.pop("POST /auth/token", 0)
    pages = sum(
        count for what, count in calls.items() if what in ("GET …/contacts", "GET …/companies", "GET …/activities")
    )
    others = sum(calls.values()) - pages
    return {"rows": rows, "list_pages": pages, "other_calls": others, "token_calls": tokens, "run_seconds": seconds}


def main(argv: list[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.no_change", description="Count an idle run's calls.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        figures = measure(given.rows, Path(folder))
    tell("no_change", figures, as_json=given.json)


if __name__ == "__main__":
    main()

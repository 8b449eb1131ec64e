"""What a first pull of contacts costs from each vendor's double, beside a bare loop over the same calls and beside dlt.

    python -m benchmarks.pulls --rows 100000 [--few 25000] [--many 250000] [--repeats 3] [--json] [--data DIR]

The double is served by a process of its own. In turns, each in a fresh process: `bare` sends, one after the other, the
very requests that the connector sends, with httpx, and reads each answer's JSON (a CSV answer's bytes), and keeps
nothing; `ours` pulls, lands all records as Parquet and moves the cursor; `dlt`, for HubSpot, runs its declarative
`rest_api` source over the same list into Parquet files. Figures are medians; the ratios compare within one turn.
Memory is the peak of the process beyond what it held before the first call.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx

from benchmarks.folders import work_folder
from benchmarks.memory import forget_peak, peak_bytes
from benchmarks.report import tell
from connectors.http.transport import SocketTransport
from pipelines.cli.arrow import without_pandas

VENDORS: Final = ("hubspot", "salesforce", "pipedrive")
PEERED: Final = "hubspot"
"""The vendor whose double dlt reads, too."""
ROOT: Final = Path(__file__).parents[1]


class Recording(httpx.AsyncBaseTransport):
    """Sends requests, and remembers them."""

    def __init__(self) -> None:
        self._inner = SocketTransport(connections=9, keepalive=3.0)
        self.seen: list[dict[str, Any]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one."""
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "content-length")}
        self.seen.append(
            {"method": request.method, "url": str(request.url), "headers": headers, "body": request.content.decode()}
        )
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()


def settings_of(vendor: str, url: str, folder: Path) -> Path:
    """Write the settings of a source that reads the double at `url`; return their file."""
    double = import_module(f"tests.vendors.{vendor}").Vendor(contacts=1, companies=1, activities=1)
    os.environ[f"CRM_BRIDGE_SECRET_{vendor.upper()}"] = double.secret
    options = "\n".join(f"{key} = {json.dumps(value)}" for key, value in double.options(url).items())
    path = folder / f"{vendor}.toml"
    path.write_text(f'[sources.{vendor}]\nkind = "{vendor}"\n[sources.{vendor}.options]\n{options}\n', "utf-8")
    return path


def ours(vendor: str, url: str, folder: Path, record: Path | None = None) -> dict[str, float]:
    """Pull and land the contacts; with `record` the requests are kept there."""
    from pipelines.intake import pulling  # noqa: PLC0415 - only one of the measured processes loads it
    from pipelines.settings import file, sources  # noqa: PLC0415 - only one of the measured processes loads it
    from pipelines.workspace import Workspace  # noqa: PLC0415 - only one of the measured processes loads it

    settings = file.load(settings_of(vendor, url, folder))
    transport = Recording() if record else None
    work = Workspace(settings, folder / f"data-{time.time_ns()}", "benchmark", transport=transport)
    sources.build(vendor, settings)  # what it imports is no part of a pull
    forget_peak()
    before, start = peak_bytes(), time.perf_counter()

    def refuse(_: str, refusal: Exception) -> None:
        raise refusal

    pulled = pulling.pull(work, vendor, refuse, only="contacts")["contacts"]
    seconds = time.perf_counter() - start
    if record and transport:
        record.write_text(json.dumps(transport.seen), "utf-8")
    return {"seconds": seconds, "rows": pulled.rows, "bytes": peak_bytes() - before}


def bare(record: Path) -> dict[str, float]:
    """Send the recorded requests one after the other, and read each answer's JSON."""
    calls = json.loads(record.read_text("utf-8"))

    async def loop() -> None:
        async with httpx.AsyncClient(timeout=60) as client:
            for call in calls:
                answer = await client.request(
                    call["method"], call["url"], headers=call["headers"], content=call["body"].encode() or None
                )
                assert answer.is_success or answer.status_code == 404, answer.status_code
                if "json" in answer.headers.get("content-type", "") and answer.content:
                    answer.json()

    forget_peak()
    before, start = peak_bytes(), time.perf_counter()
    asyncio.run(loop())
    return {"seconds": time.perf_counter() - start, "rows": len(calls), "bytes": peak_bytes() - before}


def with_dlt(url: str, folder: Path) -> dict[str, float]:
    """Run dlt's `rest_api` source over HubSpot's list of contacts into Parquet files."""
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
    os.environ["DLT_DATA_DIR"] = str(folder / "dlt")
    import dlt  # noqa: PLC0415 - only one of the measured processes loads it
    from dlt.sources.rest_api import rest_api_source  # noqa: PLC0415 - only one of the measured processes loads it

    double = import_module("tests.vendors.hubspot").Vendor(contacts=1, companies=1, activities=1)
    source = rest_api_source(
        {
            "client": {
                "base_url": f"{url}/crm/objects/2026-09/",
                "auth": {"type": "bearer", "token": double.secret},
                "paginator": {"type": "cursor", "cursor_path": "paging.next.after", "cursor_param": "after"},
            },
            "resources": [
                {
                    "name": "contacts",
                    "endpoint": {"path": "contacts", "params": {"limit": 100}, "data_selector": "results"},
                }
            ],
        }
    )
    pipeline = dlt.pipeline(
        f"contacts_{time.time_ns()}",
        pipelines_dir=str(folder / "dlt" / "pipelines"),
        destination=dlt.destinations.filesystem(bucket_url=(folder / "dlt" / "out").as_uri()),
        dataset_name="contacts",
    )
    forget_peak()
    before, start = peak_bytes(), time.perf_counter()
    pipeline.run(source, loader_file_format="parquet")
    seconds = time.perf_counter() - start
    trace = pipeline.last_trace
    assert trace is not None
    assert trace.last_normalize_info is not None
    rows = trace.last_normalize_info.row_counts["contacts"]
    return {"seconds": seconds, "rows": rows, "bytes": peak_bytes() - before}


@contextmanager
def served(vendor: str, rows: int) -> Iterator[str]:
    """Serve a vendor's double with so many contacts, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "tests.vendors", vendor, "--port", str(port), "--contacts", str(rows)]
    with subprocess.Popen(
        [*command, "--companies", "100", "--activities", "10"], cwd=ROOT, stdout=subprocess.DEVNULL
    ) as server:
        try:
            _await_server(url)
            yield url
        finally:
            server.terminate()


def _await_server(url: str) -> None:
    for _ in range(600):
        try:
            httpx.get(f"{url}/")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the double does not answer")


def child(what: str, vendor: str, url: str, folder: Path, record: Path) -> dict[str, float]:
    """Measure in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.pulls", "--child", what, vendor, url, str(folder), str(record)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    figures: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    return figures


def turns(vendor: str, rows: int, repeats: int, folder: Path, *, with_peer: bool) -> list[dict[str, dict[str, float]]]:
    """Measure all kinds of reading so many contacts, in turns; every turn of ours and of dlt must give them all."""
    record = folder / f"{vendor}.json"
    kinds = ("bare", "ours", "dlt") if with_peer else ("bare", "ours")
    with served(vendor, rows) as url:
        child("record", vendor, url, folder, record)
        found = [{kind: child(kind, vendor, url, folder, record) for kind in kinds} for _ in range(repeats)]
    assert all(turn[kind]["rows"] == rows for turn in found for kind in kinds[1:]), "records are missing"
    return found


def measure(few: int, rows: int, many: int, repeats: int, folder: Path) -> dict[str, float]:
    """Return rows a second, memory, and their ratios, by vendor."""
    result: dict[str, float] = {"few": few, "rows": rows, "many": many}
    for vendor in VENDORS:
        small = turns(vendor, few, repeats, folder, with_peer=False)
        usual = turns(vendor, rows, repeats, folder, with_peer=vendor == PEERED)
        result[f"{vendor}_rows_per_second"] = median(rows / turn["ours"]["seconds"] for turn in usual)
        for of, taken in (("few", small), ("rows", usual)):
            ratio = median(turn["bare"]["seconds"] / turn["ours"]["seconds"] for turn in taken)
            result[f"{vendor}_to_bare_of_{of}"] = ratio
        result[f"{vendor}_mb_of_few"] = median(turn["ours"]["bytes"] for turn in small) / 1e6
        if vendor == PEERED:
            result["dlt_rows_per_second"] = median(rows / turn["dlt"]["seconds"] for turn in usual)
            result["dlt_mb_of_rows"] = median(turn["dlt"]["bytes"] for turn in usual) / 1e6
            result[f"{vendor}_mb_of_rows"] = median(turn["ours"]["bytes"] for turn in usual) / 1e6
            result["hubspot_to_dlt"] = median(turn["dlt"]["seconds"] / turn["ours"]["seconds"] for turn in usual)
            result["hubspot_memory_to_dlt"] = median(turn["ours"]["bytes"] / turn["dlt"]["bytes"] for turn in usual)
        if many:
            (large,) = turns(vendor, many, 1, folder, with_peer=False)
            result[f"{vendor}_mb_of_many"] = large["ours"]["bytes"] / 1e6
            result[f"{vendor}_memory_growth"] = result[f"{vendor}_mb_of_many"] / result[f"{vendor}_mb_of_few"]
    return result


def main(argv: list[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pulls", description="Measure pulls.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument(
        "--few", type=int, default=25_000, help="where fixed costs weigh, and memory is looked at first"
    )
    parser.add_argument("--many", type=int, default=250_000, help="where memory is looked at again; 0: nowhere")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--data", type=Path, help="an empty folder to work in (default: a temporary one)")
    parser.add_argument("--child", nargs=5, help=argparse.SUPPRESS)
    given = parser.parse_args(argv)
    if given.child:
        what, vendor, url, folder, record = given.child
        if what != "dlt":
            without_pandas()  # as the commands do
        made = {
            "record": lambda: ours(vendor, url, Path(folder), Path(record)),
            "ours": lambda: ours(vendor, url, Path(folder)),
            "bare": lambda: bare(Path(record)),
            "dlt": lambda: with_dlt(url, Path(folder)),
        }[what]()
        sys.stdout.write(json.dumps(made) + "\n")
        return
    with work_folder(given.data) as folder:
        result = measure(given.few, given.rows, given.many, given.repeats, folder)
    tell("pulls", {name: round(value, 3) for name, value in result.items()}, as_json=given.json)


if __name__ == "__main__":
    main()

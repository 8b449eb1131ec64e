"""A backfill from Dagster's UI: a range of 30 days is one run that pulls exactly that window; then a sync writes it."""

from __future__ import annotations

import json
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
import uvicorn

from pipelines.cli.execution import execute
from pipelines.intake.facts import WINDOW
from pipelines.settings.sources import layout_of, secret_variable
from tests.pipelines.cli.open_ui import opened
from tests.pipelines.workshop import Workshop
from tests.vendors.__main__ import configured
from tests.vendors.double import Double

pytest.importorskip("playwright", reason="playwright is not installed: make test installs it")

from tests.browser.walking import CHROMIUM, choose_range, launch_backfill, launch_job, walking

START = datetime(2026, 2, 1, tzinfo=UTC)
DAYS = 30
RUNS = "{ runsOrError { ... on Runs { results { jobName status tags { key value } } } } }"


@contextmanager
def served(double: Double) -> Iterator[str]:
    """Serve a double from a thread, where the test can change its world; gives its address."""
    server = uvicorn.Server(configured(double))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def finished(address: str, job: str, *, count: int = 1) -> list[dict[str, Any]]:
    """The runs of a job, once so many are there and all have succeeded."""
    for _ in range(240):
        answer = httpx.post(f"{address}/graphql", json={"query": RUNS}, timeout=60).json()
        runs = [run for run in answer["data"]["runsOrError"]["results"] if run["jobName"] == job]
        assert not [run for run in runs if run["status"] in ("FAILURE", "CANCELED")]
        if len(runs) >= count and all(run["status"] == "SUCCESS" for run in runs):
            return runs
        time.sleep(0.5)
    raise AssertionError(job)


def millis(moment: datetime) -> int:
    """A moment as HubSpot's filters have it."""
    return int(moment.timestamp() * 1000)


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}: apt-get install chromium")
def test_a_range_in_the_dialog_is_one_run_of_that_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The double's log has that window alone. What came late is written; newer versions and a human's edit stand."""
    hubspot = pytest.importorskip("tests.vendors.hubspot")
    bounds = pytest.importorskip("tests.vendors.hubspot_filters").bounds
    double = hubspot.Vendor(contacts=120, companies=0, activities=0)
    monkeypatch.setenv(secret_variable("hubspot"), double.secret)
    monkeypatch.setenv("DAGSTER_HOME", "")  # the history is that of the data folder, as the UI has it

    def at(moment: datetime, record: str, title: str) -> None:
        """Let a record say something with that change time, which may lie before all that was pulled."""
        now, double.now = double.now, moment
        double.touch("contacts", [record], email=f"p{record}@acme.example", jobtitle=title)
        double.now = now

    def title(record: str) -> str | None:
        return shop.contact(f"p{record}@acme.example").title

    end = START + timedelta(days=DAYS)
    late, newer, edited = double.ids("contacts")[:3]
    at(START - timedelta(days=9), late, "First")
    at(end + timedelta(days=60), newer, "Newest")
    at(START - timedelta(days=9), edited, "First")
    with served(double) as account:
        source = {"kind": "hubspot", "options": double.options(account), "start": "2026-01-01"}
        shop = Workshop(tmp_path, sources={"hubspot": source})
        execute(shop.work(str(uuid.uuid4())), "sync")
        assert [title(record) for record in (late, newer, edited)] == ["First", "Newest", "First"]
        at(START, late, "Came late")
        at(START + timedelta(days=10), newer, "Older")
        at(end - timedelta(milliseconds=1), edited, "Came late")
        shop.edit(shop.contact(f"p{edited}@acme.example").id, title="Typed by a human")
        double.log.clear()
        with (
            opened(tmp_path, settings(source), **{secret_variable("hubspot"): double.secret}) as ui,
            walking(address := ui.said("Dagster UI:")) as page,
        ):
            choose_range(page, "hubspot/contacts", str(START.date()), str((end - timedelta(days=1)).date()), DAYS)
            launch_backfill(page)
            (run,) = finished(address, "__ASSET_JOB")
            searches = [one.body["filterGroups"] for one in double.asked("/contacts/search")]
            assert {tag["key"] for tag in run["tags"]} >= {"dagster/backfill", "dagster/asset_partition_range_end"}
            launch_job(page, "sync")
            finished(address, "sync")
    windows = [bounds("contacts", groups)[0] for groups in searches]
    assert min(low for low, _ in windows) == millis(START)
    assert max(high for _, high in windows) == millis(end) - 1
    (landing,) = [one for one in shop.work().lake.landings() if WINDOW in one.facts]
    column = layout_of("hubspot", shop.settings, "contacts", landing.columns).columns["source_id"][0]
    landed = pq.read_table(landing.path).column(column).to_pylist()
    records = {one: double.world.record("contacts", int(one), []) for one in double.ids("contacts")}
    changed = {one: datetime.fromisoformat(record["updatedAt"]) for one, record in records.items()}
    assert sorted(landed) == sorted(one for one, moment in changed.items() if START <= moment < end)
    assert [title(record) for record in (late, newer, edited)] == ["Came late", "Newest", "Typed by a human"]


def settings(source: dict[str, Any]) -> str:
    """The settings file of a source."""
    options = "".join(f"options.{key} = {json.dumps(value)}\n" for key, value in source["options"].items())
    return f'[sources.hubspot]\nkind = "hubspot"\nstart = {source["start"]}\n{options}[match]\ndefault_region = "US"\n'

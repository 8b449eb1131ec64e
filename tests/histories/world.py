"""A world that histories run in: every run, and every look at it, is a fork that ends before the next one begins.

So a run can be killed like any process, and the process that draws the histories never holds a thread of DuckDB's.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from connectors.errors import BridgeError
from connectors.giant_context.client import GiantContext
from connectors.giant_context.wire import ContactUpdate
from pipelines.lake.lake import Lake
from tests.pipelines.crash import NEVER, MortalShop, Points
from tests.pipelines.faults import Call, Fault, Mishap
from tests.pipelines.forks import forked
from tests.pipelines.truth import DECLARED, journal, owed, unended, unsound
from tests.pipelines.workshop import SYNC

AGAIN = ("snapshot", "resolve", "plan", "apply")
Act = tuple[str, str, dict[str, Any]]
"""What a human does to a contact: the deed, the contact's id, and with what."""


@dataclass(frozen=True)
class Weather:
    """What a run meets: faults by the number of the call, no CRM from a call on, death at a durable point."""

    faults: Mapping[int, Mishap] = field(default_factory=dict)
    outage: int = NEVER
    fatal: int = NEVER

    @property
    def fair(self) -> bool:
        """Whether it disturbs nothing."""
        return not self.faults and self.outage == NEVER and self.fatal == NEVER

    def rule(self) -> Any:
        """A rule for the calls of one run."""
        count = 0

        def meet(_: Call) -> Mishap | None:
            nonlocal count
            count += 1
            return Fault.UNREACHABLE if count >= self.outage else self.faults.get(count)

        return meet


@dataclass(frozen=True)
class Seen:
    """What is there after a run."""

    contacts: dict[str, dict[str, Any]]
    """By id."""
    ours: dict[str, dict[str, Any]]
    """The fields that the ledger says we ever wrote, by contact."""
    states: list[str]
    left: list[str]
    """What the ledger leaves to a human: last names and ids of contacts."""
    sent: list[str]
    """Contacts of which nobody knows whether an update has arrived."""
    open: int
    """Operations that nobody has ended."""
    owed: int
    """Operations that wait for their time, since they were lost so often."""
    wrong: list[str]
    """What no weather excuses."""
    listed: dict[str, list[str]]
    """By last name: the rules under which the plan lists the person for a human."""
    landed: dict[str, int]
    """By file: the rows of its newest landing, the rejected ones included."""
    writes: list[str]
    points: int
    error: str
    killed: bool = False

    @classmethod
    def read(cls, path: Path) -> Seen:
        """What a fork has written down."""
        return cls(**json.loads(path.read_text("utf-8")))


class World:
    """One data folder, its inbox and its settings."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def copy(self, root: Path) -> World:
        """A world that starts from this one as it is."""
        shutil.copytree(self.root, root)
        return World(root)

    def write(self, name: str, rows: Sequence[Sequence[str]], day: int) -> None:
        """Put a version of a file into the inbox."""
        MortalShop(self.root).table(name, rows[0], rows[1:], day=day)

    def live(
        self, sections: dict[str, Any], acts: Sequence[Act], weather: Weather, removed: Sequence[str], *stages: str
    ) -> Seen:
        """Let humans act, then run, in one process that may be killed; returns what is there afterwards."""
        told = self.root / "seen.json"
        told.unlink(missing_ok=True)

        def run() -> None:
            shop = MortalShop(self.root, **sections)
            act(shop, acts)
            points, error = Points(weather.fatal), ""
            try:
                shop.count(points, weather.rule(), *(stages or SYNC))
            except BridgeError as problem:
                error = f"{type(problem).__name__}: {problem}"
            look(shop, told, removed, writes=shop.writes, points=len(points.passed), error=error)

        end = forked(run)
        if end < 0:
            assert forked(lambda: look(MortalShop(self.root, **sections), told, removed, killed=True)) == 0
        else:
            assert end == 0, "a run ended in an error that nobody foresaw"
        return Seen.read(told)


def act(shop: MortalShop, acts: Sequence[Act]) -> None:
    """Do what humans do, in the CRM itself."""

    async def go(client: GiantContext) -> None:
        for deed, crm_id, what in acts:
            if deed == "edit":
                await client.update_contact(crm_id, ContactUpdate(**what))
            elif deed == "tag":
                await client.tag_contact(crm_id, what["tag"])
            elif deed == "untag":
                await client.untag_contact(crm_id, what["tag"])

    if acts:
        shop.crm(go)
    for deed, crm_id, _ in acts:
        if deed == "delete":
            shop.remove(crm_id)


def look(shop: MortalShop, told: Path, removed: Sequence[str], **run: Any) -> None:
    """Write down what is there."""
    contacts = {one.id: one.model_dump(mode="json") for one in shop.contacts()}
    seen = {
        "contacts": contacts,
        "ours": _written(shop.data / "ledger.db"),
        "states": [row["state"] for row in journal(shop)],
        "left": [
            row["crm_id"] or json.loads(row["body"]).get("lastName", "")
            for row in journal(shop)
            if row["state"] in DECLARED or owed(row)
        ],
        "sent": [row["crm_id"] for row in journal(shop) if row["state"] == "SENT" and row["number"]],
        "open": len(unended(shop)),
        "owed": sum(map(owed, journal(shop))),
        "wrong": unsound(shop, removed),
        "listed": {},
        "landed": {},
        "writes": [],
        "points": 0,
        "error": "",
        **run,
    }
    if not run.get("killed"):
        seen["listed"], seen["landed"] = _listed(shop), _landed(shop)
    told.write_text(json.dumps(seen), "utf-8")


def _written(path: Path) -> dict[str, dict[str, Any]]:
    if not path.exists():
        return {}
    with closing(sqlite3.connect(path, timeout=30)) as database:
        rows = database.execute("SELECT crm_id, echoed FROM written WHERE object = 'contacts'").fetchall()
    return {crm_id: json.loads(echoed) for crm_id, echoed in rows}


def _table(shop: MortalShop, name: str) -> list[dict[str, Any]]:
    path = Lake(shop.data).find(None, name)
    return [] if path is None else pq.read_table(path).to_pylist()


def _listed(shop: MortalShop) -> dict[str, list[str]]:
    names = {row["person_id"]: row["last_name"] for row in _table(shop, "golden")}
    found: dict[str, list[str]] = {}
    for row in _table(shop, "plan"):
        if row["decision"] == "review" and row["entity_id"] in names:
            found.setdefault(str(names[row["entity_id"]]), []).append(row["rule"])
    return found


def _landed(shop: MortalShop) -> dict[str, int]:
    newest: dict[str, dict[str, Any]] = {}
    for row in _table(shop, "landings"):
        before = newest.get(row["file"])
        if before is None or before["sequence"] < row["sequence"]:
            newest[row["file"]] = row
    return {name: row["rows"] + row["rejected"] for name, row in newest.items()}

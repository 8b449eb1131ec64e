"""A small world for tests: an inbox of CSV text, settings, a data folder with its embedded CRM, and runs over them."""

from __future__ import annotations

import asyncio
import copy
import csv
import io
import os
import shutil
import sqlite3
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import pyarrow.parquet as pq

from connectors.giant_context.client import GiantContext
from connectors.giant_context.server.store.store import Store
from connectors.giant_context.wire import Activity, Company, CompanyWrite, Contact, ContactCreate, ContactUpdate
from pipelines.applying import apply, verify
from pipelines.crm import export, reach, snapshot
from pipelines.identity import candidates, resolve
from pipelines.intake import clean, extract
from pipelines.lake.lake import Lake
from pipelines.planning import plan
from pipelines.settings.sections import Settings
from pipelines.workspace import StageReport, Workspace

T = TypeVar("T")

STAGES: Final[Mapping[str, Callable[[Workspace], StageReport]]] = {
    "reach": reach.run,
    "extract": extract.run,
    "clean": clean.run,
    "snapshot": snapshot.run,
    "resolve": resolve.run,
    "candidates": candidates.run,
    "plan": plan.run,
    "apply": apply.run,
    "verify": verify.run,
    "export": export.run,
}
TO_CLEAN: Final = ("extract", "clean")
TO_RESOLVE: Final = (*TO_CLEAN, "snapshot", "resolve")
TO_PLAN: Final = (*TO_RESOLVE, "plan")
SYNC: Final = (*TO_PLAN, "apply")
AGAIN: Final = ("snapshot", "resolve", "plan", "apply")
"""What says something new where the sources and their settings have not changed."""

FIRST_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Workshop:
    """One inbox, one data folder, and any number of runs over them.

    `sections` are tables of `sync.toml`; without `sources` there is one, `inbox`, that reads the folder `inbox/`.
    """

    def __init__(self, root: Path, **sections: Any) -> None:
        self.root = root
        self.inbox = root / "inbox"
        self.data = root / "data"
        self.sections = sections
        self.allowed: dict[str, int] = {}
        self.inbox.mkdir(parents=True, exist_ok=True)

    def twin(self, root: Path) -> Self:
        """A workshop in another folder that went through all that this one did; none of its runs may be open."""
        shutil.copytree(self.root, root, dirs_exist_ok=True)
        return type(self)(root, **copy.deepcopy(self.sections))

    @property
    def settings(self) -> Settings:
        """The settings as they are now: change `sections` between runs to change them."""
        sections = {
            "sources": {"inbox": {"kind": "csv_file", "options": {"path": "inbox"}}},
            "match": {"default_region": "US", "candidates": False},
            "limits": {"threads": 1},
            **self.sections,
        }
        return Settings.model_validate({**sections, "folder": self.root})

    # The sources

    def file(self, name: str, text: str, *, day: int = 1, folder: str = "inbox") -> Path:
        """Put a file into the inbox; `day` is the day of its date, 1 = 2026-01-01. Text may be indented."""
        path = self.root / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [line.strip() for line in text.strip("\n").splitlines()]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        moment = (FIRST_DAY + timedelta(days=day - 1)).timestamp()
        os.utime(path, (moment, moment))
        return path

    def table(self, name: str, header: Sequence[str], rows: Sequence[Sequence[str]], *, day: int = 1) -> Path:
        """Put a file into the inbox, cell by cell, each as it is."""
        path = self.inbox / name
        text = io.StringIO(newline="")
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([header, *rows])
        path.write_text(text.getvalue(), "utf-8", newline="")
        moment = (FIRST_DAY + timedelta(days=day - 1)).timestamp()
        os.utime(path, (moment, moment))
        return path

    # Runs

    def work(self, run: str | None = None) -> Workspace:
        """A workspace of a new run, or of the one named; whoever runs stages with it frees its lock."""
        return Workspace(self.settings, self.data, run or str(uuid.uuid4()), allowed=self.allowed)

    def run(self, *stages: str, run: str | None = None) -> Workspace:
        """Run stages, all up to `apply` when none is named, and free the lock; `reports` has their counts."""
        work = self.work(run)
        try:
            for stage in stages or SYNC:
                work.reports[stage] = STAGES[stage](work)
        finally:
            work.lock.free()
        return work

    def rows(self, table: str, *, order: str | None = None) -> list[dict[str, Any]]:
        """A current table's rows as dicts."""
        path = Lake(self.data).find(None, table)
        if path is None:
            raise LookupError(table)
        found = pq.read_table(path)
        rows: list[dict[str, Any]] = (found.sort_by(order) if order else found).to_pylist()
        return rows

    # The CRM, as a human sees it

    def crm(self, job: Callable[[GiantContext], Awaitable[T]]) -> T:
        """Do something with a client of the embedded CRM."""

        async def go() -> T:
            async with self.work("human").crm() as client:
                return await job(client)

        return asyncio.run(go())

    def contacts(self) -> list[Contact]:
        """All contacts, oldest first."""
        return sorted(self.crm(_all_contacts), key=lambda contact: contact.created_at)

    def contact(self, key: str) -> Contact:
        """The one contact whose e-mail, phone, last name or id is `key`."""
        (found,) = [c for c in self.contacts() if key in (c.email, c.phone, c.last_name, c.id)]
        return found

    def companies(self) -> list[Company]:
        """All companies, by name."""
        return sorted(self.crm(_all_companies), key=lambda company: company.name)

    def timeline(self, crm_id: str) -> list[Activity]:
        """A contact's activities, newest first."""
        return self.crm(lambda client: client.contact_activities(crm_id))

    def type_in(self, **fields: Any) -> Contact:
        """Create a contact by hand."""
        return self.crm(lambda client: client.create_contact(ContactCreate(**fields)))

    def type_in_company(self, **fields: Any) -> Company:
        """Create a company by hand."""
        return self.crm(lambda client: client.create_company(CompanyWrite(**fields)))

    def edit(self, crm_id: str, **fields: Any) -> Contact:
        """Change a contact by hand; None clears a field."""
        return self.crm(lambda client: client.update_contact(crm_id, ContactUpdate(**fields)))

    def edit_company(self, crm_id: str, **fields: Any) -> Company:
        """Change a company by hand."""
        return self.crm(lambda client: client.update_company(crm_id, CompanyWrite(**fields)))

    def untag(self, crm_id: str, tag: str) -> Contact:
        """Take a tag away by hand."""
        return self.crm(lambda client: client.untag_contact(crm_id, tag))

    def unsubscribe(self, crm_id: str) -> None:
        """Let the CRM itself note that a contact wants no e-mail: no call of the API can."""
        with closing(sqlite3.connect(self.data / "crm.db")) as database, database:
            database.execute("UPDATE contacts SET email_subscribed = 0 WHERE id = ?", [crm_id])

    def remove(self, crm_id: str) -> None:
        """Delete a contact as a human would in the CRM itself."""
        with closing(Store(self.data)) as store:
            store.remove_contact(crm_id)


async def _all_contacts(client: GiantContext) -> list[Contact]:
    found: list[Contact] = []
    while True:
        page = await client.list_contacts(page=len(found) // 200 + 1, page_size=200)
        found += page.data
        if not page.data or len(found) >= page.meta.total:
            return found


async def _all_companies(client: GiantContext) -> list[Company]:
    found: list[Company] = []
    while True:
        page = await client.list_companies(page=len(found) // 200 + 1, page_size=200)
        found += page.data
        if not page.data or len(found) >= page.meta.total:
            return found

"""A double of another app of the CRM's API: the embedded CRM itself, on the double's clock, in a folder of its own.

An app of its own here would be a third telling of one contract. The embedded server is held to that contract by the
published client and by its own description, its clock can be given, and what a person does past the API (an old change
time, a removal) its file takes.
"""

# ruff: noqa: S608 - the names in the statements are our own
from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
import weakref
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final

from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount
from starlette.types import Scope

from connectors.giant_context.server import access
from connectors.giant_context.server.app import create_app
from connectors.giant_context.server.store.ids import new_id, stamp
from connectors.giant_context.server.store.normal_text import email_key, search_text
from connectors.testing.double import Double, Flaw, flawed

CODES: Final = {400: "BAD_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND", 429: "RATE_LIMITED"}


class Vendor(Double):
    """One CRM app, with contacts that are oldest first in its file and newest first in its lists."""

    kind: ClassVar[str] = "giant_context"
    streams: ClassVar[Mapping[str, str]] = {name: name for name in ("companies", "contacts", "activities")}
    secret: ClassVar[str] = "gct_the-key-of-the-other-app"
    unchanging: ClassVar[frozenset[str]] = frozenset({"activities"})
    undeletable: ClassVar[frozenset[str]] = frozenset({"companies", "activities"})
    one_view: ClassVar[str] = "a key of an app shows all of the app's records, or is refused a list"

    def __init__(self, *, contacts: int = 50, companies: int = 10, activities: int = 20, same_moment: int = 0) -> None:
        folder = Path(tempfile.mkdtemp(prefix="giant-context-"))
        self._app: FastAPI = create_app(folder, api_key=self.secret, clock=lambda: self.now)
        weakref.finalize(self, _remove, self._app, folder)
        super().__init__(contacts=contacts, companies=companies, activities=activities, same_moment=same_moment)
        self._app.state.store.write(self._fill).result()
        self._flaws: dict[str, Flaw] = {}
        self._tokens: set[str] = set()

    def routes(self) -> Sequence[BaseRoute]:
        """All of the embedded CRM."""
        return [Mount("/", self._app)]

    def options(self, base_url: str) -> dict[str, Any]:
        """The embedded CRM's one app."""
        ids = {"organization_id": access.ORGANIZATION_ID, "project_id": access.PROJECT_ID, "app_id": access.APP_ID}
        return {"base_url": base_url, **ids}

    def ids(self, stream: str) -> list[str]:
        """All, without archived contacts."""
        stands = " WHERE status <> 'archived'" if stream == "contacts" else ""
        with self._app.state.store.snapshot() as connection:
            return [row[0] for row in connection.execute(f"SELECT id FROM {stream}{stands} ORDER BY ordinal")]

    def touch(self, stream: str, ids: Sequence[str], **values: str) -> None:
        """Change records now; `values` by the columns of the file."""
        changes = {**values, "updated_at": stamp(self.now)}
        marks = ", ".join(f"{column} = ?" for column in changes)

        def job(connection: sqlite3.Connection) -> None:
            rows = [(*changes.values(), record) for record in ids]
            connection.executemany(f"UPDATE {stream} SET {marks} WHERE id = ?", rows)

        self._app.state.store.write(job).result()

    def delete(self, stream: str, record: str) -> None:
        """Archive a contact: what is removed for good, the API does not tell."""
        self.touch(stream, [record], status="archived")

    def restore(self, stream: str, record: str) -> None:
        """Let an archived contact be active again."""
        self.touch(stream, [record], status="active")

    def spoil(self, stream: str, record: str, flaw: Flaw) -> None:  # noqa: ARG002 - ids are unique in the app
        """Show a record with a flaw from now on."""
        self._flaws[record] = flaw

    async def _routed(self, scope: Scope, raw: bytes) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = await super()._routed(scope, raw)
        if status == 200 and scope["path"].endswith("/auth/token"):
            self._tokens.add(json.loads(body)["token"])
        elif status == 200 and self._flaws:
            page = json.loads(body)
            page["data"] = [flawed(one, self._flaws.get(one["id"])) for one in page["data"]]
            body = json.dumps(page).encode()
        return status, headers, body

    @property
    def access_tokens(self) -> Collection[str]:
        """Those that the key was exchanged for."""
        return self._tokens

    def remove(self, contact: str) -> None:
        """Remove a contact for good, as nobody can through the API."""
        self._app.state.store.remove_contact(contact)

    def add(self, stream: str, count: int, **values: str) -> list[str]:
        """Create records now, at the head of the list; returns their ids."""
        return self._app.state.store.write(lambda file: self._insert(file, stream, [self.now] * count, values)).result()  # type: ignore[no-any-return]

    def error(self, status: int) -> tuple[Any, dict[str, str]]:
        """An error as the API writes it."""
        return {"message": f"error {status}", "code": CODES.get(status, "INTERNAL_ERROR")}, {}

    # The world

    def _fill(self, file: sqlite3.Connection) -> None:
        for table in self.streams:
            count = self.counts[table]
            self._insert(file, table, [self.moment_of(number, count) for number in range(count)], {})

    def _insert(
        self, file: sqlite3.Connection, table: str, moments: Sequence[datetime], values: Mapping[str, str]
    ) -> list[str]:
        (last,) = file.execute(f"SELECT coalesce(max(ordinal), 0) FROM {table}").fetchone()
        linked = {
            name: [row[0] for row in file.execute(f"SELECT id FROM {name} ORDER BY ordinal")] for name in _LINKED[table]
        }
        rows = []
        for number, moment in enumerate(moments, last + 1):
            row = {"ordinal": number, "id": new_id(), "created_at": stamp(moment), **_RECORDS[table](number)}
            if table != "activities":
                row["updated_at"] = stamp(moment)
            for name, ids in linked.items():
                row[_LINKS[name]] = ids[number % len(ids)] if ids else None
            rows.append({**row, **values})
        if rows:
            names, marks = ", ".join(rows[0]), ", ".join("?" * len(rows[0]))
            file.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", [tuple(row.values()) for row in rows])
        return [str(row["id"]) for row in rows]


_LINKS: Final = {"companies": "company_id", "contacts": "contact_id"}
_LINKED: Final[Mapping[str, Sequence[str]]] = {
    "companies": (),
    "contacts": ("companies",),
    "activities": ("companies", "contacts"),
}


def _company(number: int) -> dict[str, Any]:
    name = f"Company {number}"
    address = json.dumps({"street": f"Street {number}", "city": "Berlin", "country": "DE"})
    return {
        "name": name,
        "website": f"company{number}.example",
        "annual_revenue": number * 1000.5,
        "address": address,
        "search_text": search_text(name),
    }


def _contact(number: int) -> dict[str, Any]:
    name, email = f"Person{number}", f"person{number}@company{number % 10}.example"
    properties = {"linkedin_url": f"https://linkedin.example/in/person{number}", "email_opt_out": number % 7 == 0}
    return {
        "first_name": "Pat",
        "last_name": name,
        "email": email,
        "email_key": email_key(email),
        "properties": json.dumps(properties),
        "tags": json.dumps(["customer", f"tag; {number % 3}"]),
        "email_subscribed": int(number % 5 > 0),
        "search_text": search_text("Pat", name, email),
    }


def _activity(number: int) -> dict[str, Any]:
    said = f"Viewed page {number}"
    return {"source": "website", "description": said, "data": json.dumps({"page": number}), "search_text": said}


_RECORDS: Final[Mapping[str, Callable[[int], dict[str, Any]]]] = {
    "companies": _company,
    "contacts": _contact,
    "activities": _activity,
}


def _remove(app: FastAPI, folder: Path) -> None:
    app.state.store.close()
    shutil.rmtree(folder, ignore_errors=True)

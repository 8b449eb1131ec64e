"""What must hold after any run, whatever it met: nothing is there twice, and what the ledger calls done is there."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from connectors.giant_context.client import GiantContext
from connectors.giant_context.wire import Activity, Contact
from tests.pipelines.workshop import Workshop

DECLARED = ("UNKNOWN", "REJECTED")
"""The states in which an operation waits for a human, and says so."""

TOO_OFTEN_TO_WAIT = 5
"""After so many losses an operation may be sent again only 16 s later: longer than a run waits."""


def journal(shop: Workshop) -> list[dict[str, Any]]:
    """Every operation of the ledger; none before there is one."""
    path = shop.data / "ledger.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(path, timeout=30)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute("SELECT * FROM journal ORDER BY op_key")]


def states(shop: Workshop) -> Counter[str]:
    """How many operations the ledger has in each state."""
    return Counter(row["state"] for row in journal(shop))


def declared(shop: Workshop) -> int:
    """How many operations the ledger says that nobody but a human can end."""
    found = states(shop)
    return sum(found[state] for state in DECLARED)


def owed(row: dict[str, Any]) -> bool:
    """Whether an operation was lost so often that no run waits for its time."""
    return (row["state"], row["number"]) == ("INTENT", 0) and int(row["doubts"]) >= TOO_OFTEN_TO_WAIT


def unended(shop: Workshop) -> list[dict[str, Any]]:
    """Operations that nobody has ended: a log entry waits with the write that it reports, and is declared with it."""
    rows = [row for row in journal(shop) if not owed(row)]
    declared_keys = {row["op_key"] for row in journal(shop) if row["state"] in DECLARED or owed(row)}
    return [row for row in rows if row["state"] in ("INTENT", "SENT") and row["parent"] not in declared_keys]


def entries(shop: Workshop) -> list[Activity]:
    """Every entry of every timeline."""

    async def go(client: GiantContext) -> list[Activity]:
        found: list[Activity] = []
        while True:
            page = await client.list_activities(page=len(found) // 200 + 1, page_size=200)
            found += page.data
            if not page.data or len(found) >= page.meta.total:
                return found

    return shop.crm(go)


def unsound(shop: Workshop, removed: Iterable[str] = ()) -> list[str]:
    """What is wrong with the CRM and the ledger, in words; `removed` are contacts that a human deleted."""
    contacts, logged = shop.contacts(), entries(shop)
    companies = shop.companies()
    there = {"contacts": {one.id for one in contacts} | set(removed), "companies": {one.id for one in companies}}
    keys = {entry.data.get("externalId") for entry in logged}
    return [
        *doubles(contacts, logged),
        *_twice("company", (company.name for company in companies)),
        *(f"{row['object']} {row['kind']} is DONE and not there" for row in journal(shop) if _lost(row, there, keys)),
    ]


def doubles(contacts: Iterable[Contact], logged: Iterable[Activity]) -> list[str]:
    """Whoever and whatever is in the CRM twice: by our mark, by e-mail, by phone, by last name, by an entry's key.

    The people of these tests have a last name each.
    """
    contacts = list(contacts)
    return [
        *_twice("mark", (contact.properties.get("crm_bridge_id") for contact in contacts)),
        *_twice("e-mail", (contact.email for contact in contacts)),
        *_twice("phone", (contact.phone for contact in contacts)),
        *_twice("person", (contact.last_name for contact in contacts)),
        *_twice("entry", (entry.data.get("externalId") for entry in logged)),
    ]


def _twice(what: str, values: Iterable[Any]) -> list[str]:
    counts = Counter(value for value in values if value is not None)
    return [f"{what} {value} is there {count} times" for value, count in counts.items() if count > 1]


def _lost(row: dict[str, Any], there: dict[str, set[str]], keys: set[Any]) -> bool:
    if row["state"] != "DONE":
        return False
    return row["op_key"] not in keys if row["kind"] == "log" else row["crm_id"] not in there[row["object"]]

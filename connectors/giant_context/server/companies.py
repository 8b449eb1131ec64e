"""Companies in SQLite. The public API only reads them; writing is this server's EXTENSION."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Final

from connectors.giant_context import wire
from connectors.giant_context.server.access import APP_ID
from connectors.giant_context.server.contacts import as_json
from connectors.giant_context.server.ids import Clock, birth, stamp
from connectors.giant_context.server.normal_text import required, search_text, tag_list, trimmed
from connectors.giant_context.server.pages import Json, Listing
from connectors.giant_context.server.refusals import bad_request, not_found

# The wire's name of each column.
COLUMNS: Final = {
    "id": "id",
    "name": "name",
    "website": "website",
    "industry": "industry",
    "size": "size",
    "annualRevenue": "annual_revenue",
    "phone": "phone",
    "email": "email",
    "address": "address",
    "properties": "properties",
    "tags": "tags",
    "contactCount": "contact_count",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
}


def _to_json(row: tuple[Any, ...]) -> Json:
    company = dict(zip(COLUMNS, row, strict=True))
    company["appId"] = APP_ID
    for key in ("address", "properties", "tags"):
        company[key] = json.loads(company[key])
    return company


COMPANIES: Final = Listing(
    "companies",
    f"SELECT {', '.join(f'o.{column}' for column in COLUMNS.values())} FROM companies o",  # noqa: S608 - our own names
    "o",
    _to_json,
)


def get(connection: sqlite3.Connection, company_id: str) -> Json:
    """Return the company.

    Raises:
        Refusal: 404.
    """
    company = COMPANIES.one(connection, company_id)
    if company is None:
        raise not_found("Company")
    return company


def create(connection: sqlite3.Connection, given: wire.CompanyWrite, clock: Clock) -> Json:
    """EXTENSION. Add a company and return it.

    Raises:
        Refusal: 400, it has no name.
    """
    fields = _checked(given)
    if fields.get("name") is None:
        raise bad_request("name must not be empty.")
    row = {COLUMNS[key]: value for key, value in fields.items() if value is not None}
    born = birth(connection, "companies", clock)
    row |= {"ordinal": born.ordinal, "id": born.id, "created_at": born.created_at, "updated_at": born.created_at}
    row |= {"search_text": search_text(row["name"], row.get("industry"))}
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO companies ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608
    return get(connection, born.id)


def update(connection: sqlite3.Connection, company_id: str, given: wire.CompanyWrite, clock: Clock) -> Json:
    """EXTENSION. Change the given fields, and only them, and return the company.

    Raises:
        Refusal: 404; 400, its name would be empty.
    """
    after = get(connection, company_id)
    fields = _checked(given)
    after |= fields
    row = {COLUMNS[key]: value for key, value in fields.items()}
    row |= {"search_text": search_text(after["name"], after["industry"]), "updated_at": stamp(clock())}
    changes = ", ".join(f"{column} = ?" for column in row)
    connection.execute(f"UPDATE companies SET {changes} WHERE id = ?", (*row.values(), company_id))  # noqa: S608
    return get(connection, company_id)


def _checked(given: wire.CompanyWrite) -> Json:
    fields = trimmed(given.body())
    required(fields, "name")
    for key in ("address", "properties"):
        if key in fields:
            fields[key] = as_json(fields[key] or {})
    if "tags" in fields:
        fields["tags"] = as_json(tag_list(fields["tags"]))
    return fields

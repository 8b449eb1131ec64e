"""Companies in SQLite. The public API only reads them; writing is this server's EXTENSION."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Final

from connectors.giant_context import wire
from connectors.giant_context.server.access import APP_ID
from connectors.giant_context.server.store.fields import Json, columns_of, given_fields
from connectors.giant_context.server.store.ids import Clock, birth, stamp
from connectors.giant_context.server.store.listing import Listing
from connectors.giant_context.server.store.normal_text import search_text

COLUMNS: Final = columns_of(wire.Company, "app_id")


def _to_json(row: tuple[Any, ...]) -> Json:
    company = dict(zip(COLUMNS, row, strict=True))
    company["appId"] = APP_ID
    for key in ("address", "properties", "tags"):
        company[key] = json.loads(company[key])
    return company


COMPANIES: Final = Listing("companies", "Company", tuple(COLUMNS.values()), _to_json)


def create(connection: sqlite3.Connection, given: wire.CompanyCreate, clock: Clock) -> Json:
    """EXTENSION. Add a company and return it.

    Raises:
        Refusal: 400, its name is blank.
    """
    fields = given_fields(given, "name")
    row = {COLUMNS[key]: value for key, value in fields.items() if value is not None}
    row |= {"search_text": search_text(row["name"], row.get("industry"))}
    return COMPANIES.insert(connection, row | birth(connection, "companies", clock).columns(updated=True))


def update(connection: sqlite3.Connection, company_id: str, given: wire.CompanyWrite, clock: Clock) -> Json:
    """EXTENSION. Change the given fields, and only them, and return the company.

    Raises:
        Refusal: 404; 400, its name would be empty.
    """
    before = COMPANIES.get(connection, company_id)
    fields = given_fields(given, "name")
    after = before | fields
    row = {COLUMNS[key]: value for key, value in fields.items()}
    row |= {"search_text": search_text(after["name"], after["industry"]), "updated_at": stamp(clock())}
    return COMPANIES.update(connection, company_id, row)

"""Activities in SQLite: a timeline that is only ever added to."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Final

from connectors.giant_context import wire
from connectors.giant_context.server.access import APP_ID
from connectors.giant_context.server.refusals import bad_request
from connectors.giant_context.server.store.companies import COMPANIES
from connectors.giant_context.server.store.contacts import CONTACTS
from connectors.giant_context.server.store.fields import Json, columns_of, given_fields
from connectors.giant_context.server.store.ids import Clock, birth
from connectors.giant_context.server.store.listing import Listing
from connectors.giant_context.server.store.normal_text import search_text

COLUMNS: Final = columns_of(wire.Activity, "app_id", "written_by", "contact", "company")


def _to_json(row: tuple[Any, ...]) -> Json:
    *values, first_name, last_name, company = row
    activity = dict(zip(COLUMNS, values, strict=True))
    contact_id, company_id = activity["contactId"], activity["companyId"]
    return activity | {
        "appId": APP_ID,
        "writtenBy": activity["source"],
        "data": json.loads(activity["data"]),
        "contact": None if first_name is None else {"id": contact_id, "firstName": first_name, "lastName": last_name},
        "company": None if company is None else {"id": company_id, "name": company},
    }


ACTIVITIES: Final = Listing(
    "activities",
    "Activity",
    (
        *COLUMNS.values(),
        "(SELECT first_name FROM contacts WHERE contacts.id = activities.contact_id)",
        "(SELECT last_name FROM contacts WHERE contacts.id = activities.contact_id)",
        "(SELECT name FROM companies WHERE companies.id = activities.company_id)",
    ),
    _to_json,
)


def of_contact(connection: sqlite3.Connection, contact_id: str) -> list[Json]:
    """Return the contact's timeline, newest first.

    Raises:
        Refusal: 404, there is no such contact.
    """
    CONTACTS.must_exist(connection, contact_id)
    return ACTIVITIES.where(connection, "contact_id = ? ORDER BY ordinal DESC", contact_id)


def of_company(connection: sqlite3.Connection, company_id: str) -> list[Json]:
    """Return the timeline of what was logged for the company itself, newest first.

    Raises:
        Refusal: 404, there is no such company.
    """
    COMPANIES.must_exist(connection, company_id)
    return ACTIVITIES.where(connection, "company_id = ? ORDER BY ordinal DESC", company_id)


def log(connection: sqlite3.Connection, given: wire.ActivityCreate, clock: Clock) -> Json:
    """Append an activity, note its moment on its contact, and return it.

    Raises:
        Refusal: 400, the description is blank, or two writers are named; 404, there is no such contact or company.
    """
    fields = given_fields(given, "description")
    writers = {fields.pop(key) for key in ("source", "writtenBy") if key in fields} - {None}
    if len(writers) > 1:
        raise bad_request("source and writtenBy are two names of one thing, and must not differ.")
    fields["source"] = writers.pop() if writers else None
    for key, listing in (("contactId", CONTACTS), ("companyId", COMPANIES)):
        if fields.get(key) is not None:
            listing.must_exist(connection, fields[key])
    row = {COLUMNS[key]: value for key, value in fields.items() if value is not None}
    row |= {"search_text": search_text(fields["description"])}
    logged = ACTIVITIES.insert(connection, row | birth(connection, "activities", clock).columns())
    if logged["contactId"] is not None:
        moment = (logged["createdAt"], logged["contactId"])
        connection.execute("UPDATE contacts SET last_activity_at = ? WHERE id = ?", moment)
    return logged

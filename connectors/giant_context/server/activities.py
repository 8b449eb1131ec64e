"""Activities in SQLite: a timeline that is only ever added to."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Final

from connectors.giant_context import wire
from connectors.giant_context.server.access import APP_ID
from connectors.giant_context.server.contacts import as_json, must_exist
from connectors.giant_context.server.ids import Clock, birth
from connectors.giant_context.server.normal_text import required, search_text, trimmed
from connectors.giant_context.server.pages import Json, Listing
from connectors.giant_context.server.refusals import not_found


def _to_json(row: tuple[Any, ...]) -> Json:
    activity_id, contact_id, company_id, source, description, data, created_at, first_name, last_name, company = row
    return {
        "id": activity_id,
        "appId": APP_ID,
        "contactId": contact_id,
        "companyId": company_id,
        "source": source,
        "description": description,
        "data": json.loads(data),
        "createdAt": created_at,
        "contact": None if first_name is None else {"id": contact_id, "firstName": first_name, "lastName": last_name},
        "company": None if company is None else {"id": company_id, "name": company},
    }


ACTIVITIES: Final = Listing(
    "activities",
    "SELECT a.id, a.contact_id, a.company_id, a.source, a.description, a.data, a.created_at,"
    " c.first_name, c.last_name, o.name FROM activities a"
    " LEFT JOIN contacts c ON c.id = a.contact_id LEFT JOIN companies o ON o.id = a.company_id",
    "a",
    _to_json,
)


def get(connection: sqlite3.Connection, activity_id: str) -> Json:
    """Return the activity.

    Raises:
        Refusal: 404.
    """
    activity = ACTIVITIES.one(connection, activity_id)
    if activity is None:
        raise not_found("Activity")
    return activity


def of_contact(connection: sqlite3.Connection, contact_id: str) -> list[Json]:
    """Return the contact's timeline, newest first.

    Raises:
        Refusal: 404, there is no such contact.
    """
    must_exist(connection, "contacts", contact_id)
    return ACTIVITIES.where(connection, "a.contact_id = ? ORDER BY a.ordinal DESC", contact_id)


def of_company(connection: sqlite3.Connection, company_id: str) -> list[Json]:
    """Return the timeline of what was logged for the company itself, newest first.

    Raises:
        Refusal: 404, there is no such company.
    """
    must_exist(connection, "companies", company_id)
    return ACTIVITIES.where(connection, "a.company_id = ? ORDER BY a.ordinal DESC", company_id)


def log(connection: sqlite3.Connection, given: wire.ActivityCreate, clock: Clock) -> Json:
    """Append an activity, note its moment on its contact, and return it.

    Raises:
        Refusal: 400, the description is blank; 404, there is no such contact or company.
    """
    fields = trimmed(given.body())
    required(fields, "description")
    contact_id, company_id = fields.get("contactId"), fields.get("companyId")
    if contact_id is not None:
        must_exist(connection, "contacts", contact_id)
    if company_id is not None:
        must_exist(connection, "companies", company_id)
    born = birth(connection, "activities", clock)
    connection.execute(
        "INSERT INTO activities (ordinal, id, contact_id, company_id, source, description, data, created_at,"
        " search_text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            born.ordinal,
            born.id,
            contact_id,
            company_id,
            fields.get("source"),
            fields["description"],
            as_json(fields.get("data") or {}),
            born.created_at,
            search_text(fields["description"]),
        ),
    )
    if contact_id is not None:
        connection.execute("UPDATE contacts SET last_activity_at = ? WHERE id = ?", (born.created_at, contact_id))
    return get(connection, born.id)

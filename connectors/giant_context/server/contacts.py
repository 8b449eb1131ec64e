"""Contacts in SQLite. Writing functions run inside the writer's transaction."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from connectors.giant_context import wire
from connectors.giant_context.server.access import APP_ID
from connectors.giant_context.server.ids import Clock, Table, birth, stamp
from connectors.giant_context.server.normal_text import (
    email_key,
    one_tag,
    phone_key,
    required,
    search_text,
    tag_list,
    trimmed,
)
from connectors.giant_context.server.pages import Json, Listing
from connectors.giant_context.server.refusals import bad_request, conflict, not_found

_WIRE_KEYS: Final = (
    *("id", "companyId", "firstName", "lastName", "email", "phone", "title", "department", "status", "source"),
    *("properties", "tags", "emailSubscribed", "locale", "lastActivityAt", "createdAt", "updatedAt"),
)
# The wire's name of each column, and back.
COLUMNS: Final = {key: re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", key) for key in _WIRE_KEYS}


def _to_json(row: tuple[Any, ...]) -> Json:
    contact = dict(zip(_WIRE_KEYS, row[:-1], strict=True))
    contact["appId"] = APP_ID
    contact["properties"] = json.loads(contact["properties"])
    contact["tags"] = json.loads(contact["tags"])
    contact["emailSubscribed"] = bool(contact["emailSubscribed"])
    company_name = row[-1]
    contact["company"] = None if company_name is None else {"id": contact["companyId"], "name": company_name}
    return contact


CONTACTS: Final = Listing(
    "contacts",
    f"SELECT {', '.join(f'c.{column}' for column in COLUMNS.values())}, o.name"  # noqa: S608 - our own column names
    " FROM contacts c LEFT JOIN companies o ON o.id = c.company_id",
    "c",
    _to_json,
)


def get(connection: sqlite3.Connection, contact_id: str) -> Json:
    """Return the contact.

    Raises:
        Refusal: 404.
    """
    contact = CONTACTS.one(connection, contact_id)
    if contact is None:
        raise not_found("Contact")
    return contact


def of_company(connection: sqlite3.Connection, company_id: str) -> list[Json]:
    """Return the company's contacts by last name, then first name.

    Raises:
        Refusal: 404, there is no such company.
    """
    must_exist(connection, "companies", company_id)
    order = "c.last_name COLLATE NOCASE, c.first_name COLLATE NOCASE, c.ordinal"
    return CONTACTS.where(connection, f"c.company_id = ? ORDER BY {order}", company_id)


def create(connection: sqlite3.Connection, given: wire.ContactCreate, clock: Clock) -> Json:
    """Add a contact and return it.

    Raises:
        Refusal: 400, a name is blank or the company unknown; 409, another contact has the e-mail or phone.
    """
    fields = _checked(connection, given.body(), "firstName", "lastName")
    # In a new contact a null says no more than leaving the field out.
    row = {COLUMNS[key]: value for key, value in fields.items() if value is not None}
    born = birth(connection, "contacts", clock)
    row |= {"ordinal": born.ordinal, "id": born.id, "created_at": born.created_at, "updated_at": born.created_at}
    row |= derived(row)
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    with _conflicts():
        connection.execute(f"INSERT INTO contacts ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608
    return get(connection, born.id)


def update(connection: sqlite3.Connection, contact_id: str, given: wire.ContactUpdate, clock: Clock) -> Json:
    """Change the given fields, and only them, and return the contact.

    Raises:
        Refusal: 404; 400, a name or the status would be empty or the company is unknown; 409.
    """
    before = get(connection, contact_id)
    fields = _checked(connection, given.body(), "firstName", "lastName", "status")
    row = {COLUMNS[key]: value for key, value in fields.items()}
    after = {COLUMNS[key]: before[key] for key in ("firstName", "lastName", "email", "phone")} | row
    return _store(connection, contact_id, row | derived(after), clock)


def set_field(connection: sqlite3.Connection, contact_id: str, given: wire.FieldWrite, clock: Clock) -> Json:
    """Set one key of `properties`, leave its siblings, and return the contact.

    Raises:
        Refusal: 404.
    """
    properties = get(connection, contact_id)["properties"] | {given.key: given.value}
    return _store(connection, contact_id, {"properties": as_json(properties)}, clock)


def tag(connection: sqlite3.Connection, contact_id: str, given: wire.TagWrite, clock: Clock, *, present: bool) -> Json:
    """See to it that the contact has the tag, or has it not, and return the contact.

    Raises:
        Refusal: 404; 400, the tag is blank.
    """
    contact = get(connection, contact_id)
    wanted, tags = one_tag(given.tag), contact["tags"]
    if (wanted in tags) == present:
        return contact
    tags = [*tags, wanted] if present else [other for other in tags if other != wanted]
    return _store(connection, contact_id, {"tags": as_json(tags)}, clock)


def derived(row: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that follow from others: what is unique, and what is searched."""
    return {
        "email_key": email_key(row.get("email")),
        "phone_key": phone_key(row.get("phone")),
        "search_text": search_text(row["first_name"], row["last_name"], row.get("email")),
    }


def must_exist(connection: sqlite3.Connection, table: Table, row_id: str) -> None:
    """Let a call about something that exists go on.

    Raises:
        Refusal: 404.
    """
    if connection.execute(f"SELECT 1 FROM {table} WHERE id = ?", (row_id,)).fetchone() is None:  # noqa: S608
        raise not_found({"contacts": "Contact", "companies": "Company", "activities": "Activity"}[table])


def as_json(value: Any) -> str:
    """Return a JSON column's text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _checked(connection: sqlite3.Connection, body: Json, *never_empty: str) -> Json:
    fields = trimmed(body)
    required(fields, *never_empty)
    if fields.get("companyId") is not None:
        known = connection.execute("SELECT 1 FROM companies WHERE id = ?", (fields["companyId"],)).fetchone()
        # Not 404, which would say that the contact itself is gone.
        if known is None:
            raise bad_request("companyId names no company.")
    if "properties" in fields:
        fields["properties"] = as_json(fields["properties"] or {})
    if "tags" in fields:
        fields["tags"] = as_json(tag_list(fields["tags"]))
    return fields


def _store(connection: sqlite3.Connection, contact_id: str, row: dict[str, Any], clock: Clock) -> Json:
    row = row | {"updated_at": stamp(clock())}
    changes = ", ".join(f"{column} = ?" for column in row)
    with _conflicts():
        connection.execute(f"UPDATE contacts SET {changes} WHERE id = ?", (*row.values(), contact_id))  # noqa: S608
    return get(connection, contact_id)


@contextmanager
def _conflicts() -> Iterator[None]:
    """Turn the database's word on uniqueness into a 409."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        for column, field in (("email_key", "email"), ("phone_key", "phone")):
            if f"contacts.{column}" in str(error):
                raise conflict(field) from None
        raise

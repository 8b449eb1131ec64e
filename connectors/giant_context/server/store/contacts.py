"""Contacts in SQLite. Writing functions run inside the writer's transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from connectors.giant_context import wire
from connectors.giant_context.server.access import APP_ID
from connectors.giant_context.server.refusals import bad_request, conflict
from connectors.giant_context.server.store.companies import COMPANIES
from connectors.giant_context.server.store.fields import Json, as_json, columns_of, given_fields
from connectors.giant_context.server.store.ids import Clock, birth, stamp
from connectors.giant_context.server.store.listing import Listing
from connectors.giant_context.server.store.normal_text import email_key, one_tag, phone_key, search_text

COLUMNS: Final = columns_of(wire.Contact, "app_id", "company")
_KEYED: Final = ("first_name", "last_name", "email", "phone")


def _to_json(row: tuple[Any, ...]) -> Json:
    *values, company_name = row
    contact = dict(zip(COLUMNS, values, strict=True))
    contact["appId"] = APP_ID
    contact["properties"] = json.loads(contact["properties"])
    contact["tags"] = json.loads(contact["tags"])
    contact["emailSubscribed"] = bool(contact["emailSubscribed"])
    contact["company"] = None if company_name is None else {"id": contact["companyId"], "name": company_name}
    return contact


CONTACTS: Final = Listing(
    "contacts",
    "Contact",
    (*COLUMNS.values(), "(SELECT name FROM companies WHERE companies.id = contacts.company_id)"),
    _to_json,
)


def of_company(connection: sqlite3.Connection, company_id: str) -> list[Json]:
    """Return the company's contacts by last name, then first name.

    Raises:
        Refusal: 404, there is no such company.
    """
    COMPANIES.must_exist(connection, company_id)
    order = "last_name COLLATE NOCASE, first_name COLLATE NOCASE, ordinal"
    return CONTACTS.where(connection, f"company_id = ? ORDER BY {order}", company_id)


def create(connection: sqlite3.Connection, given: wire.ContactCreate, clock: Clock) -> Json:
    """Add a contact and return it.

    Raises:
        Refusal: 400, a name is blank or the company unknown; 409, another contact has the e-mail or phone.
    """
    fields = _checked(connection, given, "firstName", "lastName")
    # In a new contact a null says no more than leaving the field out.
    row = {COLUMNS[key]: value for key, value in fields.items() if value is not None}
    with _conflicts():
        return CONTACTS.insert(
            connection, row | derived(row) | birth(connection, "contacts", clock).columns(updated=True)
        )


def update(connection: sqlite3.Connection, contact_id: str, given: wire.ContactUpdate, clock: Clock) -> Json:
    """Change the given fields, and only them, and return the contact.

    Raises:
        Refusal: 404; 400, a name or the status would be empty or the company is unknown; 409.
    """
    before = CONTACTS.get(connection, contact_id)
    fields = _checked(connection, given, "firstName", "lastName", "status")
    row = {COLUMNS[key]: value for key, value in fields.items()}
    after = {column: before[key] for key, column in COLUMNS.items() if column in _KEYED} | row
    return _store(connection, contact_id, row | derived(after), clock)


def set_field(connection: sqlite3.Connection, contact_id: str, given: wire.FieldWrite, clock: Clock) -> Json:
    """Set one key of `properties`, leave its siblings, and return the contact.

    Raises:
        Refusal: 404.
    """
    properties = CONTACTS.get(connection, contact_id)["properties"] | {given.key: given.value}
    return _store(connection, contact_id, {"properties": as_json(properties)}, clock)


def tag(connection: sqlite3.Connection, contact_id: str, given: wire.TagWrite, clock: Clock, *, present: bool) -> Json:
    """See to it that the contact has the tag, or has it not, and return the contact.

    Raises:
        Refusal: 404; 400, the tag is blank.
    """
    contact = CONTACTS.get(connection, contact_id)
    wanted, tags = one_tag(given.tag), contact["tags"]
    if (wanted in tags) == present:
        return contact
    tags = [*tags, wanted] if present else [other for other in tags if other != wanted]
    return _store(connection, contact_id, {"tags": as_json(tags)}, clock)


def derived(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that follow from others: what is unique, and what is searched."""
    return {
        "email_key": email_key(row.get("email")),
        "phone_key": phone_key(row.get("phone")),
        "search_text": search_text(row["first_name"], row["last_name"], row.get("email")),
    }


def _checked(connection: sqlite3.Connection, given: wire.Given, *never_empty: str) -> Json:
    fields = given_fields(given, *never_empty)
    if fields.get("companyId") is not None:
        known = connection.execute("SELECT 1 FROM companies WHERE id = ?", (fields["companyId"],)).fetchone()
        # Not 404, which would say that the contact itself is gone.
        if known is None:
            raise bad_request("companyId names no company.")
    return fields


def _store(connection: sqlite3.Connection, contact_id: str, row: dict[str, Any], clock: Clock) -> Json:
    with _conflicts():
        return CONTACTS.update(connection, contact_id, row | {"updated_at": stamp(clock())})


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

"""Contacts, companies and activities of the API → rows of text under the wire's own names, and what those mean.

What is nested becomes a column with a dot in its name: `address.city`, `company.name`, `properties.linkedin_url`. All
of `properties` and `data` also stands as JSON in one column: a key that has no column of its own is not lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from connectors.giant_context.wire import Activity, Company, Contact
from connectors.records import CONTACT

LIST_SEPARATOR: Final = "\n"
"""Stands between the tags of a record: no tag has a line break in it."""

_AS_FIELDS: Final = {field.property_key: field.name for field in CONTACT.fields if field.property_key is not None} | {
    f"{channel}_opt_out{part}": f"{channel}_opt_out{part}" for channel in ("email", "phone") for part in ("", "_at")
}
"""The keys of `properties` that are fields of contacts, those included by which crm-bridge itself marks an opt-out."""

UNSUBSCRIBED: Final = "emailUnsubscribed"
"""Our own column: the opposite of `emailSubscribed`, which is how fields ask for it."""

_MEANING: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "contacts": {
        "source_id": ("id",),
        "modified_at": ("updatedAt",),
        "first_name": ("firstName",),
        "last_name": ("lastName",),
        "emails": ("email",),
        "phones": ("phone",),
        "title": ("title",),
        "department": ("department",),
        "company_id": ("companyId",),
        "company_name": ("company.name",),
        "locale": ("locale",),
        "tags": ("tags",),
        **{name: (f"properties.{key}",) for key, name in _AS_FIELDS.items()},
        "email_opt_out": (UNSUBSCRIBED, "properties.email_opt_out"),
        "tombstone": ("tombstone",),
    },
    "companies": {
        "source_id": ("id",),
        "modified_at": ("updatedAt",),
        "name": ("name",),
        "website": ("website",),
        "emails": ("email",),
        "phones": ("phone",),
        "industry": ("industry",),
        "size": ("size",),
        "annual_revenue": ("annualRevenue",),
        "street": ("address.street",),
        "city": ("address.city",),
        "state": ("address.state",),
        "country": ("address.country",),
        "postal_code": ("address.postalCode",),
    },
    "activities": {
        "source_id": ("id",),
        "modified_at": ("createdAt",),
        "type": ("data.type", "source"),
        "occurred_at": ("data.occurredAt", "createdAt"),
        "body": ("description",),
        "contact_ids": ("contactId",),
        "company_ids": ("companyId",),
    },
}

_MORE: Final[Mapping[str, tuple[str, ...]]] = {
    "contacts": ("createdAt", "status", "source", "emailSubscribed", "lastActivityAt", "properties"),
    "companies": ("createdAt", "contactCount", "tags", "properties"),
    "activities": ("data",),
}
"""Columns that are no field."""


def meaning_of(object_name: str) -> Mapping[str, tuple[str, ...]]:
    """The columns of each field that the API knows, best first."""
    return _MEANING[object_name]


def columns_of(stream: str, properties: Iterable[str] = ()) -> tuple[str, ...]:
    """The columns of a stream, with one for each of these keys of `properties`; always the same for the same keys."""
    named = (column for columns in _MEANING[stream].values() for column in columns)
    more = () if stream == "activities" else (f"properties.{key}" for key in properties)
    return tuple(dict.fromkeys([*named, *_MORE[stream], *more]))


def row_of(item: Contact | Company | Activity) -> dict[str, Any]:
    """A record as a row; `connectors.rows.batch` takes the columns that are wanted."""
    row = item.model_dump(mode="json", by_alias=True)
    for name in ("company", "address", "properties", "data"):
        if isinstance(inner := row.get(name), dict):
            row |= {f"{name}.{key}": value for key, value in inner.items()}
    if "tags" in row:
        row["tags"] = LIST_SEPARATOR.join(row["tags"])
    if isinstance(item, Contact):
        row[UNSUBSCRIBED] = not item.email_subscribed
        row["tombstone"] = "archived" if item.status == "archived" else None
    return row

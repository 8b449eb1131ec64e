"""What Pipedrive gives: where each kind of record is asked for, its columns, and what they mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.api import Stream
from connectors.pipedrive import values

_PARTS: Final = ("route", "street_number", "subpremise", "locality", "admin_area_level_1", "postal_code", "country")

FURTHER: Final = "further_fields"
"""The column with whatever of a record has no column of its own, as one JSON object: nothing that comes is lost."""

TOMBSTONE: Final = "tombstone"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record."""

    stream: Stream
    path: str
    item: str
    """Its name among v1's recent changes."""
    received: tuple[str, ...]
    """Columns that hold what came, as it came."""
    own: tuple[str, ...]
    """Columns that hold what was made of it for whoever reads it next."""
    make: Callable[[Mapping[str, Any]], tuple[str | None, ...]]
    """Makes the values of those columns, in their order."""
    layout: Mapping[str, tuple[str, ...]]
    fields: str | None = None
    """Where its fields are listed."""
    optional: tuple[str, ...] = ()
    """Fields that must be asked for, and only where the account has them."""
    page: str | None = None
    """Where a person looks at one: the path before its id."""
    v1: bool = False
    date_format: str | None = None
    worded: tuple[str, ...] = field(default=())
    """Standard fields with a second column of words."""


_FATE: Final = {"source_id": ("id",), "modified_at": ("update_time",), "tombstone": (TOMBSTONE,)}

COMPANIES: Final = Kind(
    Stream("companies", "companies"),
    "/api/v2/organizations",
    "organization",
    (
        *("id", "name", "owner_id", "add_time", "update_time", "is_deleted", "visible_to", "address", "label_ids"),
        *("website", "linkedin", "industry", "annual_revenue", "employee_count"),
    ),
    ("address_street", *(f"address_{part}" for part in _PARTS)),
    lambda record: values.address(record.get("address"), _PARTS),
    {
        **_FATE,
        "name": ("name",),
        "website": ("website",),
        "industry": ("industry_text",),
        "size": ("employee_count",),
        "annual_revenue": ("annual_revenue",),
        "street": ("address_street",),
        "city": ("address_locality",),
        "state": ("address_admin_area_level_1",),
        "country": ("address_country",),
        "postal_code": ("address_postal_code",),
    },
    fields="/api/v2/organizationFields",
    page="organization",
    worded=("label_ids", "industry"),
)

CONTACTS: Final = Kind(
    Stream("contacts", "contacts"),
    "/api/v2/persons",
    "person",
    (
        *("id", "name", "first_name", "last_name", "owner_id", "org_id", "add_time", "update_time", "emails"),
        *("phones", "is_deleted", "visible_to", "label_ids", "picture_id", "postal_address", "notes", "im"),
        *("birthday", "job_title", "marketing_status"),
    ),
    ("emails_text", "phones_text", "city", "country", "email_opt_out"),
    values.person,
    {
        **_FATE,
        "full_name": ("name",),
        "first_name": ("first_name",),
        "last_name": ("last_name",),
        "emails": ("emails_text",),
        "phones": ("phones_text",),
        "title": ("job_title",),
        "company_id": ("org_id",),
        "city": ("city",),
        "country": ("country",),
        "birthday": ("birthday",),
        "tags": ("label_ids_text",),
        "email_opt_out": ("email_opt_out",),
    },
    fields="/api/v2/personFields",
    optional=("marketing_status",),
    page="person",
    worded=("label_ids",),
)

ACTIVITIES: Final = Kind(
    Stream("activities", "activities"),
    "/api/v2/activities",
    "activity",
    (
        *("id", "subject", "type", "owner_id", "creator_user_id", "is_deleted", "add_time", "update_time", "deal_id"),
        *("lead_id", "person_id", "org_id", "project_id", "due_date", "due_time", "duration", "busy", "done"),
        *("marked_as_done_time", "location", "participants", "conference_meeting_client", "conference_meeting_url"),
        *("conference_meeting_id", "public_description", "priority", "note"),
    ),
    ("occurred_at", "ended_at", "person_ids"),
    values.activity,
    {
        **_FATE,
        "type": ("type",),
        "occurred_at": ("occurred_at",),
        "ended_at": ("ended_at",),
        "subject": ("subject",),
        "body": ("note",),
        "status": ("done",),
        "contact_ids": ("person_ids",),
        "company_ids": ("org_id",),
    },
)

NOTES: Final = Kind(
    Stream("notes", "activities"),
    "/v1/notes",
    "note",
    (
        *("id", "active_flag", "add_time", "update_time", "content", "deal", "deal_id", "lead_id", "org_id"),
        *("organization", "person", "person_id", "project", "project_id", "task", "task_id", "user", "user_id"),
        *("last_update_user_id", "pinned_to_deal_flag", "pinned_to_lead_flag", "pinned_to_organization_flag"),
        *("pinned_to_person_flag", "pinned_to_project_flag", "pinned_to_task_flag"),
    ),
    ("type",),
    lambda _: ("note",),
    {
        **_FATE,
        "type": ("type",),
        "occurred_at": ("add_time",),
        "body": ("content",),
        "contact_ids": ("person_id",),
        "company_ids": ("org_id",),
    },
    v1=True,
    date_format="%Y-%m-%d %H:%M:%S",
)

KINDS: Final = {kind.stream.name: kind for kind in (COMPANIES, CONTACTS, ACTIVITIES, NOTES)}
"""All kinds, companies first."""

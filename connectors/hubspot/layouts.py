"""What HubSpot's properties, and our own columns beside them, mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from connectors.contract import Layout
from connectors.errors import SourceRefused

# HubSpot's names of properties begin with a letter, so that none is called as one of these.
CHANGED: Final = "_changed_at"
TOMBSTONE: Final = "_tombstone"
TYPE: Final = "_type"
CONTACT_IDS: Final = "_contact_ids"
COMPANY_IDS: Final = "_company_ids"

ID: Final = "hs_object_id"
MERGED: Final = "hs_merged_object_ids"

_ALL: Final = {
    "source_id": (ID,),
    "modified_at": (CHANGED,),
    "tombstone": (TOMBSTONE,),
    "merged_ids": (MERGED,),
}

FIELDS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "contacts": {
        **_ALL,
        "first_name": ("firstname",),
        "last_name": ("lastname",),
        "emails": ("email", "work_email", "hs_additional_emails"),
        "phones": ("phone", "mobilephone"),
        "title": ("jobtitle",),
        "department": ("department",),
        "company_id": (COMPANY_IDS,),
        "company_name": ("company",),
        "company_website": ("website",),
        "city": ("city",),
        "country": ("country",),
        "locale": ("hs_language",),
        "linkedin_url": ("hs_linkedin_url",),
        "birthday": ("date_of_birth",),
        "email_opt_out": ("hs_email_optout",),
    },
    "companies": {
        **_ALL,
        "name": ("name",),
        "website": ("domain", "website"),
        "phones": ("phone",),
        "industry": ("industry",),
        "size": ("numberofemployees",),
        "annual_revenue": ("annualrevenue",),
        "street": ("address",),
        "city": ("city",),
        "state": ("state",),
        "country": ("country",),
        "postal_code": ("zip",),
    },
    "activities": {
        **{field: columns for field, columns in _ALL.items() if field != "merged_ids"},
        "type": (TYPE,),
        "occurred_at": ("hs_meeting_start_time", "hs_timestamp"),
        "ended_at": ("hs_meeting_end_time",),
        "subject": ("hs_call_title", "hs_email_subject", "hs_meeting_title", "hs_task_subject"),
        "body": ("hs_note_body", "hs_call_body", "hs_email_text", "hs_email_html", "hs_meeting_body", "hs_task_body"),
        "direction": ("hs_call_direction", "hs_email_direction"),
        "status": ("hs_call_status", "hs_email_status", "hs_meeting_outcome", "hs_task_status"),
        "contact_ids": (CONTACT_IDS,),
        "company_ids": (COMPANY_IDS,),
    },
}


def layout_of(object_name: str, columns: Sequence[str]) -> Layout:
    """Say what `columns` mean. Times are ISO 8601. Raises SourceRefused where none is HubSpot's."""
    present = {column.casefold(): column for column in columns}
    found = {
        field: named
        for field, wanted in FIELDS.get(object_name, {}).items()
        if (named := tuple(present[one] for one in wanted if one in present))
    }
    if "source_id" not in found:
        raise SourceRefused(f"none of its {len(columns)} columns is HubSpot's of {object_name}.", name="hubspot")
    return Layout("hubspot", object_name, found, (";",))

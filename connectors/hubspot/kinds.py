"""HubSpot's objects that are pulled, and what is particular of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """One of HubSpot's objects."""

    name: str
    """Its name in the API's paths, and of the stream."""
    object: str
    """The name of its schema in `connectors.records`."""
    word: str
    """One record of it, for people."""
    scope: str
    """The scope that reading it takes."""
    change: str = "hs_lastmodifieddate"
    """The property with its change time."""
    type_id: str | None = None
    """Its part of the address of a record in HubSpot; None: a record has no page of its own."""
    associated: tuple[str, ...] = ()
    """What its rows say it is associated with."""


_ACTIVITY: Final = ("contacts", "companies")
_CONTACTS: Final = "crm.objects.contacts.read"

COMPANIES: Final = Kind("companies", "companies", "company", "crm.objects.companies.read", type_id="0-2")
CONTACTS: Final = Kind(
    "contacts", "contacts", "contact", _CONTACTS, "lastmodifieddate", type_id="0-1", associated=("companies",)
)

KINDS: Final = {
    kind.name: kind
    for kind in (
        COMPANIES,
        CONTACTS,
        Kind("notes", "activities", "note", _CONTACTS, associated=_ACTIVITY),
        Kind("calls", "activities", "call", _CONTACTS, associated=_ACTIVITY),
        Kind("emails", "activities", "email", "sales-email-read", associated=_ACTIVITY),
        Kind("meetings", "activities", "meeting", _CONTACTS, associated=_ACTIVITY),
        Kind("tasks", "activities", "task", _CONTACTS, associated=_ACTIVITY),
    )
}
"""By name, in the order in which they are pulled."""

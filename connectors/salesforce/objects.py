"""What Salesforce gives: its objects, and what their fields mean."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.api import Stream

TOMBSTONE: Final = "tombstone"
MERGED_INTO: Final = "merged_into"
CONTACT_IDS: Final = "contact_ids"
COMPANY_IDS: Final = "company_ids"

SEPARATOR: Final = ";"
"""What stands between several values in a column of our own."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record."""

    stream: Stream
    sobject: str
    """Its name in Salesforce."""
    own: tuple[str, ...]
    """Columns that are made of fields, for whoever reads them next."""
    fields: Mapping[str, tuple[str, ...]]
    """What fields mean, best first; an account or a user's rights may lack some."""
    marks: frozenset[str]
    """Fields that each landing of this kind has one of, and none of another kind of its object."""

    @property
    def meant(self) -> frozenset[str]:
        """The fields that mean something, and those that its own columns are made of."""
        made_from = (name for column in self.own for name in _MADE_FROM[column])
        return frozenset(name for names in self.fields.values() for name in names).union(made_from)

    def unsaid(self, present: Collection[str]) -> list[str]:
        """Of what is mapped and none of these fields says, the field that says it best."""
        known = {*present, *self.own}
        return [names[0] for names in self.fields.values() if not known.intersection(names)]


_MADE_FROM: Final = {
    TOMBSTONE: ("IsDeleted", "MasterRecordId", "IsConverted", "ConvertedContactId"),
    MERGED_INTO: ("MasterRecordId", "ConvertedContactId"),
    CONTACT_IDS: ("WhoId",),
    COMPANY_IDS: ("WhatId", "AccountId"),
}
"""Of which fields a column is made (`connectors.salesforce.shape`)."""

_RECORD: Final = {"source_id": ("Id",), "modified_at": ("SystemModstamp",), "tombstone": (TOMBSTONE,)}
_PERSON: Final = {
    **_RECORD,
    "merged_into": (MERGED_INTO,),
    "full_name": ("Name",),
    "first_name": ("FirstName",),
    "last_name": ("LastName",),
    "emails": ("Email",),
    "title": ("Title",),
    "email_opt_out": ("HasOptedOutOfEmail",),
    "phone_opt_out": ("DoNotCall",),
}
_LINKS: Final = {"contact_ids": (CONTACT_IDS,), "company_ids": (COMPANY_IDS,)}
_FATE: Final = (TOMBSTONE, MERGED_INTO)

KINDS: Final = {
    kind.stream.name: kind
    for kind in (
        Kind(
            Stream("companies", "companies"),
            "Account",
            _FATE,
            {
                **_RECORD,
                "merged_into": (MERGED_INTO,),
                "name": ("Name",),
                "website": ("Website",),
                "phones": ("Phone",),
                "industry": ("Industry",),
                "size": ("NumberOfEmployees",),
                "annual_revenue": ("AnnualRevenue",),
                "street": ("BillingStreet",),
                "city": ("BillingCity",),
                "state": ("BillingState",),
                "country": ("BillingCountry", "BillingCountryCode"),
                "postal_code": ("BillingPostalCode",),
            },
            frozenset({"Name"}),
        ),
        Kind(
            Stream("contacts", "contacts"),
            "Contact",
            _FATE,
            {
                **_PERSON,
                "phones": ("Phone", "MobilePhone", "HomePhone", "OtherPhone"),
                "department": ("Department",),
                "company_id": ("AccountId",),
                "city": ("MailingCity",),
                "country": ("MailingCountry", "MailingCountryCode"),
                "birthday": ("Birthdate",),
            },
            frozenset({"LastName"}),
        ),
        Kind(
            Stream("leads", "contacts"),
            "Lead",
            _FATE,
            {
                **_PERSON,
                "phones": ("Phone", "MobilePhone"),
                "company_name": ("Company",),
                "company_website": ("Website",),
                "city": ("City",),
                "country": ("Country", "CountryCode"),
            },
            frozenset({"IsConverted"}),
        ),
        Kind(
            Stream("tasks", "activities"),
            "Task",
            (TOMBSTONE, CONTACT_IDS, COMPANY_IDS),
            {
                **_RECORD,
                **_LINKS,
                "type": ("TaskSubtype", "Type"),
                "occurred_at": ("ActivityDate", "CompletedDateTime"),
                "ended_at": ("CompletedDateTime",),
                "subject": ("Subject",),
                "body": ("Description",),
                "direction": ("CallType",),
                "status": ("Status",),
            },
            frozenset({"Status", "IsClosed", "Priority"}),
        ),
        Kind(
            Stream("events", "activities"),
            "Event",
            (TOMBSTONE, CONTACT_IDS, COMPANY_IDS),
            {
                **_RECORD,
                **_LINKS,
                "type": ("EventSubtype", "Type"),
                "occurred_at": ("StartDateTime", "ActivityDateTime", "ActivityDate"),
                "ended_at": ("EndDateTime",),
                "subject": ("Subject",),
                "body": ("Description",),
            },
            frozenset({"StartDateTime", "ActivityDateTime", "EndDateTime", "DurationInMinutes", "IsAllDayEvent"}),
        ),
    )
}
"""All kinds, companies first."""


def kind_of(object_name: str, columns: Collection[str]) -> Kind | None:
    """The kind of a landing with these columns; None where it is none of ours."""
    present = set(columns)
    kinds = [kind for kind in KINDS.values() if kind.stream.object == object_name]
    if not present >= {"Id", "SystemModstamp", TOMBSTONE}:
        return None
    # Leads have what contacts have, and more; so the last that fits is meant.
    return next((kind for kind in reversed(kinds) if kind.marks & present), None)

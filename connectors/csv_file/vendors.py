"""Exports in which a column holds the vendor's own id of a record; the others say what any header's words say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Vendor:
    """An export: it has one of the `ids`, all that it `needs`, and one of the `marks`, all as headers are compared."""

    layout: str
    object: str
    ids: tuple[str, ...]
    needs: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    before: str = ""
    """What stands before the id's name in the header as written."""


MAILCHIMP: Final = "mailchimp_members"
"""Its files say by their names in which state of the list the members are."""

_SALESFORCE: Final = ("isdeleted", "systemmodstamp", "createdbyid", "lastmodifiedbyid", "masterrecordid")
"""What the Data Loader writes and no table kept by hand has."""

VENDORS: Final = (
    Vendor("pipedrive_people", "contacts", ("id",), before="person - "),
    Vendor("pipedrive_organizations", "companies", ("id",), before="organization - "),
    Vendor("salesforce_contacts", "contacts", ("id",), ("lastname",), _SALESFORCE),
    Vendor("salesforce_accounts", "companies", ("id",), ("name",), _SALESFORCE),
    Vendor("salesforce_report", "contacts", ("contactid", "leadid"), (), ("accountowner", "contactowner", "leadowner")),
    Vendor("salesforce_account_report", "companies", ("accountid",), ("accountowner",)),
    Vendor("luma_guests", "contacts", ("guestid", "apiid"), (), ("approvalstatus", "checkedinat", "ticketname")),
    Vendor(MAILCHIMP, "contacts", ("leid",), ("emailaddress", "euid")),
    Vendor("brevo_contacts", "contacts", ("contactid",), (), ("emailblacklisted", "smsblacklisted")),
)


def vendor_of(object_name: str, keys: Mapping[str, str]) -> tuple[str, str] | None:
    """The layout's name and the column of its ids; None where the header is of no such export.

    `keys` maps the headers as they are compared to the columns.
    """
    for vendor in VENDORS:
        held = next((keys[name] for name in vendor.ids if name in keys), None)
        if vendor.object != object_name or held is None or not held.casefold().startswith(vendor.before):
            continue
        if keys.keys() >= set(vendor.needs) and (not vendor.marks or keys.keys() & set(vendor.marks)):
            return vendor.layout, held
    return None

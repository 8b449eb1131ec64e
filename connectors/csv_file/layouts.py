"""What a CSV header means: the exports we know by name, and any other table by the words in its header.

Headers are compared by their letters and digits alone, so `E-mail Address`, `email_address` and `EMAIL ADDRESS` are
one; order and extra columns do not matter. A fax number is never a phone. Google marks the primary value of a cell
with a leading `* `, which stays in the value, and says in a cell of its own of what kind a numbered phone is
(`Phone 2 - Label`: `Work Fax`): the layout names that column, the cleaning step reads it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from connectors.contract import Layout
from connectors.csv_file.vendors import MAILCHIMP, vendor_of
from connectors.csv_file.words import COMPANY_WORDS, CONSENT_WORDS, CONTACT_WORDS
from connectors.errors import SourceRefused
from connectors.records import SCHEMAS

Words = Mapping[str, tuple[str, ...]]

_GOOGLE: Final = {
    "first_name": ("firstname",),
    "last_name": ("lastname",),
    "emails": (r"email\d+value",),
    "phones": (r"phone\d+value",),
    "title": ("organizationtitle",),
    "department": ("organizationdepartment",),
    "company_name": ("organizationname",),
    "city": (r"address\d+city",),
    "country": (r"address\d+country",),
    "birthday": ("birthday",),
    "tags": ("labels",),
}
_GOOGLE_OLD: Final = {
    **_GOOGLE,
    "full_name": ("name",),
    "first_name": ("givenname",),
    "last_name": ("familyname",),
    "title": (r"organization\d+title",),
    "department": (r"organization\d+department",),
    "company_name": (r"organization\d+name",),
    "tags": ("groupmembership",),
}
_LINKEDIN: Final = {
    "source_id": ("url",),
    "first_name": ("firstname",),
    "last_name": ("lastname",),
    "emails": ("emailaddress",),
    "title": ("position",),
    "company_name": ("company",),
    "linkedin_url": ("url",),
}
_HUBSPOT_CONTACTS: Final = {
    **CONSENT_WORDS,
    "source_id": ("recordid", "contactid"),
    "modified_at": ("lastmodifieddate",),
    "first_name": ("firstname",),
    "last_name": ("lastname",),
    "emails": ("email", "workemail", "additionalemailaddresses"),
    "phones": ("phonenumber", "mobilephonenumber"),
    "title": ("jobtitle",),
    "department": ("department",),
    "company_id": ("associatedcompanyidsprimary", "associatedcompanyids", "associatedcompanyid"),
    "company_name": ("associatedcompanyprimary", "associatedcompany", "companyname"),
    "company_website": ("websiteurl",),
    "city": ("city",),
    "country": ("countryregion", "country"),
    "locale": ("preferredlanguage",),
    "linkedin_url": ("linkedinurl",),
    "birthday": ("dateofbirth", "birthday"),
    "tags": ("tags",),
}
_HUBSPOT_COMPANIES: Final = {
    "source_id": ("recordid", "companyid"),
    "modified_at": ("lastmodifieddate",),
    "name": ("companyname",),
    "website": ("companydomainname", "websiteurl"),
    "phones": ("phonenumber",),
    "industry": ("industry",),
    "size": ("numberofemployees",),
    "annual_revenue": ("annualrevenue",),
    "street": ("streetaddress",),
    "city": ("city",),
    "state": ("stateregion",),
    "country": ("countryregion", "country"),
    "postal_code": ("postalcode",),
}

_PERSON: Final = ("full_name", "first_name", "last_name")
_PRESENT: Final = {
    "contacts": (*_PERSON, "emails", "phones"),
    "companies": ("name", "website", "emails", "phones"),
}
"""A header that maps none of these says nothing about anyone."""


def find_layout(object_name: str, columns: Sequence[str], name: str = "csv_file") -> Layout:
    """The layout of a header. Raises SourceRefused when it says nothing about the object."""
    keys = {key(column): column for column in reversed(columns)}
    layout = _known(object_name, keys) or _plain(object_name, keys)
    if not any(field in layout.columns for field in _PRESENT[object_name]):
        raise _unknown(columns, object_name, name)
    return layout


def object_of(columns: Sequence[str], name: str) -> Literal["contacts", "companies"]:
    """Whether the rows are people or companies. Raises SourceRefused when the header says neither.

    A table with people's names is about people. Without them, a column for the company's name makes it companies,
    unless it lists e-mail addresses and nothing that only companies have, such as an industry.
    """
    keys = {key(column): column for column in reversed(columns)}
    if _is_hubspot_companies(keys) or (vendor_of("companies", keys) and not vendor_of("contacts", keys)):
        return "companies"
    people, companies = _plain("contacts", keys).columns, _plain("companies", keys).columns
    if _known("contacts", keys) or any(field in people for field in ("first_name", "last_name")):
        return "contacts"
    trade = any(field in companies for field in ("industry", "size", "annual_revenue"))
    private = any(field in people for field in ("emails", "title", "department", "linkedin_url"))
    said = "company_name" in people and "full_name" not in people
    bare = "full_name" in people and "company_name" not in people and "name" in keys
    if said and (trade or not private):
        return "companies"
    if bare and not private and (trade or "website" in companies):
        return "companies"
    if any(field in people for field in _PRESENT["contacts"]):
        return "contacts"
    if "website" in companies:
        return "companies"
    raise _unknown(columns, "contacts or companies", name)


def told_by_name(layout: Layout, name: str) -> dict[str, str]:
    """What a file's name says of all its rows: of Mailchimp's, in which state of the list they are.

    An address that was `cleaned` takes no e-mail any more. A name with several states is an opt-out where all of them
    are, and else says nothing. Any other list may be called so: it says nothing there.
    """
    states = set(re.findall(r"(?<![a-z])(?:unsubscribed|cleaned|subscribed)(?![a-z])", name.casefold()))
    if layout.name != MAILCHIMP or not states or ("subscribed" in states and len(states) > 1):
        return {}
    return {"email_opt_out": max(states)}


def key(column: str) -> str:
    """A header as it is compared: its letters and digits, in one case; Pipedrive's `Person - ` before it is dropped."""
    text = unicodedata.normalize("NFKC", column).casefold()
    return re.sub(r"[\W_]+", "", re.sub(r"^(person|organization) - ", "", text))


def _known(object_name: str, keys: Mapping[str, str]) -> Layout | None:
    """The layout of an export that we know by name."""
    if object_name == "companies":
        if not _is_hubspot_companies(keys):
            return _of_vendor(object_name, keys)
        return Layout("hubspot_companies", object_name, _map(_HUBSPOT_COMPANIES, keys), (";",))
    if {"firstname", "lastname", "url", "connectedon"} <= keys.keys():
        return Layout("linkedin_connections", object_name, _map(_LINKEDIN, keys), date_format="%d %b %Y")
    groups = any(re.fullmatch(r"(email|phone)\d+value", column) for column in keys)
    if groups and {"givenname", "familyname"} & keys.keys():
        return Layout("google_contacts_old", object_name, _map(_GOOGLE_OLD, keys), (" ::: ",), labels=_labels(keys))
    if groups and {"firstname", "lastname"} & keys.keys():
        return Layout("google_contacts", object_name, _map(_GOOGLE, keys), (" ::: ",), labels=_labels(keys))
    marks = {"lifecyclestage", "leadstatus", "contactowner", "associatedcompanyids", "associatedcompany"}
    if "recordid" in keys and marks & keys.keys() and {"firstname", "lastname", "email"} & keys.keys():
        return Layout("hubspot_contacts", object_name, _map(_HUBSPOT_CONTACTS, keys), (";",))
    return _of_vendor(object_name, keys)


def _of_vendor(object_name: str, keys: Mapping[str, str]) -> Layout | None:
    """The layout of an export that has the vendor's ids, and else the words of any header."""
    if (found := vendor_of(object_name, keys)) is None:
        return None
    plain = _plain(object_name, keys)
    return replace(plain, name=found[0], columns={**plain.columns, "source_id": (found[1],)})


def _labels(keys: Mapping[str, str]) -> dict[str, str]:
    """Each numbered phone column with the column that says of what kind it is."""
    numbers = (match[1] for column in keys if (match := re.fullmatch(r"phone(\d+)value", column)))
    return {
        keys[f"phone{number}value"]: keys[f"phone{number}{word}"]
        for number in numbers
        for word in ("type", "label")
        if f"phone{number}{word}" in keys
    }


def _is_hubspot_companies(keys: Mapping[str, str]) -> bool:
    return {"recordid", "companyname"} <= keys.keys() and bool({"companydomainname", "companyowner"} & keys.keys())


def _plain(object_name: str, keys: Mapping[str, str]) -> Layout:
    """Any other table, by the words that people use in headers."""
    words = CONTACT_WORDS if object_name == "contacts" else COMPANY_WORDS
    columns = _map(words, keys)
    if (
        "title" in columns and {"jobtitle", "title"} <= keys.keys()
    ):  # then `Title` is Mr or Ms, which must not fill in for a blank job
        columns["title"] = tuple(column for column in columns["title"] if key(column) != "title")
    return Layout("plain", object_name, columns, (";", "|"))


def _map(words: Words, keys: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Each field's columns: best word first, then by number (`Phone 2` before `Phone 10`)."""
    columns: dict[str, tuple[str, ...]] = {}
    for field in SCHEMAS["contacts"].fields + SCHEMAS["companies"].fields:
        found: dict[str, None] = {}
        for word in words.get(field.name, ()):
            pattern = _numbered(word) if field.many and word.isalpha() else word
            matches = [column for column in keys if re.fullmatch(pattern, column)]
            for match in sorted(matches, key=_number):
                found.setdefault(keys[match])
        if found:
            columns[field.name] = tuple(found)
    return columns


def _numbered(word: str) -> str:
    """A pattern for `phone`, `phone2`, and Outlook's `email2address` for `emailaddress`."""
    return rf"{word}\d*|{re.sub('^email', r'email[0-9]*', word)}"


def _number(column: str) -> int:
    return int("".join(filter(str.isdigit, column)) or 0)


def _unknown(columns: Sequence[str], object_name: str, name: str) -> SourceRefused:
    # The columns are not named: in a file without a header they are somebody's name and address.
    return SourceRefused(
        f"none of its {len(columns)} columns says anything about {object_name}.",
        name=name,
        guidance="Where the file begins with a row, put column names before it; else say in sync.toml which column is "
        "which, under [sources.NAME.columns], and what a row is (`object`).",
    )

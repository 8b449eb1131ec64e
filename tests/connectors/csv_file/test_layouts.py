"""Headers are understood by their names, in any order and spelling."""

from __future__ import annotations

import pytest

from connectors.csv_file.layouts import find_layout, object_of, told_by_name
from connectors.errors import SourceRefused
from connectors.records import SCHEMAS

HEADERS = {
    "google_contacts": "First Name,Middle Name,Last Name,Organization Name,Organization Title,Organization Department,"
    "Notes,Birthday,Address 1 - City,Labels,"
    "E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value",
    "google_contacts_old": "Name,Given Name,Additional Name,Family Name,Group Membership,E-mail 1 - Type,"
    "E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Organization 1 - Name,Organization 1 - Title",
    "linkedin_connections": "First Name,Last Name,URL,Email Address,Company,Position,Connected On",
    "hubspot_contacts": "Record ID,First Name,Last Name,Email,Phone Number,Job Title,Company Name,Contact owner,"
    "Lifecycle Stage,Lead Status,Create Date,Associated Company,Associated Company IDs",
    "hubspot_companies": "Record ID,Company name,Company Domain Name,Company owner,Industry,Phone Number,City",
}


@pytest.mark.parametrize("name", HEADERS)
def test_known_exports_are_recognised_in_any_order_and_case(name: str) -> None:
    """A shuffled, re-cased header with extra columns is still the same export, and maps to real fields only."""
    columns = HEADERS[name].split(",")
    shuffled = [column.upper() for column in columns] + ["Extra"]
    shuffled.sort(key=lambda column: column[::-1])
    kind = object_of(columns, "a.csv")
    assert kind == object_of(shuffled, "a.csv") == ("companies" if name.endswith("companies") else "contacts")
    layout, again = find_layout(kind, columns), find_layout(kind, shuffled)
    assert layout.name == again.name == name
    assert {field: [c.upper() for c in cells] for field, cells in layout.columns.items()} == {
        field: list(cells) for field, cells in again.columns.items()
    }
    assert set(layout.columns) <= set(SCHEMAS[kind].names)


def test_numbered_groups_come_in_order_of_their_number() -> None:
    """Google's tenth phone comes after its second, wherever the columns stand."""
    columns = ["First Name", "Phone 10 - Value", "Phone 2 - Value", "Phone 1 - Value", "E-mail 1 - Value", "Labels"]
    layout = find_layout("contacts", columns)
    assert layout.columns["phones"] == ("Phone 1 - Value", "Phone 2 - Value", "Phone 10 - Value")
    assert layout.separators == (" ::: ",)


def test_city_and_birthday_are_understood() -> None:
    """In the exports that have them and in hand-kept tables; an id that sources share is never guessed."""
    assert find_layout("contacts", HEADERS["google_contacts"].split(",")).columns["city"] == ("Address 1 - City",)
    hubspot = find_layout("contacts", [*HEADERS["hubspot_contacts"].split(","), "City", "Date of birth"])
    assert (hubspot.columns["city"], hubspot.columns["birthday"]) == (("City",), ("Date of birth",))
    plain = find_layout("contacts", ["Name", "Ort", "Geburtsdatum", "Customer number", "External ID"])
    assert (plain.columns["city"], plain.columns["birthday"]) == (("Ort",), ("Geburtsdatum",))
    assert "external_ids" not in plain.columns


def test_title_beside_a_job_title_is_mr_or_ms() -> None:
    """As in Outlook's export: the job title is the title, and nothing else fills in for it, whatever rows are about."""
    columns = ["Title", "First Name", "Last Name", "Company", "Job Title", "E-mail Address", "Business Phone"]
    assert object_of(columns, "outlook.csv") == "contacts"
    assert find_layout("contacts", columns).columns["title"] == ("Job Title",)
    assert "title" not in find_layout("companies", columns).columns


def test_fax_is_never_a_phone() -> None:
    """No spelling of a fax column is mapped."""
    columns = ["Name", "Fax", "Business Fax", "Telefax", "Fax Number", "Phone Fax", "Home Fax 2", "Phone"]
    assert find_layout("contacts", columns).columns["phones"] == ("Phone",)


def test_plain_headers_are_understood_by_synonyms() -> None:
    """German, Outlook, Pipedrive and Data Loader headers all map."""
    german = find_layout("contacts", ["Vorname", "Nachname", "E-Mail", "Telefon", "Firma", "Land"])
    assert german.columns["last_name"] == ("Nachname",)
    assert german.columns["company_name"] == ("Firma",)
    outlook = find_layout(
        "contacts",
        [
            "Title",
            "First Name",
            "Job Title",
            "Business Phone 2",
            "Business Phone",
            "E-mail 2 Address",
            "E-mail Address",
        ],
    )
    assert outlook.columns["title"] == ("Job Title",)
    assert outlook.columns["phones"] == ("Business Phone", "Business Phone 2")
    assert outlook.columns["emails"] == ("E-mail Address", "E-mail 2 Address")
    pipedrive = find_layout(
        "contacts", ["Person - ID", "Person - Name", "Person - Email - Home", "Person - Email - Work"]
    )
    assert pipedrive.columns["emails"] == ("Person - Email - Work", "Person - Email - Home")
    loader = find_layout("contacts", ["ID", "ACCOUNTID", "LASTNAME", "EMAIL", "MOBILEPHONE", "SYSTEMMODSTAMP"])
    assert loader.columns["company_id"] == ("ACCOUNTID",)
    assert loader.columns["modified_at"] == ("SYSTEMMODSTAMP",)


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ("Company,Website,Phone", "companies"),
        ("Company name,Email,Industry", "companies"),
        ("name,domain", "companies"),
        ("name,industry,employees", "companies"),
        ("domain,industry", "companies"),
        ("Company,Email", "contacts"),
        ("name,email,website", "contacts"),
        ("First name,Company,Industry", "contacts"),
        ("Full name,Company,Website", "contacts"),
        ("email", "contacts"),
    ],
)
def test_people_and_companies_are_told_apart(columns: str, kind: str) -> None:
    """A table is about companies only if it names companies and no people."""
    assert object_of(columns.split(","), "a.csv") == kind


def test_header_that_says_nothing_is_refused_with_what_to_do() -> None:
    """The refusal says where to say what the columns mean, and not what may be a row and no header."""
    with pytest.raises(SourceRefused, match=r"none of its 2 columns says anything.*sources\.NAME\.columns"):
        find_layout("contacts", ["colour", "height"])


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("unsubscribed_email_audience_export_1a2b.csv", "unsubscribed"),
        ("2026-01 Cleaned_members_export.csv", "cleaned"),
        ("subscribed_segment_export.csv", "subscribed"),
        ("nonsubscribed_email_audience_export_1a2b.csv", None),
        ("unsubscribed and cleaned.csv", "unsubscribed"),
        ("cleaned_and_unsubscribed.csv", "unsubscribed"),
        ("cleaned (cleaned 2026).csv", "cleaned"),
        ("subscribed_and_cleaned.csv", None),
        ("subscribed_unsubscribed.csv", None),
        ("members.csv", None),
    ],
)
def test_mailchimp_says_in_a_file_s_name_who_is_in_it(name: str, state: str | None) -> None:
    """Of its exports the name counts, whole words alone; a list of another make may be called as it likes."""
    mailchimp = find_layout("contacts", ["Email Address", "First Name", "LEID", "EUID", "UNSUB_TIME"])
    assert mailchimp.columns["source_id"] == ("LEID",)
    assert told_by_name(mailchimp, name) == ({"email_opt_out": state} if state else {})
    assert told_by_name(find_layout("contacts", ["Email Address", "First Name"]), name) == {}


def test_an_opt_out_of_one_kind_of_e_mail_is_none_of_all() -> None:
    """HubSpot has a column for all e-mail, and one for each kind."""
    columns = [*HEADERS["hubspot_contacts"].split(","), "Opted out of email: News", "Unsubscribed from all email"]
    assert find_layout("contacts", columns).columns["email_opt_out"] == ("Unsubscribed from all email",)

"""Opt-outs as the exports of HubSpot, Salesforce, Mailchimp, Brevo and Pipedrive have them, from file to CRM."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from connectors.giant_context.wire import Contact
from tests.pipelines.workshop import AGAIN, Workshop

EXPORTS: Final = {
    "hubspot.csv": """
        Record ID,First Name,Last Name,Email,Lifecycle Stage,Unsubscribed from all email,Last Modified Date
        1,Ada,Hub,ada@hub.example,Lead,true,2025-03-01 10:00
        2,Alan,Hub,alan@hub.example,Lead,false,2025-03-01 10:00
        3,Alma,Hub,alma@hub.example,Lead,,2025-03-01 10:00
    """,
    "salesforce_report.csv": """
        Salutation,First Name,Last Name,Title,Phone,Email,Account Name,Email Opt Out,Do Not Call
        Ms.,Ada,Force,CEO,+1 312-555-0101,ada@force.example,Force,1,0
        Mr.,Alan,Force,CEO,+1 312-555-0102,alan@force.example,Force,0,1
        Mr.,Alma,Force,CEO,+1 312-555-0103,alma@force.example,Force,0,0
    """,
    "salesforce_loader.csv": """
        "ID","ISDELETED","FIRSTNAME","LASTNAME","EMAIL","HASOPTEDOUTOFEMAIL","DONOTCALL"
        "003A","false","Ada","Loader","ada@loader.example","true","false"
        "003B","false","Alan","Loader","alan@loader.example","false","true"
    """,
    "unsubscribed_email_audience_export_1a2b.csv": """
        Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,UNSUB_TIME,LAST_CHANGED,LEID,EUID,NOTES,TAGS
        ada@chimp.example,Ada,Chimp,2,2024-01-01 10:00:00,2025-05-06 07:08:09,2025-05-06 07:08:09,11,aa,,
    """,
    "cleaned_email_audience_export_1a2b.csv": """
        Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,CLEAN_TIME,LAST_CHANGED,LEID,EUID,NOTES,TAGS
        cleo@chimp.example,Cleo,Chimp,2,2024-01-01 10:00:00,2025-06-07 08:09:10,2025-06-07 08:09:10,12,bb,,
    """,
    "subscribed_email_audience_export_1a2b.csv": """
        Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,LAST_CHANGED,LEID,EUID,NOTES,TAGS
        alan@chimp.example,Alan,Chimp,2,2024-01-01 10:00:00,2025-05-06 07:08:09,13,cc,,
    """,
    "nonsubscribed_email_audience_export_1a2b.csv": """
        Email Address,First Name,Last Name,MEMBER_RATING,LAST_CHANGED,LEID,EUID,NOTES,TAGS
        alma@chimp.example,Alma,Chimp,2,2025-05-06 07:08:09,14,dd,,
    """,
    "brevo.csv": """
        EMAIL;LASTNAME;FIRSTNAME;SMS;EMAIL_BLACKLISTED;SMS_BLACKLISTED
        ada@brevo.example;Brevo;Ada;;true;false
        alan@brevo.example;Brevo;Alan;;false;true
        alma@brevo.example;Brevo;Alma;;false;false
    """,
    "people-12345-67.csv": """
        Person - ID,Person - Name,Person - Email - Work,Person - Marketing status,Person - Update time
        1,Ada Drive,ada@drive.example,Unsubscribed,2026-01-02 10:00:00
        2,Alan Drive,alan@drive.example,Subscribed,2026-01-02 10:00:00
        3,Alma Drive,alma@drive.example,No consent,2026-01-02 10:00:00
    """,
}
"""What each vendor's export looks like, with people who opted out of e-mail, of calls, and of nothing."""

NEITHER: Final = (None, None)


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """One run over all of these exports."""
    shop = Workshop(tmp_path_factory.mktemp("vendors"))
    for name, text in EXPORTS.items():
        shop.file(name, text)
    shop.run()
    return shop


def said(contact: Contact) -> tuple[Any, Any]:
    """What the properties of a contact say of e-mail and of phone."""
    return contact.properties.get("email_opt_out"), contact.properties.get("phone_opt_out")


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("ada@hub.example", (True, None)),
        ("alan@hub.example", NEITHER),
        ("alma@hub.example", NEITHER),
        ("ada@force.example", (True, None)),
        ("alan@force.example", (None, True)),
        ("alma@force.example", NEITHER),
        ("ada@loader.example", (True, None)),
        ("alan@loader.example", (None, True)),
        ("ada@chimp.example", (True, None)),
        ("cleo@chimp.example", (True, None)),
        ("alan@chimp.example", NEITHER),
        ("alma@chimp.example", NEITHER),
        ("ada@brevo.example", (True, None)),
        ("alan@brevo.example", (None, True)),
        ("alma@brevo.example", NEITHER),
        ("ada@drive.example", (True, None)),
        ("alan@drive.example", NEITHER),
        ("alma@drive.example", NEITHER),
    ],
)
def test_an_export_s_opt_out_is_a_property_and_a_tag(
    brought: Workshop, email: str, expected: tuple[bool | None, bool | None]
) -> None:
    """Of each vendor, those who opted out and nobody else bear both, with when and by which source."""
    contact = brought.contact(email)
    assert said(contact) == expected
    assert ("email opt-out" in contact.tags, "phone opt-out" in contact.tags) == tuple(map(bool, expected))
    for channel, out in zip(("email", "phone"), expected, strict=True):
        assert contact.properties.get(f"{channel}_opt_out_source") == ("inbox" if out else None)
        assert bool(contact.properties.get(f"{channel}_opt_out_at")) == bool(out)


def test_the_time_is_the_source_s_own_where_it_has_one(brought: Workshop) -> None:
    """When the person unsubscribed, else when the record that says so last changed, else its file's date."""
    times = {
        "ada@chimp.example": "2025-05-06T07:08:09Z",
        "cleo@chimp.example": "2025-06-07T08:09:10Z",
        "ada@hub.example": "2025-03-01T10:00:00Z",
        "ada@brevo.example": "2026-01-01T00:00:00Z",
    }
    assert {email: brought.contact(email).properties["email_opt_out_at"] for email in times} == times


def test_a_second_run_says_nothing_again(brought: Workshop, tmp_path: Path) -> None:
    """What is marked is marked: the next run sends nothing."""
    shop = brought.twin(tmp_path)
    shop.run()
    assert shop.rows("applied") == []


def test_one_member_of_a_list_is_one_record(tmp_path: Path) -> None:
    """Who moves from one of Mailchimp's files to another is told by the list's own id: the last word counts."""
    shop = Workshop(tmp_path)
    header = "Email Address,First Name,Last Name,OPTIN_TIME,LAST_CHANGED,LEID,EUID"
    row = "ada@acme.com,Ada,Lovelace,2024-01-01 10:00:00,{changed},1,a"
    shop.file("unsubscribed_1.csv", f"{header}\n{row.format(changed='2025-01-01 10:00:00')}")
    shop.file("subscribed_1.csv", f"{header}\n{row.format(changed='2025-02-01 10:00:00')}")
    shop.run()
    assert said(shop.contact("ada@acme.com")) == NEITHER
    shop.file("unsubscribed_2.csv", f"{header}\n{row.format(changed='2025-03-01 10:00:00')}")
    shop.run()
    assert said(shop.contact("ada@acme.com")) == (True, None)


def test_a_member_who_was_known_by_a_file_s_id_is_nobody_new(tmp_path: Path) -> None:
    """A ledger from before the layout was known names its records by their file: they are who they were."""
    shop = Workshop(tmp_path)
    shop.file("members.csv", "Email Address,First Name,Last Name,LEID,EUID\nada@acme.com,Ada,Lovelace,1,a")
    shop.run()
    (person,) = [row["person_id"] for row in shop.rows("golden")]
    with closing(sqlite3.connect(shop.data / "ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE entities SET record_key = 'inbox/contacts/plain:members.csv:1'")
    shop.edit(shop.contact("ada@acme.com").id, email="ada@home.example")
    shop.run(*AGAIN)
    assert [row["person_id"] for row in shop.rows("golden")] == [person]
    assert [contact.email for contact in shop.contacts()] == ["ada@home.example"]
    assert shop.rows("applied") == []


def test_the_name_of_a_file_is_unmapped_like_a_column(tmp_path: Path) -> None:
    """`columns.email_opt_out = []` lets neither a column nor a file's name say anything."""
    source = {
        "kind": "csv_file",
        "options": {"path": "inbox"},
        "columns": {"email_opt_out": [], "email_opt_out_at": []},
    }
    shop = Workshop(tmp_path, sources={"inbox": source})
    name = "unsubscribed_email_audience_export_1a2b.csv"
    shop.file(name, EXPORTS[name])
    shop.run("extract", "clean")
    assert "out" not in {row["says"] for row in shop.rows("consents")}


def test_a_list_that_somebody_joined_says_nothing_of_another_vendor_s_opt_out(tmp_path: Path) -> None:
    """All exports lie in one inbox: a later opt-in to Mailchimp's list leaves Salesforce's opt-out as it is."""
    shop = Workshop(tmp_path)
    shop.file(
        "report.csv",
        """
        Contact ID,First Name,Last Name,Email,Contact Owner,Email Opt Out,Last Modified Date
        003A,Bob,Both,bob@both.example,Robin Roe,1,2025-01-01 10:00
        """,
    )
    shop.file(
        "subscribed_email_audience_export_1a2b.csv",
        """
        Email Address,First Name,Last Name,MEMBER_RATING,CONFIRM_TIME,LAST_CHANGED,LEID,EUID,NOTES,TAGS
        bob@both.example,Bob,Both,2,2025-05-06 07:08:09,2025-05-06 07:08:09,13,cc,,
        """,
    )
    shop.run()
    assert said(shop.contact("bob@both.example")) == (True, None)

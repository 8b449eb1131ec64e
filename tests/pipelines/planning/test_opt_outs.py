"""Who opted out is marked in the CRM, whatever else is said, until the same source says later that they opted in."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from connectors.giant_context.wire import Contact
from tests.pipelines.workshop import AGAIN, TO_PLAN, Workshop

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


def world(tmp_path: Path, **sections: Any) -> Workshop:
    """A workshop of two sources, of which the first is believed first."""
    sources = {name: {"kind": "csv_file", "options": {"path": name}} for name in ("crm", "lists")}
    for name in sources:
        (tmp_path / name).mkdir()
    return Workshop(tmp_path, **{"sources": sources, **sections})


OUT = ("Contact ID,First name,Last name,Email,Unsubscribed", "1,Ada,Lovelace,ada@acme.com,{said}")


def told(shop: Workshop, folder: str, word: str, *, day: int, name: str = "people.csv") -> None:
    """Let a source say something of Ada."""
    shop.file(name, "\n".join(OUT).format(said=word), day=day, folder=folder)


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


@pytest.mark.parametrize("policy", ["crm_wins", "source_wins", "fill_empty", "append", "review", "newest"])
def test_an_opt_out_wins_over_order_age_and_policy(tmp_path: Path, policy: str) -> None:
    """The last of the sources, in an old file, is enough; no policy keeps it from a contact that has tags already."""
    properties = {"policy": policy}
    fields = {"properties": properties, "tags": {**properties, "policy": "review" if policy == "newest" else policy}}
    shop = world(tmp_path, fields=fields)
    shop.type_in(first_name="Ada", last_name="Lovelace", email="ada@acme.com", tags=["vip"], properties={"a": 1})
    told(shop, "crm", "no", day=90)
    told(shop, "lists", "yes", day=1)
    shop.run()
    ada = shop.contact("ada@acme.com")
    assert said(ada) == (True, None)
    assert ada.properties["email_opt_out_source"] == "lists"
    assert {*ada.tags} == {"vip", "email opt-out"}


def test_it_lasts_until_the_same_source_says_otherwise(tmp_path: Path) -> None:
    """A blank cell, a column or a row that is gone and another source's word change nothing; its own `no` ends it."""
    shop = world(tmp_path)
    told(shop, "lists", "yes", day=1)
    shop.run()
    since = shop.contact("ada@acme.com").properties["email_opt_out_at"]
    told(shop, "lists", "", day=2)
    told(shop, "crm", "no", day=3)
    shop.run()
    shop.file("people.csv", "Contact ID,First name,Last name,Email\n1,Ada,King,ada@acme.com", day=4, folder="lists")
    shop.run()
    shop.file("people.csv", f"{OUT[0]}\n2,Alan,Turing,alan@acme.com,no", day=5, folder="lists")
    shop.run()
    ada = shop.contact("ada@acme.com")
    assert (said(ada), ada.tags, ada.properties["email_opt_out_at"]) == ((True, None), ["email opt-out"], since)
    told(shop, "lists", "no", day=6)
    shop.run()
    ada = shop.contact("ada@acme.com")
    assert (ada.tags, [key for key in ada.properties if "opt_out" in key]) == ([], [])
    shop.run(*AGAIN)
    assert shop.rows("applied") == []


@pytest.mark.parametrize(("opted_in", "out"), [("2025-05-01 10:00:00", True), ("2025-07-01 10:00:00", None)])
def test_only_a_later_opt_in_ends_it(tmp_path: Path, opted_in: str, out: bool | None) -> None:
    """Of two records of one source, the one that opted in counts where it did so after the other had opted out."""
    shop = Workshop(tmp_path)
    shop.file(
        "unsubscribed_email_audience_export_1.csv",
        """
        Email Address,First Name,Last Name,Phone Number,UNSUB_TIME,LAST_CHANGED,LEID,EUID
        ada@acme.com,Ada,Lovelace,+1 312-555-0101,2025-06-01 10:00:00,2025-06-01 10:00:00,1,a
        """,
    )
    shop.file(
        "subscribed_email_audience_export_1.csv",
        f"""
        Email Address,First Name,Last Name,Phone Number,OPTIN_TIME,LAST_CHANGED,LEID,EUID
        ada@home.example,Ada,Lovelace,+1 312-555-0101,{opted_in},2026-01-01 10:00:00,2,b
        """,
    )
    shop.sections = {"match": {"default_region": "US", "candidates": False}}
    shop.run()
    people = shop.rows("golden")
    assert [person["email_opt_out"] for person in people if "ada@acme.com" in person["emails"]] == [out], people


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


def test_what_a_human_took_away_stays_away(tmp_path: Path) -> None:
    """Tag and property go by a human's hand like any other: they do not come back."""
    shop = world(tmp_path)
    told(shop, "lists", "yes", day=1)
    shop.run()
    ada = shop.contact("ada@acme.com")
    shop.untag(ada.id, "email opt-out")
    shop.edit(ada.id, properties={})
    shop.run(*AGAIN)
    ada = shop.contact("ada@acme.com")
    assert (ada.tags, ada.properties) == ([], {})


@pytest.mark.parametrize(("setting", "decision"), [("hold", "review"), ("skip", "omit")])
def test_who_opted_out_need_not_be_created(tmp_path: Path, setting: str, decision: str) -> None:
    """`hold` lists them for a human, `skip` leaves them out; a contact that is there is marked all the same."""
    shop = world(tmp_path, crm={"opt_outs": setting})
    shop.type_in(first_name="Alan", last_name="Turing", email="alan@acme.com")
    told(shop, "lists", "yes", day=1)
    rows = "1,Alan,Turing,alan@acme.com,yes\n2,Grace,Hopper,grace@acme.com,no"
    shop.file("more.csv", f"{OUT[0]}\n{rows}", folder="lists")
    done = shop.run()
    assert sorted(contact.first_name for contact in shop.contacts()) == ["Alan", "Grace"]
    assert "email opt-out" in shop.contact("alan@acme.com").tags
    (row,) = [row for row in shop.rows("plan") if row["decision"] == decision]
    assert "opted out" in row["rule"]
    assert done.reports["plan"].counts["held_for_review"] == (setting == "hold")
    assert done.reports["plan"].counts["values_omitted"] == 0


def test_what_the_crm_says_itself_is_never_overridden(tmp_path: Path) -> None:
    """Where the contact is unsubscribed in the CRM, an opt-in of the sources takes neither property nor tag away."""
    shop = world(tmp_path)
    told(shop, "lists", "yes", day=1)
    shop.run()
    ada = shop.contact("ada@acme.com")
    shop.unsubscribe(ada.id)
    told(shop, "lists", "no", day=2)
    shop.run()
    ada = shop.contact("ada@acme.com")
    assert (said(ada), ada.tags, ada.email_subscribed) == ((True, None), ["email opt-out"], False)
    kept = [row for row in shop.rows("plan") if "unsubscribed in the CRM" in (row["rule"] or "")]
    assert {row["decision"] for row in kept} == {"keep"}
    assert {"tags", "properties.email_opt_out"} <= {row["field"] for row in kept}


def test_a_source_that_goes_takes_no_mark_with_it(tmp_path: Path) -> None:
    """Even where the settings take back what nothing supports, a mark without its source waits for a human."""
    shop = world(tmp_path, fields={name: {"retract": "write"} for name in ("tags", "properties")})
    told(shop, "lists", "yes", day=1)
    told(shop, "crm", "no", day=1)
    shop.run()
    del shop.sections["sources"]["lists"]
    shop.run()
    ada = shop.contact("ada@acme.com")
    assert (said(ada), ada.tags) == ((True, None), ["email opt-out"])
    fields = {row["field"] for row in shop.rows("plan") if row["decision"] == "review" and row["change"] == "retract"}
    assert fields == {"tags", *(f"properties.email_opt_out{part}" for part in ("", "_at", "_source"))}


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


def test_a_word_that_cannot_be_read_is_set_aside(tmp_path: Path) -> None:
    """It marks nobody and is listed with its row."""
    shop = world(tmp_path)
    told(shop, "lists", "perhaps", day=1)
    shop.run(*TO_PLAN)
    (row,) = shop.rows("rejected_values")
    assert (row["field"], row["value"]) == ("email_opt_out", "perhaps")
    assert [person["email_opt_out"] for person in shop.rows("golden")] == [None]

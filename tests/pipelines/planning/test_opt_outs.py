"""Who opted out is marked in the CRM, whatever else is said, until the same source says later that they opted in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.lake.engine import engine
from pipelines.lake.lake import Lake
from tests.pipelines.planning.test_opt_outs_of_vendors import said
from tests.pipelines.workshop import AGAIN, SYNC, TO_PLAN, Workshop


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


def test_a_second_opt_out_counts_like_the_first(tmp_path: Path) -> None:
    """Out, in and out again: property and tag are back, and the export tells it; our own clear is no human's."""
    shop = world(tmp_path)
    for day, word in enumerate(("yes", "no", "yes", "no", "yes"), 1):
        told(shop, "lists", word, day=day)
        shop.run(*SYNC, "verify", "export")
        ada = shop.contact("ada@acme.com")
        out = word == "yes"
        assert (said(ada), ada.tags) == ((True if out else None, None), ["email opt-out"] if out else [])
        (exported,) = pq.read_table(shop.data / "exports" / "contacts.parquet").to_pylist()
        assert (exported["email_opt_out"], exported["email_opt_out_source"]) == (out, "lists" if out else None)
        assert shop.rows("remaining") == []


def test_an_old_copy_takes_no_opt_out_back(tmp_path: Path) -> None:
    """A later file without change times may be an old one: its `no` answers no dated opt-out of another file."""
    source = {"kind": "csv_file", "options": {"path": "inbox"}, "columns": {"source_id": "Contact ID"}}
    shop = Workshop(tmp_path, sources={"inbox": source})
    shop.file("new.csv", f"{OUT[0]},Modified\n1,Ada,Lovelace,ada@acme.com,true,2026-01-10")
    shop.run()
    shop.file("old.csv", "\n".join(OUT).format(said="false"), day=90)
    shop.run()
    ada = shop.contact("ada@acme.com")
    assert (said(ada), ada.tags) == ((True, None), ["email opt-out"])
    shop.file("newest.csv", f"{OUT[0]},Modified\n1,Ada,Lovelace,ada@acme.com,false,2026-01-11")
    shop.run()
    ada = shop.contact("ada@acme.com")
    assert (said(ada), ada.tags) == ((None, None), [])


@pytest.mark.parametrize("changed", ["2025-06-01 10:00:00", ""])
def test_a_member_of_an_undated_list_has_not_opted_in(tmp_path: Path, changed: str) -> None:
    """Mailchimp's list of subscribers answers its opt-outs only where it says when its rows changed."""
    shop = Workshop(tmp_path)
    header = "Email Address,First Name,Last Name,LAST_CHANGED,LEID,EUID"
    row = "ada@acme.com,Ada,Lovelace,{},1,a"
    shop.file("unsubscribed_1.csv", f"{header}\n{row.format('2025-05-01 10:00:00')}")
    shop.file("subscribed_1.csv", f"{header}\n{row.format(changed)}", day=2)
    shop.run(*TO_PLAN)
    assert [person["email_opt_out"] for person in shop.rows("golden")] == [None if changed else True]


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


def test_a_mark_is_known_by_its_tag_however_it_is_spelled(tmp_path: Path) -> None:
    """The tag of each channel is its own, in any case and with blanks around it."""
    cases = [(" Email Opt-Out ", True, False), ("phone opt-out", False, True), ("email", False, False)]
    with engine(Lake(tmp_path), "run", memory="1GB", threads=1) as step:
        step.macros("planning/macros")
        for tag, *expected in cases:
            query = "SELECT is_opt_out_tag(tag, 'email'), is_opt_out_tag(tag, 'phone') FROM (SELECT $1 AS tag)"
            assert step.rows(query, [tag]) == [tuple(expected)]


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


def test_a_word_that_cannot_be_read_is_set_aside(tmp_path: Path) -> None:
    """It marks nobody and is listed with its row."""
    shop = world(tmp_path)
    told(shop, "lists", "perhaps", day=1)
    shop.run(*TO_PLAN)
    (row,) = shop.rows("rejected_values")
    assert (row["field"], row["value"]) == ("email_opt_out", "perhaps")
    assert [person["email_opt_out"] for person in shop.rows("golden")] == [None]

"""From the organisation to records: what clean makes of what a run pulls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from pipelines.intake import clean, extract
from pipelines.settings import file
from pipelines.workspace import Workspace
from tests.connectors.salesforce.reading import BASE
from tests.vendors.salesforce import Vendor
from tests.vendors.salesforce_login import CLIENT
from tests.vendors.salesforce_world import FIRST, LAST

SETTINGS = f"""
[sources.crm]
kind = "salesforce"

[sources.crm.options]
login_url = "{BASE}"
client_id = "{CLIENT}"
bulk_above = 10

[sources.crm.columns]
linkedin_url = "Profile page"

[match]
default_region = "DE"
"""


class Organisation:
    """A data folder that is fed from the double. Contacts are so many that they come by Bulk; the rest by REST."""

    def __init__(self, folder: Path, double: Vendor) -> None:
        (folder / "sync.toml").write_text(SETTINGS, "utf-8")
        self._folder = folder
        self._transport = httpx.ASGITransport(double.asgi)

    def run(self, name: str) -> None:
        """Pull and clean."""
        settings = file.load(self._folder / "sync.toml")
        work = Workspace(settings, self._folder / "data", name, transport=self._transport)
        extract.run(work)
        clean.run(work)
        work.lock.free()

    def table(self, name: str, table: str) -> dict[str, dict[str, Any]]:
        """A table's rows by the records' own ids."""
        rows = pq.read_table(self._folder / "data" / "runs" / name / f"{table}.parquet").to_pylist()
        return {row["record_key"].rpartition(":")[2]: row for row in rows}


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> Vendor:
    """A small organisation whose secret is in the environment."""
    found = Vendor(contacts=24, companies=4, activities=6)
    monkeypatch.setenv("CRM_BRIDGE_SECRET_CRM", found.secret)
    return found


def test_contacts_and_leads_become_records(double: Vendor, tmp_path: Path) -> None:
    """Keys, names, change times, company, custom fields by their labels, consent; by Bulk and by REST alike."""
    organisation = Organisation(tmp_path, double)
    organisation.run("first")
    records = organisation.table("first", "records")
    contacts = double.ids("contacts")
    nobody = contacts[7]  # neither e-mail nor phone
    assert set(records) == {*contacts, *double.ids("leads")} - {nobody}
    assert double.asked("/jobs/query")
    sixth = records[double.ids("contacts")[6]]
    assert (sixth["first_name"], sixth["last_name"]) == (FIRST[6], LAST[6])
    assert sixth["phones"] == ["+49301000006", "+4915120000006"]
    assert sixth["company_id"] == double.ids("companies")[2]
    assert sixth["linkedin_url"] == "https://people.example/6"
    assert sixth["birthday"] == "1980-02-29"
    lead = records[double.ids("leads")[1]]
    assert (lead["emails"], lead["company_name"]) == (["lead1@firm0.example"], "Acme, Inc.")
    times = {key: row["modified_at"] for key, row in records.items()}
    assert None not in times.values()
    assert times[double.ids("contacts")[12]] == double.moment_of(12, 24)
    assert times[double.ids("leads")[3]] == double.moment_of(3, 6)
    consents = pq.read_table(tmp_path / "data" / "runs" / "first" / "consents.parquet").to_pylist()
    out = {(row["channel"], row["record_key"].rpartition(":")[2]) for row in consents if row["says"] == "out"}
    leads = double.ids("leads")
    assert out == {
        *(("email", one) for one in (contacts[0], contacts[11], contacts[22], leads[0])),
        *(("phone", one) for one in (contacts[0], contacts[13], leads[0])),
    }


def test_a_converted_lead_goes_on_as_its_contact(double: Vendor, tmp_path: Path) -> None:
    """The lead gives no record any more, and is known to be the contact's; so is who was merged or deleted."""
    organisation = Organisation(tmp_path, double)
    organisation.run("first")
    before = organisation.table("first", "records")
    double.advance(hours=1)
    lead, (loser, winner, gone) = double.ids("leads")[2], double.ids("contacts")[3:6]
    contact = double.convert(lead)
    double.merge("contacts", loser, winner)
    double.delete("contacts", gone)
    organisation.run("second")
    records = organisation.table("second", "records")
    assert set(before) - set(records) == {lead, loser, gone}
    assert set(records) - set(before) == {contact}
    fates = organisation.table("second", "gone_records")
    assert {key: row["tombstone"] for key, row in fates.items()} == {
        lead: "converted",
        loser: "merged",
        gone: "deleted",
    }
    heirs = {key: row["merged_into"] for key, row in fates.items()}
    assert heirs == {lead: records[contact]["record_key"], loser: records[winner]["record_key"], gone: None}


def test_an_opt_out_that_may_be_read_from_now_on_counts_though_its_contact_did_not_change(
    double: Vendor, tmp_path: Path
) -> None:
    """The field was hidden from the app's user at the first run, and an administrator gave the right to it."""
    organisation = Organisation(tmp_path, double)
    shown = double.fields["Contact"]
    double.fields["Contact"] = [field for field in shown if field[0] != "HasOptedOutOfEmail"]
    organisation.run("first")
    double.fields["Contact"] = shown
    double.advance(hours=1)
    organisation.run("second")
    told = [
        {
            row["record_key"].rpartition(":")[2]
            for row in pq.read_table(tmp_path / "data" / "runs" / name / "consents.parquet").to_pylist()
            if (row["channel"], row["says"]) == ("email", "out")
        }
        for name in ("first", "second")
    ]
    contacts, lead = double.ids("contacts"), double.ids("leads")[0]
    assert told == [{lead}, {contacts[0], contacts[11], contacts[22], lead}]

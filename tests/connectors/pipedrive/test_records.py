"""From the account to records: what clean makes of what a run pulls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from pipelines.intake import clean, extract
from pipelines.settings import file
from pipelines.workspace import Workspace
from tests.vendors.pipedrive import Vendor

SETTINGS = """
[sources.crm]
kind = "pipedrive"
options.company = "acme"

[sources.crm.columns]
linkedin_url = "Profile page"
department = "Lead source"

[match]
default_region = "DE"
"""


class Account:
    """A data folder that is fed from the double."""

    def __init__(self, folder: Path, double: Vendor) -> None:
        (folder / "sync.toml").write_text(SETTINGS, "utf-8")
        self._folder = folder
        self._transport = httpx.ASGITransport(double.asgi)

    def run(self, name: str, table: str) -> dict[str, dict[str, Any]]:
        """Pull and clean; returns a table's rows by the records' own ids."""
        settings = file.load(self._folder / "sync.toml")
        work = Workspace(settings, self._folder / "data", name, transport=self._transport)
        extract.run(work)
        clean.run(work)
        work.lock.free()
        rows = pq.read_table(self._folder / "data" / "runs" / name / f"{table}.parquet").to_pylist()
        return {row["record_key"].rpartition(":")[2]: row for row in rows}


def test_a_person_becomes_a_record_and_a_deleted_one_is_none_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys, names, tags, custom fields by their labels, consent; then the tombstone takes the record away."""
    double = Vendor(contacts=12, companies=4, activities=8)
    monkeypatch.setenv("CRM_BRIDGE_SECRET_CRM", double.secret)
    emails = [
        {"value": "b@x.example", "primary": False, "label": "work"},
        {"value": "A@x.example", "primary": True, "label": "home"},
    ]
    double.touch("contacts", ["4"], emails=emails, org_id=3, marketing_status="unsubscribed")
    account = Account(tmp_path, double)
    records = account.run("first", "records")
    assert len(records) == 12
    four = records["4"]
    assert (four["first_name"], four["last_name"]) == ("Łukasz", "Wójcik")
    assert four["emails"] == ["a@x.example", "b@x.example"]
    assert four["phones"] == ["+49301000003"]
    assert (four["company_id"], four["tags"]) == ("3", ["Customer", "Hot lead"])
    assert (four["linkedin_url"], four["department"]) == ("https://people.example/3", "Referral | friend")
    assert records["5"]["phones"] == ["+49301000004", "+4915120000004"]

    double.advance(hours=1)
    double.delete("contacts", "4")
    double.touch("contacts", ["5"], job_title="CEO")
    records = account.run("second", "records")
    assert "4" not in records
    assert (records["5"]["title"], len(records)) == ("CEO", 11)
    consents = pq.read_table(tmp_path / "data" / "runs" / "first" / "consents.parquet").to_pylist()
    assert [row["record_key"].rpartition(":")[2] for row in consents if row["says"] == "out"] == ["4"]

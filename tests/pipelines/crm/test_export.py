"""The CRM → Parquet for analysts."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from connectors.errors import CallError
from connectors.giant_context.wire import ActivityCreate
from tests.pipelines.faults import RoughShop, on


@pytest.fixture
def shop(tmp_path: Path) -> RoughShop:
    """Give a workshop with one contact at one company."""
    shop = RoughShop(tmp_path)
    acme = shop.type_in_company(name="Acme")
    shop.type_in(first_name="Ada", last_name="Lovelace", company_id=acme.id, tags=["vip"])
    return shop


def log(shop: RoughShop, description: str, **data: Any) -> None:
    """Log an activity of the contact."""
    entry = ActivityCreate(description=description, contact_id=shop.contact("Lovelace").id, data=data)
    shop.crm(lambda client: client.log_activity(entry))


def query(shop: RoughShop, text: str) -> list[tuple[Any, ...]]:
    """What an analyst reads, hive months included."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        glob = shop.data / "exports" / "activities" / "*" / "*.parquet"
        connection.execute(f"CREATE VIEW activities AS FROM read_parquet('{glob}', hive_partitioning = true)")
        return connection.execute(text).fetchall()


def test_a_moment_is_what_its_writer_said_where_that_is_one(shop: RoughShop) -> None:
    """`occurred_at` is `data.occurredAt`, else the moment of the call; words, numbers and infinity are no moment."""
    said = {"z": "2024-05-01T10:00:00Z", "offset": "2024-05-01T10:00:00+02:00", "bare": "2024-05-01T10:00:00"}
    nonsense = {"words": "last Tuesday", "endless": "infinity", "number": 17, "list": ["2024-05-01"], "none": None}
    for name, value in (said | nonsense).items():
        log(shop, name, occurredAt=value)
    log(shop, "absent")
    shop.sync(None, "export")
    found = dict(query(shop, "SELECT description, occurred_at::VARCHAR FROM activities WHERE occurred_at < created_at"))
    assert found == {
        "z": "2024-05-01 10:00:00+00",
        "offset": "2024-05-01 08:00:00+00",
        "bare": "2024-05-01 10:00:00+00",
    }
    assert query(shop, "SELECT count(*) FROM activities WHERE occurred_at = created_at") == [(len(nonsense) + 1,)]


def test_columns_are_typed_and_the_raw_entry_stays(shop: RoughShop) -> None:
    """Moments are moments, names stand beside ids, and the whole entry is there as JSON."""
    log(shop, "Called", externalId="x-1", nested={"a": [1]})
    shop.sync(None, "export")
    month = f"{datetime.now(UTC):%Y-%m}"
    path = shop.data / "exports" / "activities" / f"month={month}" / "part-0.parquet"
    schema = pq.read_schema(path)
    assert "month" not in schema.names
    assert str(schema.field("occurred_at").type) == str(schema.field("created_at").type) == "timestamp[us, tz=UTC]"
    text = (
        "SELECT month::VARCHAR, contact_last_name, company_name, external_id, data->>'$.nested.a[0]', "
        "raw->>'$.description' FROM activities"
    )
    assert query(shop, text) == [(month, "Lovelace", None, "x-1", "1", "Called")]


def test_a_rerun_replaces_what_is_there(shop: RoughShop) -> None:
    """Each month is one file, written anew; a month that the CRM knows nothing of any more goes."""
    log(shop, "one")
    shop.sync(None, "export")
    folder = shop.data / "exports" / "activities"
    (month,) = folder.iterdir()
    shutil.copytree(month, folder / "month=2001-01")
    log(shop, "two")
    work = shop.sync(None, "export")
    assert query(shop, "SELECT description FROM activities ORDER BY 1") == [("one",), ("two",)]
    assert [path.name for path in folder.rglob("*.*")] == ["part-0.parquet"]
    counts = {"activities": 2, "contacts": 1, "companies": 1, "not_exported": 0, "opted_out": 0, "files": 3}
    assert work.reports["export"].counts == counts


def test_contacts_and_companies_lie_beside(shop: RoughShop) -> None:
    """Contacts bear their company's name and our person's id where we know them; companies count their contacts."""
    shop.file("people.csv", "First Name,Last Name,Email\nAlan,Turing,alan@gmail.com")
    shop.sync()
    shop.sync(None, "export")
    contacts = pq.read_table(shop.data / "exports" / "contacts.parquet").to_pylist()
    found = {row["last_name"]: (row["company_name"], row["tags"], row["person_id"] is not None) for row in contacts}
    assert found == {"Lovelace": ("Acme", ["vip"], False), "Turing": (None, [], True)}
    (acme,) = pq.read_table(shop.data / "exports" / "companies.parquet").to_pylist()
    assert (acme["name"], acme["contacts"]) == ("Acme", 1)


def test_an_empty_crm_gives_empty_tables(tmp_path: Path) -> None:
    """With nothing to export there are two empty files and no month."""
    shop = RoughShop(tmp_path)
    assert shop.sync(None, "export").reports["export"].counts["files"] == 2
    assert pq.read_metadata(shop.data / "exports" / "contacts.parquet").num_rows == 0


def test_what_cannot_be_read_to_its_end_leaves_the_files_alone(shop: RoughShop) -> None:
    """When the CRM fails midway the files stay as they were."""
    log(shop, "one")
    shop.sync(None, "export")
    with pytest.raises(CallError):
        shop.sync(on("GET activities", 400), "export")
    assert query(shop, "SELECT description FROM activities") == [("one",)]

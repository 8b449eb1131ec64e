"""What the CRM cannot show: named, and gone around where nothing can be done twice by that."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from connectors.errors import BridgeError
from connectors.giant_context.server.store.store import Store
from pipelines.report.remarks import unreadable
from pipelines.report.summary import set_aside
from tests.pipelines.faults import RoughShop

PEOPLE = "First Name,Last Name,Email,Company,Website,Title\n"
ADA = "Ada,Lovelace,ada@engines.example,Engines,engines.example,Countess\n"
JOE = "Joe,Loom,joe@looms.example,Looms,looms.example,Weaver\n"
EVE = "Eve,Punch,eve@engines.example,Engines,engines.example,Clerk\n"

SPOIL = {
    "contacts": """UPDATE contacts SET properties = '{"x": 1e999}' WHERE id = ?""",
    "companies": "UPDATE companies SET annual_revenue = 9e999 WHERE id = ?",
}
"""Values that JSON cannot hold: whatever shows them fails with 500."""
MEND = {
    "contacts": "UPDATE contacts SET properties = '{}' WHERE id = ?",
    "companies": "UPDATE companies SET annual_revenue = NULL WHERE id = ?",
}


def at_the_database(shop: RoughShop, statement: str, crm_id: str) -> None:
    """Change a row past the API."""
    with closing(Store(shop.data)) as store:
        store.write(lambda connection: connection.execute(statement, (crm_id,)).rowcount).result()


def posts(shop: RoughShop) -> list[str]:
    """The calls that made something anew."""
    return sorted(call for call in shop.writes if call in ("POST contacts", "POST companies"))


@pytest.fixture
def shop(tmp_path: Path) -> RoughShop:
    """Give a workshop with two people at two companies in its inbox."""
    shop = RoughShop(tmp_path)
    shop.file("a.csv", PEOPLE + ADA + JOE)
    return shop


def test_a_company_of_ours_that_cannot_be_shown_is_left_alone(shop: RoughShop) -> None:
    """It is neither made again nor written to, people are linked to it as before, and it is named."""
    shop.sync()
    engines = next(one for one in shop.companies() if one.name == "Engines")
    at_the_database(shop, SPOIL["companies"], engines.id)
    shop.file("a.csv", PEOPLE + ADA.replace("Countess", "Programmer") + JOE + EVE, day=2)
    work = shop.sync()
    assert posts(shop) == ["POST contacts"]
    assert [line.partition(": GET ")[0] for line in unreadable(work)] == [f"companies, {engines.id}"]
    assert shop.contact("eve@engines.example").company_id == engines.id
    assert shop.contact("ada@engines.example").title == "Programmer"
    (row,) = shop.rows("unreadable")
    assert (row["object"], row["crm_id"]) == ("companies", engines.id)
    assert "500" in row["reason"]
    at_the_database(shop, MEND["companies"], engines.id)
    shop.again()
    assert (shop.writes, shop.rows("unreadable")) == ([], [])


def test_a_contact_of_ours_that_cannot_be_shown_is_left_alone(shop: RoughShop) -> None:
    """It is neither made again nor written to, and waits for a human; everybody else is brought up to date."""
    shop.sync()
    ada = shop.contact("ada@engines.example")
    at_the_database(shop, SPOIL["contacts"], ada.id)
    shop.file("a.csv", PEOPLE + ADA.replace("Countess", "Programmer") + JOE.replace("Weaver", "Baker"), day=2)
    shop.sync()
    assert posts(shop) == []
    assert shop.writes == ["PUT contacts/*"]
    (review,) = [row for row in shop.rows("plan") if row["decision"] == "review"]
    assert (review["crm_id"], review["rule"]) == (ada.id, "the CRM cannot show it: left alone")
    at_the_database(shop, MEND["contacts"], ada.id)
    assert shop.contact("joe@looms.example").title == "Baker"
    shop.again()
    assert shop.writes == ["PUT contacts/*"]
    assert shop.contact(ada.id).title == "Programmer"


@pytest.mark.parametrize("name", ["contacts", "companies"])
def test_what_may_be_made_twice_stops_the_run(shop: RoughShop, name: str) -> None:
    """One that nobody knows may be whom the plan would create: the run says which it is, and sends nothing."""
    stranger = (
        shop.type_in(first_name="Ada", last_name="Lovelace", email="ada@engines.example")
        if name == "contacts"
        else shop.type_in_company(name="Engines", website="https://engines.example")
    )
    at_the_database(shop, SPOIL[name], stranger.id)
    with pytest.raises(BridgeError, match=rf"no\. 1 of the CRM's {name}.*500.*created twice") as caught:
        shop.sync()
    assert "\n" not in str(caught.value)
    assert shop.writes == []
    at_the_database(shop, MEND[name], stranger.id)
    shop.sync()
    assert len(posts(shop)) == 3


def test_a_company_that_is_only_read_stops_nothing(tmp_path: Path) -> None:
    """Where companies are not written, one that cannot be shown is made by nobody: the rest goes on."""
    shop = RoughShop(tmp_path, crm={"company_writes": "never"})
    shop.file("a.csv", PEOPLE + ADA + JOE)
    at_the_database(shop, SPOIL["companies"], shop.type_in_company(name="Engines").id)
    looms = shop.type_in_company(name="Looms", website="https://looms.example")
    shop.sync()
    assert posts(shop) == ["POST contacts"] * 2
    assert shop.contact("joe@looms.example").company_id == looms.id
    (row,) = shop.rows("unreadable")
    assert (row["object"], row["place"]) == ("companies", 2)


def test_an_export_leaves_out_what_cannot_be_shown(shop: RoughShop) -> None:
    """The files hold everything else, and the run says which row of which list they lack."""
    shop.sync()
    engines = next(one for one in shop.companies() if one.name == "Engines")
    at_the_database(shop, SPOIL["companies"], engines.id)
    work = shop.run("export")
    names = pq.read_table(shop.data / "exports" / "companies.parquet")["name"].to_pylist()
    assert names == ["Looms"]
    lacking = shop.data / "exports" / "not_exported.parquet"
    (row,) = pq.read_table(lacking).to_pylist()
    assert (row["object"], row["crm_id"]) == ("companies", None)
    assert (set_aside(work), list(unreadable(work))) == (1, [f"companies, no. {row['place']}: {row['reason']}"])
    at_the_database(shop, MEND["companies"], engines.id)
    shop.run("export")
    assert not lacking.exists()

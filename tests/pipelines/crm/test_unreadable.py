"""What the CRM cannot show: named, and gone around where nothing can be done twice by that."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from connectors.errors import BridgeError, ForeignLedger, NotApplied
from connectors.giant_context.client import GiantContext
from connectors.giant_context.server.store.store import Store
from connectors.giant_context.wire import ActivityCreate, ContactCreate
from pipelines.crm.traces import FEW, Trace
from pipelines.ledger.effects import Effect, Operation, op_key
from pipelines.report.remarks import unreadable
from pipelines.report.summary import set_aside
from tests.pipelines.crm.test_traces import look
from tests.pipelines.faults import RoughShop

PEOPLE = "First Name,Last Name,Email,Company,Website,Title\n"
ADA = "Ada,Lovelace,ada@engines.example,Engines,engines.example,Countess\n"
JOE = "Joe,Loom,joe@looms.example,Looms,looms.example,Weaver\n"
EVE = "Eve,Punch,eve@engines.example,Engines,engines.example,Clerk\n"

SPOIL = {
    "contacts": """UPDATE contacts SET properties = '{"x": 1e999}' WHERE id = ?""",
    "companies": "UPDATE companies SET annual_revenue = 9e999 WHERE id = ?",
    "activities": """UPDATE activities SET data = '{"x": 1e999}' WHERE id = ?""",
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


async def arrive(client: GiantContext, names: Iterable[str]) -> None:
    """Create contacts that bear our mark."""
    for name in names:
        await client.create_contact(ContactCreate(first_name="A", last_name=name, properties={"crm_bridge_id": name}))


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


def test_an_entry_that_cannot_be_shown_stops_nothing(shop: RoughShop) -> None:
    """It tells of no other ledger, and hides none: the run goes on, and stops for a ledger that does show."""
    shop.sync()
    entry = shop.timeline(shop.contact("ada@engines.example").id)[0]
    at_the_database(shop, SPOIL["activities"], entry.id)
    shop.file("a.csv", PEOPLE + ADA.replace("Countess", "Programmer") + JOE, day=2)
    shop.sync()
    assert shop.contact("ada@engines.example").title == "Programmer"
    other = ActivityCreate(description="x", source="crm-bridge", data={"ledgerId": "another"})
    shop.crm(lambda client: client.log_activity(other))
    with pytest.raises(ForeignLedger, match="another, last on"):
        shop.sync()


def create(name: str) -> Operation:
    """A contact that we meant to create."""
    body = {"firstName": "A", "lastName": name, "properties": {"crm_bridge_id": name}}
    values = {"first_name": "A", "last_name": name, "properties.crm_bridge_id": name}
    return Operation(op_key("test", "create", name), "contacts", "create", name, body, values)


def test_what_was_cut_off_is_found_beside_a_contact_that_cannot_be_shown(tmp_path: Path) -> None:
    """Only of what would be found there can nobody tell."""
    shop = RoughShop(tmp_path)
    names = [f"p{number:03}" for number in range(2 * FEW)]
    shop.crm(lambda client: arrive(client, names[:-1]))
    at_the_database(shop, SPOIL["contacts"], next(one.id for one in shop.contacts() if one.last_name == names[0]))
    found = look(shop, *map(create, names))
    assert found.pop(names[0]) is Trace.HIDDEN
    assert found.pop(names[-1]) is Trace.ABSENT
    assert {type(finding) for finding in found.values()} == {Effect}


def test_many_that_did_not_arrive_are_told_beside_a_contact_that_cannot_be_shown(tmp_path: Path) -> None:
    """What a walk around it did not meet is searched for, each on its own, and surely absent."""
    shop = RoughShop(tmp_path)
    bad = shop.type_in(first_name="A", last_name="Other")
    at_the_database(shop, SPOIL["contacts"], bad.id)
    found = look(shop, *(create(f"p{number:03}") for number in range(2 * FEW)))
    assert set(found.values()) == {Trace.ABSENT}


def test_what_was_sent_to_what_cannot_be_shown_is_not_to_be_told(shop: RoughShop) -> None:
    """Neither of an update of such a contact nor of an entry beside one; a server that shows nothing tells nothing."""
    shop.sync()
    ada, joe = shop.contact("ada@engines.example"), shop.contact("joe@looms.example")
    entry = shop.timeline(joe.id)[0]
    at_the_database(shop, SPOIL["contacts"], ada.id)
    at_the_database(shop, SPOIL["activities"], entry.id)
    update = Operation("k1", "contacts", "update", "ada", {"title": "x"}, {"title": "x"}, ada.id)
    log = Operation("k2", "activities", "log", "joe", {"description": "x"}, {}, joe.id)
    assert look(shop, update, log) == {"ada": Trace.HIDDEN, "joe": Trace.HIDDEN}
    shop.rule = lambda call: 500 if call.what.startswith("GET") else None
    with pytest.raises(NotApplied):
        look(shop, update)


@pytest.mark.parametrize("more", [0, 30])
def test_what_was_written_and_cannot_be_shown_is_named(shop: RoughShop, more: int) -> None:
    """All was sent: the run goes on, says which could not be read back, and nothing is left to write."""
    crowd = "".join(f"A{number},N{number},a{number}@looms.example,Looms,looms.example,\n" for number in range(more))
    shop.file("a.csv", PEOPLE + ADA + JOE + crowd)
    work = shop.sync()
    ada = shop.contact("ada@engines.example")
    at_the_database(shop, SPOIL["contacts"], ada.id)
    back = shop.sync(None, "verify", run=work.run)
    counts = back.reports["verify"].counts
    assert (counts["read_back"], counts["not_read_back"], counts["left"], counts["remaining"]) == (1 + more, 1, 0, 0)
    assert [line.partition(": GET ")[0] for line in unreadable(back)] == [f"contacts, {ada.id}"]
    assert set_aside(back) == 1


def test_an_update_that_cannot_be_shown_is_named(shop: RoughShop) -> None:
    """One that is asked for by its id is not planned again as it stood before the run."""
    shop.sync()
    shop.file("a.csv", PEOPLE + ADA.replace("Countess", "Programmer") + JOE, day=2)
    work = shop.sync()
    ada = shop.contact("ada@engines.example")
    at_the_database(shop, SPOIL["contacts"], ada.id)
    counts = shop.sync(None, "verify", run=work.run).reports["verify"].counts
    assert (counts["read_back"], counts["not_read_back"], counts["left"], counts["remaining"]) == (0, 1, 0, 0)
    assert shop.calls[-1].what == "GET contacts/*"

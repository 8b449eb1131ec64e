"""Another ledger that writes to the same account stops a run before it sends anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Busy, ForeignLedger
from connectors.giant_context.wire import Activity, ActivityCreate, Page, PageMeta
from pipelines.crm.foreign import refuse_foreign
from tests.pipelines.faults import Fault, RoughShop, on
from tests.pipelines.workshop import TO_PLAN

PEOPLE = "First Name,Last Name,Email\nAda,Lovelace,ada@a.example"
OTHER = "0c0ffee0-0000-4000-8000-000000000001"


@pytest.fixture
def shop(tmp_path: Path) -> RoughShop:
    """Give a workshop with one person in its inbox."""
    shop = RoughShop(tmp_path)
    shop.file("a.csv", PEOPLE)
    return shop


def logged(shop: RoughShop, ledger_id: str = OTHER, source: str = "crm-bridge", **data: Any) -> None:
    """Let somebody log an entry that bears a ledger's id."""
    data = {"externalId": "x"} | data
    entry = ActivityCreate(description="Imported", source=source, data={"ledgerId": ledger_id, **data})
    shop.crm(lambda client: client.log_activity(entry))


def beside(meddling: Callable[[], object]) -> Callable[[], None]:
    """What somebody else does while a run is at work, outside its event loop."""

    def done() -> None:
        with ThreadPoolExecutor(1) as somebody:
            somebody.submit(meddling).result()

    return done


def test_entries_say_which_ledger_they_come_from(shop: RoughShop) -> None:
    """What we log bears our ledger's id beside its key, and is no stranger to the next run."""
    shop.sync()
    (entry,) = shop.timeline(shop.contact("ada@a.example").id)
    with shop.work().ledger() as ledger:
        assert entry.data == {"externalId": entry.data["externalId"], "ledgerId": ledger.ledger_id}
    shop.again()
    assert shop.writes == []


def test_another_ledger_stops_the_run_until_it_is_adopted(shop: RoughShop) -> None:
    """Nothing is sent, the message names the other and how to adopt it, and adopted it is no stranger any more."""
    logged(shop)
    with pytest.raises(ForeignLedger, match=f"{OTHER}, last on .*crm-bridge ledger adopt {OTHER}") as caught:
        shop.sync()
    assert isinstance(caught.value, Busy)
    assert shop.writes == []
    with shop.work().ledger() as ledger:
        ledger.adopt(OTHER)
    shop.again()
    assert "POST contacts" in shop.writes


def test_a_lost_ledger_is_a_stranger(shop: RoughShop) -> None:
    """A new ledger over an account that another one filled stops rather than taking it for its own."""
    shop.sync()
    for path in shop.data.glob("ledger.db*"):
        path.unlink()
    with pytest.raises(ForeignLedger, match="crm-bridge ledger rebuild"):
        shop.again()


@pytest.mark.parametrize("crm", [{"writes": False}, {"foreign_days": 0}])
def test_where_nothing_can_be_doubled_nobody_looks(shop: RoughShop, crm: dict[str, object]) -> None:
    """A run that may not write reads its plan beside any ledger, and the look can be switched off."""
    logged(shop)
    shop.sections = {"crm": crm}
    shop.sync()
    assert "GET activities" not in [call.what for call in shop.calls]


def test_only_signed_and_fresh_entries_of_ours_count(shop: RoughShop) -> None:
    """An id in an entry of another program, and an entry older than the window, stop nothing."""
    logged(shop, source="another-program")

    async def look(now: datetime) -> None:
        async with shop.work().crm() as crm:
            await refuse_foreign(crm, {"mine"}, days=30, now=now)

    asyncio.run(look(datetime.now(UTC)))
    logged(shop)
    asyncio.run(look(datetime.now(UTC) + timedelta(days=31)))
    with pytest.raises(ForeignLedger):
        asyncio.run(look(datetime.now(UTC) + timedelta(days=29)))


class Busyness:
    """An account in which somebody logs without end."""

    def __init__(self) -> None:
        self.pages = 0

    async def list_activities(self, page: int, page_size: int) -> Page[Activity]:
        """Answer with a page of fresh entries that are nobody's."""
        self.pages += 1
        now = datetime.now(UTC)
        rows = [Activity(id=f"{page}-{number}", created_at=now) for number in range(page_size)]
        return Page[Activity](data=rows, meta=PageMeta(total=1_000_000, page=page, page_size=page_size))


def test_it_takes_no_more_than_a_few_list_pages(shop: RoughShop) -> None:
    """However many entries are fresh, five pages are read, and one where that holds them all."""
    shop.sync(None, "snapshot")
    assert [call.what for call in shop.calls].count("GET activities") == 1
    crm: Any = Busyness()
    asyncio.run(refuse_foreign(crm, {"mine"}, days=30, now=datetime.now(UTC)))
    assert crm.pages == 5


def test_a_run_claims_the_account_before_it_writes_anything_else(shop: RoughShop) -> None:
    """The first write bears the ledger's id, and is read back before the second leaves; later runs need no other."""
    shop.sync()
    calls = [call.what for call in shop.calls]
    claimed, written = calls.index("POST claim"), calls.index("POST contacts")
    assert [what for what in calls[:claimed] if not what.startswith("GET")] == []
    assert calls[claimed + 1 : written].count("GET activities") == 1
    shop.file("b.csv", "First Name,Last Name,Email\nEve,Evans,eve@e.example", day=2)
    shop.sync()
    assert "POST claim" not in [call.what for call in shop.calls]


@pytest.mark.parametrize("crm", [{"imported_activity": "never"}, {"foreign_days": 0}])
def test_an_account_where_nothing_is_to_be_logged_is_not_claimed(shop: RoughShop, crm: dict[str, object]) -> None:
    """Neither where the settings want no entries at all, nor where they want no look."""
    shop.sections = {"crm": crm}
    shop.sync()
    assert "POST claim" not in [call.what for call in shop.calls]
    assert len(shop.contacts()) == 1


def test_a_claim_whose_answer_is_lost_is_read_back(shop: RoughShop) -> None:
    """There it holds, and absent it ends the run before anything else is sent; the next one claims anew."""
    with pytest.raises(Busy, match="nothing was sent"):
        shop.sync(on("POST claim", Fault.LOST_BEFORE))
    assert shop.writes == []
    shop.sync(on("POST claim", Fault.LOST_AFTER))
    assert shop.writes == ["POST contacts", "POST activities"]


def test_of_two_claims_the_older_one_holds(shop: RoughShop) -> None:
    """Who finds another's claim beneath his own stops, and nothing else was sent; a claim above it stops nobody."""
    with pytest.raises(ForeignLedger, match="Nothing more is sent"):
        shop.sync(on("POST claim", beside(lambda: logged(shop, claim=True))))
    assert shop.writes == []
    with shop.work().ledger() as ledger:
        ledger.adopt(OTHER)
    shop.sync()
    logged(shop, "0c0ffee0-0000-4000-8000-000000000002", claim=True)
    shop.again()
    logged(shop, "0c0ffee0-0000-4000-8000-000000000002")
    with pytest.raises(ForeignLedger):
        shop.again()


def test_it_looks_again_before_each_kind_of_object(shop: RoughShop) -> None:
    """Another ledger that begins to log while this one creates contacts is noticed before the first entry."""
    with pytest.raises(ForeignLedger, match="Nothing more is sent"):
        shop.sync(on("POST contacts", beside(lambda: logged(shop))))
    assert shop.writes == ["POST contacts"]


def test_an_entry_is_read_back_whose_contact_was_found(shop: RoughShop) -> None:
    """Another ledger of the same sources has created the contact and logged its entry: neither is there twice."""
    shop.sections = {"crm": {"foreign_days": 0}}
    shop.sync(None, *TO_PLAN, run="late")
    (shop.data / "ledger.db").rename(shop.root / "late.db")
    shop.sync()
    for path in shop.data.glob("ledger.db*"):
        path.unlink()
    (shop.root / "late.db").rename(shop.data / "ledger.db")
    shop.sync(None, "apply", run="late")
    assert shop.writes == ["POST contacts"]
    assert len(shop.entries()) == len(shop.contacts()) == 1
    with shop.work().ledger() as ledger:
        assert ledger.journal.states() == {"DONE": 2}

"""What was cut off is looked for before anything is sent again, and never guessed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Forbidden, NotApplied, NotFound
from connectors.giant_context.server.store.store import Store
from connectors.giant_context.wire import ActivityCreate
from pipelines.crm import recover
from pipelines.crm.fates import Fate
from pipelines.ledger.effects import Operation, op_key
from pipelines.ledger.ledger import Ledger
from tests.pipelines.cut_off import MARK, change, creation, cut_off, lose
from tests.pipelines.faults import Fault, RoughShop, Rule, on


@pytest.fixture
def shop(tmp_path: Path) -> RoughShop:
    """Give a workshop without any file: these tests are about the ledger and the CRM alone."""
    return RoughShop(tmp_path)


def settle(shop: RoughShop, ledger: Ledger, rule: Rule | None = None) -> dict[str, int]:
    """Look for everything that was cut off; returns the states after that."""

    async def go() -> None:
        work = shop.work()
        async with work.crm() as crm:
            await recover.settle(crm, ledger, work.settings, work.progress)

    shop.rule = rule or (lambda _: None)
    shop.calls = []
    try:
        asyncio.run(go())
    finally:
        shop.rule = lambda _: None
    return ledger.journal.states()


def crowd(shop: RoughShop, rows: Sequence[dict[str, Any]]) -> None:
    """Fill the CRM with contacts that are not ours."""
    with closing(Store(shop.data)) as store:
        store.load_contacts(rows)


def test_a_create_is_found_pages_deep_and_whatever_its_case(shop: RoughShop) -> None:
    """Among hundreds of the same name the contact with our mark is found, however the server spells what we sent."""
    ours = shop.type_in(first_name="Ada", last_name="SMITH", properties={"crm_bridge_id": MARK})
    crowd(shop, [{"first_name": f"A{n}", "last_name": "Smith"} for n in range(420)])
    with cut_off(shop, creation(lastName="smith")) as ledger:
        assert settle(shop, ledger) == {"DONE": 1}
        assert ledger.identities.crm_id("contacts", MARK) == ours.id
    assert len(shop.calls) >= 3


def test_a_create_is_found_after_a_human_corrected_its_address(shop: RoughShop) -> None:
    """Where the e-mail leads nowhere, the name does."""
    ours = shop.type_in(
        first_name="Ada", last_name="Lovelace", email="ada@b.example", properties={"crm_bridge_id": MARK}
    )
    with cut_off(shop, creation(email="ada@a.example")) as ledger:
        assert settle(shop, ledger) == {"DONE": 1}
        assert ledger.identities.crm_id("contacts", MARK) == ours.id


def test_a_namesake_is_not_ours(shop: RoughShop) -> None:
    """A contact with the same name and e-mail and without our mark is not taken for the one that we sent."""
    shop.type_in(first_name="Ada", last_name="Lovelace", email="ada@a.example")
    with cut_off(shop, creation(email="ada@a.example")) as ledger:
        assert settle(shop, ledger) == {"INTENT": 1}
        assert ledger.identities.crm_id("contacts", MARK) is None


def test_a_name_longer_than_a_search_may_be_is_found(shop: RoughShop) -> None:
    """The start of a long name is what is searched for."""
    name = "Lovelace" * 100
    shop.type_in(first_name="Ada", last_name=name, properties={"crm_bridge_id": MARK})
    with cut_off(shop, creation(lastName=name)) as ledger:
        assert settle(shop, ledger) == {"DONE": 1}


def test_what_may_not_be_looked_for_is_unknown(shop: RoughShop) -> None:
    """An operation that the CRM will not let us look for is set aside as UNKNOWN and never sent again; others go on."""
    shop.type_in(first_name="Ada", last_name="Lovelace", properties={"crm_bridge_id": "another"})
    operations = [creation(lastName="Unspeakable"), creation("another")]
    with cut_off(shop, *operations) as ledger:
        assert settle(shop, ledger, lambda call: 400 if "Unspeakable" in call.query else None) == {
            "UNKNOWN": 1,
            "DONE": 1,
        }
        ledger.journal.intend("next", [replace(operations[0], body={"firstName": "Ada", "lastName": "Speakable"})])
        assert ledger.journal.in_state("INTENT") == []


def test_a_key_that_may_not_look_decides_nothing(shop: RoughShop) -> None:
    """A 403 for one contact or timeline is about the key's rights, not about the operation: everything stays SENT."""
    ada = shop.type_in(first_name="Ada", last_name="Lovelace")
    entry = Operation(op_key("log", "1"), "activities", "log", MARK, {"description": "x"}, {}, ada.id)
    for operation, what in ((change(ada.id, {"title": "CEO"}), "GET contacts/*"), (entry, "GET contacts/*/activities")):
        with cut_off(shop, operation) as ledger:
            with pytest.raises(Forbidden):
                settle(shop, ledger, on(what, 403))
            assert "UNKNOWN" not in ledger.journal.states()


def test_an_update_that_takes_a_tag_away_is_not_proved_by_the_tags_that_stay(shop: RoughShop) -> None:
    """Lost before the server, the whole of it is decided anew, and not taken for done."""
    ada = shop.type_in(first_name="A", last_name="B", title="CEO", tags=["vip", "new"])
    with cut_off(shop, change(ada.id, {"title": "CFO", "tags": ["vip"]})) as ledger:
        assert settle(shop, ledger) == {"INTENT": 1}
        assert ledger.written.of("contacts").num_rows == 0


@pytest.mark.parametrize(("fault", "error"), [(Fault.UNREACHABLE, NotApplied), (404, NotFound)])
def test_a_crm_that_cannot_be_asked_decides_nothing(
    shop: RoughShop, fault: Fault | int, error: type[Exception]
) -> None:
    """When the CRM does not answer, or is not where we look, everything stays SENT for the next run."""
    with cut_off(shop, creation()) as ledger:
        with pytest.raises(error):
            settle(shop, ledger, on("GET contacts", fault))
        assert ledger.journal.states() == {"SENT": 1}


def test_an_update_is_found_whatever_form_the_server_gave_it(shop: RoughShop) -> None:
    """A trimmed text, a lower-cased e-mail and a phone with blanks are what we sent; they become the new base."""
    sent = {"email": "ADA@A.example", "phone": "+13125550100", "title": "Countess "}
    ada = shop.type_in(first_name="A", last_name="B", email="ada@a.example", phone="+1 312-555-0100", title="Countess")
    with cut_off(shop, change(ada.id, sent)) as ledger:
        assert settle(shop, ledger) == {"DONE": 1}
        (row,) = ledger.written.of("contacts").to_pylist()
    assert row["echoed"] == '{"email":"ada@a.example","phone":"+1 312-555-0100","title":"Countess"}'


def test_of_a_half_overwritten_update_the_rest_is_ours(shop: RoughShop) -> None:
    """One field that stands proves the call: for a field that a human changed since, what we sent is the base."""
    ada = shop.type_in(first_name="A", last_name="B", title="Countess", department="Looms")
    with cut_off(shop, change(ada.id, {"title": "Countess", "department": "Engines"})) as ledger:
        assert settle(shop, ledger) == {"DONE": 1}
        (row,) = ledger.written.of("contacts").to_pylist()
    assert row["echoed"] == '{"department":"Engines","title":"Countess"}'


def test_an_update_of_which_nothing_stands_is_decided_anew(shop: RoughShop) -> None:
    """Without a trace of it, an update counts as never made; so does one of a contact that is gone."""
    ada = shop.type_in(first_name="A", last_name="B", title="Lady")
    with cut_off(shop, change(ada.id, {"title": "Countess"}), change("gone", {"title": "Countess"})) as ledger:
        assert settle(shop, ledger) == {"INTENT": 2}
        assert ledger.written.of("contacts").num_rows == 0


def test_an_entry_is_found_by_its_key_alone(shop: RoughShop) -> None:
    """An entry with the same words and another key is not ours; one with our key is, whatever it says."""
    ada = shop.type_in(first_name="A", last_name="B")
    keys = [op_key("log", str(number)) for number in range(2)]
    entries = [Operation(key, "activities", "log", MARK, {"description": "x"}, {}, ada.id) for key in keys]
    for key, text in ((keys[0], "edited"), ("foreign", "x")):
        entry = ActivityCreate(description=text, contact_id=ada.id, data={"externalId": key})
        shop.crm(lambda client, entry=entry: client.log_activity(entry))  # type: ignore[misc]
    with cut_off(shop, *entries) as ledger:
        assert settle(shop, ledger) == {"DONE": 1, "INTENT": 1}
        assert [operation.op_key for operation in ledger.journal.in_state("INTENT")] == [keys[1]]


def test_a_contact_that_is_not_found_beside_its_timeline_proves_nothing(shop: RoughShop) -> None:
    """A 404 for a contact whose timeline is there leaves its update to a human; with the contact gone it is free."""
    ada, bob = (shop.type_in(first_name=name, last_name="B") for name in ("Ada", "Bob"))
    shop.remove(bob.id)
    with cut_off(shop, change(ada.id, {"title": "x"}), change(bob.id, {"title": "x"})) as ledger:
        assert settle(shop, ledger, on("GET contacts/*", 404)) == {"UNKNOWN": 1, "INTENT": 1}
        assert [operation.crm_id for operation in ledger.journal.in_state("UNKNOWN")] == [ada.id]


def test_a_timeline_that_is_not_found_beside_its_contact_proves_nothing(shop: RoughShop) -> None:
    """A 404 for the entries of a contact that is there leaves it to a human; with the contact gone it is free."""
    ada, bob = (shop.type_in(first_name=name, last_name="B") for name in ("Ada", "Bob"))
    entries = [
        Operation(op_key("log", one.id), "activities", "log", MARK, {"description": "x"}, {}, one.id)
        for one in (ada, bob)
    ]
    shop.remove(bob.id)
    with cut_off(shop, *entries) as ledger:
        assert settle(shop, ledger, on("GET contacts/*/activities", 404)) == {"UNKNOWN": 1, "INTENT": 1}
        assert [operation.crm_id for operation in ledger.journal.in_state("UNKNOWN")] == [ada.id]


@pytest.mark.parametrize("kind", ["create", "log"])
def test_what_is_absent_is_absent_however_often_it_was_sent(shop: RoughShop, kind: str) -> None:
    """What two looks do not find is free to be sent again, after each loss; how often it was lost is remembered."""
    ada = shop.type_in(first_name="A", last_name="B")
    entry = Operation(op_key("log", "1"), "activities", "log", MARK, {"description": "x"}, {}, ada.id)
    operation = creation() if kind == "create" else entry
    with cut_off(shop, operation) as ledger:
        for losses in (1, 2, 3, 4):
            assert settle(shop, ledger) == {"INTENT": 1}
            assert len(shop.calls) == 2
            ledger.journal.drop_stale_intents()
            ledger.journal.intend("next", [operation])
            (intended,) = ledger.journal.in_state("INTENT")
            assert intended.doubts == losses
            lose(ledger, intended)


def test_a_worker_that_is_killed_again_and_again_gives_nothing_up(shop: RoughShop) -> None:
    """Calls of a killed worker may never have left: absent, they are free however often that happens."""
    with cut_off(shop) as ledger:
        for _ in range(4):
            ledger.journal.intend("killed", [creation()])
            ledger.journal.mark_sent("killed", ledger.journal.in_state("INTENT"))
            assert settle(shop, ledger) == {"INTENT": 1}


def test_what_is_there_several_times_is_done_and_told(shop: RoughShop) -> None:
    """Of several contacts or entries that bear our mark the oldest is the one, and the journal says how many."""
    first, second = (
        shop.type_in(first_name="A", last_name="Lovelace", properties={"crm_bridge_id": MARK}) for _ in "12"
    )
    entry = Operation(op_key("log", "1"), "activities", "log", MARK, {"description": "x"}, {}, first.id)
    for _ in range(3):
        body = ActivityCreate(description="x", contact_id=first.id, data={"externalId": entry.op_key})
        shop.crm(lambda client, body=body: client.log_activity(body))  # type: ignore[misc]
    with cut_off(shop, creation(), entry) as ledger:
        assert settle(shop, ledger) == {"DONE": 2}
        assert ledger.identities.crm_id("contacts", MARK) == first.id
        reasons = sorted(ledger.journal.of_run("cut-off")["reason"].to_pylist())
    assert reasons[0] == f"found 2 times in the CRM: {first.id}, {second.id}"
    assert reasons[1].startswith("found 3 times")


def test_an_unknown_operation_is_looked_for_when_somebody_asks(shop: RoughShop) -> None:
    """Found, it is done; surely absent, it is free; both are told, and what still cannot be told stays."""
    ada = shop.type_in(first_name="Ada", last_name="Lovelace", properties={"crm_bridge_id": "ada"})
    with cut_off(shop, creation("ada"), creation("eve"), creation("joe", lastName="Unspeakable")) as ledger:
        for operation in ledger.journal.in_state("SENT"):
            ledger.journal.end(operation, "UNKNOWN", "nobody knows", doubt=True)
        shop.rule = lambda call: 400 if "Unspeakable" in call.query else None
        became = asyncio.run(_look_again(shop, ledger))
        assert {operation.entity_id: word for operation, word in became} == {
            "ada": Fate.FOUND,
            "eve": Fate.FREE,
            "joe": Fate.UNKNOWN,
        }
        assert ledger.identities.crm_id("contacts", "ada") == ada.id
        assert ledger.journal.states() == {"DONE": 1, "INTENT": 1, "UNKNOWN": 1}


async def _look_again(shop: RoughShop, ledger: Ledger) -> list[tuple[Operation, Fate]]:
    work = shop.work()
    async with work.crm() as crm:
        return await recover.look_again(crm, ledger, ledger.journal.in_state("UNKNOWN"), work.settings)


@pytest.mark.parametrize("clock", [-86_400, 0, 86_400])
def test_over_http_it_waits_as_long_as_a_call_may_be_under_way(
    shop: RoughShop, clock: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait is what the settings say, whatever the clock has come to be since the batch became SENT."""
    shop.sections = {"limits": {"settle_seconds": 0.3, "deadline_seconds": 30}}
    with cut_off(shop, creation()) as ledger:
        now = time.time()
        monkeypatch.setattr("time.time", lambda: now + clock)
        started = asyncio.run(_timed(shop, ledger))
    assert started >= 0.3


async def _timed(shop: RoughShop, ledger: Ledger) -> float:
    work, loop = shop.work(), asyncio.get_running_loop()
    async with work.crm() as crm:
        started = loop.time()
        await recover.settle(crm, ledger, work.settings, work.progress)
        return loop.time() - started

"""A lost ledger is made anew of the account alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from connectors.giant_context.wire import ActivityCreate
from pipelines.crm.rebuild import Traces, traces_in
from pipelines.ledger.effects import op_key
from pipelines.workspace import Quiet
from tests.pipelines.faults import RoughShop

PEOPLE = """
    First Name,Last Name,Email,Phone,Title,Company,Labels
    Ada,Lovelace,ada@acme.example,312-555-0100,Countess,Acme,vip
    Alan,Turing,alan@beta.example,312-555-0101,Fellow,Beta,
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> RoughShop:
    """A workshop after a run that filled the CRM."""
    shop = RoughShop(tmp_path_factory.mktemp("filled"), crm={"imported_activity": "change"})
    shop.file("a.csv", PEOPLE)
    shop.sync()
    return shop


@pytest.fixture
def shop(filled: RoughShop, tmp_path: Path) -> RoughShop:
    """Give a workshop that is to lose its ledger."""
    return filled.twin(tmp_path)


def lose(shop: RoughShop) -> None:
    """Lose the ledger."""
    for path in shop.data.glob("ledger.db*"):
        path.unlink()


def traces(shop: RoughShop) -> Traces:
    """What of ours the account shows."""

    async def go() -> Traces:
        async with shop.work().crm() as crm:
            return await traces_in(crm, shop.work().account, Quiet())

    return asyncio.run(go())


def rebuild(shop: RoughShop) -> None:
    """Make the ledger anew."""
    found = traces(shop)
    with shop.work().ledger() as ledger:
        ledger.replace_with(found.effects, found.ledger_ids)


def test_after_a_rebuild_a_run_sends_nothing(shop: RoughShop) -> None:
    """The links, the done creates and the entries are back under the keys that they had, and nothing is sent again."""
    with shop.work().ledger() as ledger:
        before = (
            ledger.identities.links("contacts").to_pylist(),
            ledger.identities.links("companies").to_pylist(),
            ledger.ledger_id,
        )
        keys = {row["op_key"] for row in ledger.journal.of_run(_run(shop)).to_pylist()}
    lose(shop)
    rebuild(shop)
    contents = shop.contents()
    with shop.work().ledger() as ledger:
        assert (
            ledger.identities.links("contacts").to_pylist(),
            ledger.identities.links("companies").to_pylist(),
        ) == before[:2]
        assert before[2] in ledger.own_ids()
        assert ledger.ledger_id != before[2]
        assert ledger.generation > 0
        assert {row["op_key"] for row in ledger.journal.of_run("rebuilt").to_pylist()} == keys
    shop.again()
    assert shop.writes == []
    assert shop.contents() == contents


def _run(shop: RoughShop) -> str:
    """The run that filled the CRM."""
    (run,) = [path.name for path in (shop.data / "runs").iterdir()]
    return run


def test_after_a_rebuild_what_changes_is_sent_once(shop: RoughShop) -> None:
    """A change of the sources since then is an update of the contact that was found again, with an entry of its own."""
    lose(shop)
    rebuild(shop)
    shop.sections |= {"fields": {"title": {"policy": "source_wins"}}}
    shop.file("a.csv", PEOPLE.replace("Countess", "Duchess"), day=2)
    shop.sync()
    assert "POST contacts" not in shop.writes
    assert shop.contact("ada@acme.example").title == "Duchess"
    assert len(shop.timeline(shop.contact("ada@acme.example").id)) == 2
    shop.again()
    assert shop.writes == []


def test_of_several_that_bear_one_mark_the_living_and_oldest_is_linked(shop: RoughShop) -> None:
    """An archived twin and a younger one are told of, and not linked."""
    ada = shop.contact("ada@acme.example")
    mark = ada.properties["crm_bridge_id"]
    twin = shop.type_in(first_name="Ada", last_name="Twin", properties={"crm_bridge_id": mark})
    shop.edit(ada.id, status="archived")
    (effect,) = [effect for effect in traces(shop).effects if effect.operation.entity_id == mark and effect.note]
    assert effect.crm_id == twin.id
    assert effect.note == f"found 2 times in the CRM: {twin.id}, {ada.id}"


def test_entries_of_others_are_not_ours(shop: RoughShop) -> None:
    """An entry that another program signed, or that bears no key of ours, is left alone."""
    before = len(traces(shop).effects)
    for source, key in (("another-program", op_key("x")), ("crm-bridge", "short")):
        entry = ActivityCreate(description="x", source=source, data={"externalId": key})
        shop.crm(lambda client, entry=entry: client.log_activity(entry))  # type: ignore[misc]
    assert len(traces(shop).effects) == before

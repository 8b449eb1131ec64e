"""What the CRM shows of what was cut off: there, surely absent, or not to be told."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic.alias_generators import to_snake

from connectors.giant_context.client import GiantContext
from connectors.giant_context.wire import ActivityCreate, ContactCreate
from pipelines.crm.traces import FEW, Finding, Trace, find
from pipelines.ledger.effects import Effect, Operation, op_key
from tests.pipelines.faults import RoughShop
from tests.pipelines.restless import Restless


@pytest.fixture
def shop(tmp_path: Path) -> RoughShop:
    """Give a workshop without any file."""
    return RoughShop(tmp_path)


def creation(entity: str, *, mark: bool = True, **body: Any) -> Operation:
    """A contact that we meant to create."""
    whole: dict[str, Any] = {"firstName": "Ada", "lastName": "Lovelace"} | body
    sent = {to_snake(name): value for name, value in whole.items()}
    if mark:
        whole["properties"] = {"crm_bridge_id": entity}
        sent["properties.crm_bridge_id"] = entity
    return Operation(op_key("test", "create", entity), "contacts", "create", entity, whole, sent)


def look(shop: RoughShop, *operations: Operation) -> dict[str, Finding]:
    """What is found of operations, by their entity; `shop.calls` has the calls that it took."""

    async def go() -> dict[str, Finding]:
        async with shop.work().crm() as crm:
            return {operation.entity_id: found async for operation, found in find(crm, operations, at_once=4)}

    shop.calls = []
    return asyncio.run(go())


def ids(findings: dict[str, Finding]) -> dict[str, Any]:
    """Findings with the CRM's id in place of an effect."""
    return {name: found.crm_id if isinstance(found, Effect) else found for name, found in findings.items()}


def test_without_a_mark_an_email_tells(shop: RoughShop) -> None:
    """A create that bore no mark is known by its e-mail, and by everything that was sent standing there."""
    ada = shop.type_in(first_name="Ada", last_name="Lovelace", email="ada@a.example", title="Countess")
    email = "ADA@a.example"
    assert ids(look(shop, creation("ada", mark=False, email=email, title="Countess"))) == {"ada": ada.id}
    assert ids(look(shop, creation("ada", mark=False, email=email, title="Lady"))) == {"ada": Trace.ABSENT}


def test_without_an_email_name_and_phone_tell(shop: RoughShop) -> None:
    """Without an e-mail it is known by its name and phone, however the server writes the number."""
    ada = shop.type_in(first_name="Ada", last_name="Lovelace", phone="+1 312-555-0100")
    shop.type_in(first_name="Ada", last_name="Lovelace", phone="+13125550199")
    assert ids(look(shop, creation("ada", mark=False, phone="+13125550100"))) == {"ada": ada.id}
    assert ids(look(shop, creation("ada", mark=False, phone="+13125550111"))) == {"ada": Trace.ABSENT}


def test_a_name_alone_tells_nothing(shop: RoughShop) -> None:
    """Somebody of the same name, without mark, e-mail or phone, may be anyone: nobody can tell."""
    assert ids(look(shop, creation("ada", mark=False))) == {"ada": Trace.ABSENT}
    shop.type_in(first_name="Ada", last_name="Lovelace")
    assert ids(look(shop, creation("ada", mark=False))) == {"ada": Trace.LIKENESS}


@pytest.mark.parametrize("name", ["Engines", "Engines |"])
def test_a_company_is_known_by_its_name(shop: RoughShop, name: str) -> None:
    """A company that bore no mark is known by its name, whatever signs the name ends with."""
    company = shop.type_in_company(name=name)
    create = Operation(op_key("test", "create", "c"), "companies", "create", "c", {"name": name}, {"name": name})
    assert ids(look(shop, create)) == {"c": company.id}


def test_a_tag_call_is_known_by_its_tag(shop: RoughShop) -> None:
    """A tag that stands was set, one that is gone was taken away; the rest is decided anew."""
    ada = shop.type_in(first_name="A", last_name="B", tags=["VIP", "old"])
    calls = [("tag", "vip"), ("tag", "new"), ("untag", "gone"), ("untag", "old")]
    operations = [
        Operation(f"k{number}", "contacts", kind, str(number), {"tag": tag}, {"tags": ["vip"]}, ada.id)  # type: ignore[arg-type]
        for number, (kind, tag) in enumerate(calls)
    ]
    assert ids(look(shop, *operations)) == {"0": ada.id, "1": Trace.ABSENT, "2": ada.id, "3": Trace.ABSENT}


def test_a_field_call_is_known_by_its_value(shop: RoughShop) -> None:
    """One key of the properties that stands as it was sent was set."""
    ada = shop.type_in(first_name="A", last_name="B", properties={"x": "1"})
    operations = [
        Operation(
            f"k{value}", "contacts", "field", value, {"key": "x", "value": value}, {"properties.x": value}, ada.id
        )
        for value in ("1", "2")
    ]
    assert ids(look(shop, *operations)) == {"1": ada.id, "2": Trace.ABSENT}


def test_many_creates_are_found_in_the_newest_pages(shop: RoughShop) -> None:
    """Hundreds that arrived take a few list pages and not a search each; the few that did not are searched for."""
    names = [f"p{number}" for number in range(300)]

    async def arrive(client: GiantContext) -> None:
        for name in names[:-3]:
            mark = {"crm_bridge_id": name}
            await client.create_contact(ContactCreate(first_name="A", last_name=name, properties=mark))

    shop.crm(arrive)
    findings = look(shop, *(creation(name, lastName=name) for name in names))
    assert [name for name, found in findings.items() if found is Trace.ABSENT] == names[-3:]
    assert sum(isinstance(found, Effect) for found in findings.values()) == 297
    assert len(shop.calls) <= 2 + 3 * 2


def test_many_that_are_absent_take_two_walks(shop: RoughShop) -> None:
    """Where hundreds never arrived, the whole list is read twice rather than searched for each of them."""
    for number in range(5):
        shop.type_in(first_name="A", last_name=f"Other{number}")
    findings = look(shop, *(creation(f"p{number}") for number in range(300)))
    assert set(findings.values()) == {Trace.ABSENT}
    assert len(shop.calls) <= 4


def test_many_entries_are_found_in_the_newest_pages(shop: RoughShop) -> None:
    """Entries are found by their key in the list of all of them."""
    ada = shop.type_in(first_name="A", last_name="B")
    entries = [
        Operation(op_key("log", number), "activities", "log", str(number), {"description": "x"}, {}, ada.id)
        for number in range(FEW + 10)
    ]

    async def arrive(client: GiantContext) -> None:
        for entry in entries[1:]:
            key = {"externalId": entry.op_key}
            await client.log_activity(ActivityCreate(description="x", contact_id=ada.id, data=key))

    shop.crm(arrive)
    findings = look(shop, *entries)
    assert [name for name, found in findings.items() if found is Trace.ABSENT] == ["0"]
    assert len(shop.calls) <= 1 + 2


@pytest.mark.parametrize("count", [1, FEW + 200])
def test_a_list_that_keeps_changing_tells_nothing(count: int) -> None:
    """What an incomplete look did not meet is neither there nor absent, whether searched for or walked for."""

    async def go() -> set[Finding]:
        crm: Any = Restless()
        operations = [creation(f"p{number}") for number in range(count)]
        return {found async for _, found in find(crm, operations, at_once=4)}

    assert asyncio.run(go()) == {Trace.UNSURE}


def test_entries_are_read_in_their_timelines_where_the_list_keeps_changing() -> None:
    """An entry is looked for beside its contact, so a restless list of all of them does not leave hundreds untold."""

    async def go() -> set[Finding]:
        crm: Any = Restless()
        entries = [
            Operation(op_key("log", number), "activities", "log", str(number), {"description": "x"}, {}, f"c{number}")
            for number in range(FEW + 200)
        ]
        return {found async for _, found in find(crm, entries, at_once=4)}

    assert asyncio.run(go()) == {Trace.ABSENT}

"""What the walk over the CRM settles by the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.ledger.effects import ObjectName, Operation, op_key
from tests.pipelines.faults import RoughShop


@pytest.mark.parametrize("name", ["contacts", "companies"])
def test_a_mark_that_the_walk_meets_tells_what_nobody_could(tmp_path: Path, name: ObjectName) -> None:
    """An unknown create whose mark stands in the CRM is done, with its link and what was sent; others stay unknown."""
    shop = RoughShop(tmp_path)
    shop.file("a.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@a.example")
    made = (
        shop.type_in(first_name="Eve", last_name="Adams", properties={"crm_bridge_id": "eve"})
        if name == "contacts"
        else shop.type_in_company(name="Adams", properties={"crm_bridge_id": "eve"})
    )
    sent = {"last_name": "Adams"} if name == "contacts" else {"name": "Adams"}
    operations = [Operation(op_key(who), name, "create", who, {}, sent) for who in ("eve", "joe")]
    with shop.work().ledger() as ledger:
        ledger.journal.intend("r", operations)
        for operation in operations:
            ledger.journal.end(operation, "UNKNOWN", "nobody knows")
    shop.run("extract", "clean", "snapshot")
    with shop.work().ledger() as ledger:
        assert ledger.journal.states() == {"DONE": 1, "UNKNOWN": 1}
        assert ledger.identities.crm_id(name, "eve") == made.id
        assert '"Adams"' in ledger.written.of(name)["echoed"][0].as_py()


def test_a_mark_that_several_bear_is_done_once_and_told(tmp_path: Path) -> None:
    """Of several contacts with the mark of one create the oldest is its, and the ledger says how many there are."""
    shop = RoughShop(tmp_path)
    shop.file("a.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@a.example")
    twins = [
        shop.type_in(first_name="Eve", last_name="Adams", properties={"crm_bridge_id": "eve"}, title=title)
        for title in ("one", "two")
    ]
    operation = Operation(op_key("eve"), "contacts", "create", "eve", {}, {"last_name": "Adams"})
    with shop.work().ledger() as ledger:
        ledger.journal.intend("r", [operation])
        ledger.journal.end(operation, "UNKNOWN", "nobody knows")
    shop.run("extract", "clean", "snapshot")
    with shop.work().ledger() as ledger:
        assert ledger.identities.crm_id("contacts", "eve") == twins[0].id
        assert ledger.journal.told("DONE")[0]["reason"].startswith("found 2 times")

"""Operations that were sent and never heard of again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic.alias_generators import to_snake

from pipelines.ledger.effects import Operation, op_key
from pipelines.ledger.ledger import Ledger
from tests.pipelines.faults import RoughShop

MARK = "a-person-of-ours"


def creation(entity: str = MARK, **body: Any) -> Operation:
    """A contact that we meant to create."""
    whole = {"firstName": "Ada", "lastName": "Lovelace", "properties": {"crm_bridge_id": entity}} | body
    sent = {to_snake(name): value for name, value in whole.items() if name != "properties"}
    sent["properties.crm_bridge_id"] = entity
    return Operation(op_key("test", "create", entity), "contacts", "create", entity, whole, sent)


def change(crm_id: str, sent: dict[str, Any]) -> Operation:
    """An update that we meant to make."""
    return Operation(op_key("test", "update", crm_id), "contacts", "update", MARK, sent, sent, crm_id)


@contextmanager
def cut_off(shop: RoughShop, *operations: Operation) -> Iterator[Ledger]:
    """A ledger in which these operations were sent, and nothing was heard of them."""
    with shop.work("cut-off").ledger() as ledger:
        ledger.journal.intend("cut-off", operations)
        lose(ledger, *operations)
        yield ledger


def lose(ledger: Ledger, *operations: Operation) -> None:
    """Send operations whose answers are lost."""
    ledger.journal.mark_sent("cut-off", operations)
    for operation in operations:
        ledger.journal.end(operation, "SENT", "the answer was lost", doubt=True)

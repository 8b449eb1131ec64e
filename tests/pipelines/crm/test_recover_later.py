"""What cannot be told now is left to a later run, and what was never sent is only found."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import NotFound
from connectors.giant_context.wire import ActivityCreate
from pipelines.crm import recover
from pipelines.crm.fates import Fate
from pipelines.ledger.effects import Operation, op_key
from pipelines.ledger.ledger import Ledger
from tests.pipelines.cut_off import MARK, creation, cut_off
from tests.pipelines.faults import RoughShop
from tests.pipelines.restless import Restless


@pytest.fixture
def shop(tmp_path: Path) -> RoughShop:
    """Give a workshop without any file: these tests are about the ledger and the CRM alone."""
    return RoughShop(tmp_path)


async def _settle(shop: RoughShop, ledger: Ledger) -> None:
    work = shop.work()
    async with work.crm() as crm:
        await recover.settle(crm, ledger, work.settings, work.progress)


def test_what_cannot_be_looked_for_to_the_end_is_looked_for_later(shop: RoughShop) -> None:
    """In a list that keeps changing nothing is decided; once it holds still, what is absent is free."""
    crm: Any = Restless()
    with cut_off(shop, creation()) as ledger:
        work = shop.work()
        fates = asyncio.run(recover.settle(crm, ledger, work.settings, work.progress))
        assert (fates, ledger.journal.states()) == ({Fate.OPEN: 1}, {"SENT": 1})
        assert ledger.journal.owed("a later run", most_lost=None) == (1, 0)
        asyncio.run(_settle(shop, ledger))
        assert ledger.journal.states() == {"INTENT": 1}


def test_entries_that_were_never_sent_are_only_found(shop: RoughShop) -> None:
    """One that is there is done; one that is absent is left as it is, and one that nobody can tell of is held back."""
    there, gone, hidden = (shop.type_in(first_name="A", last_name=name) for name in ("There", "Gone", "Hidden"))
    entries = [
        Operation(op_key("log", one.id), "activities", "log", MARK, {"description": "x"}, {}, one.id)
        for one in (there, gone, hidden)
    ]
    body = ActivityCreate(description="x", contact_id=there.id, data={"externalId": entries[0].op_key})
    shop.crm(lambda client: client.log_activity(body))
    hides = [hidden.id]

    async def go(ledger: Ledger) -> set[str]:
        work = shop.work()
        async with work.crm() as crm:
            timeline = crm.contact_activities

            async def hiding(contact_id: str) -> Any:
                if contact_id in hides:
                    raise NotFound("no", method="GET", route="contacts/*/activities", status=404)
                return await timeline(contact_id)

            crm.contact_activities = hiding  # type: ignore[method-assign]
            return await recover.read_back(crm, ledger, entries, work.settings)

    with shop.work("owed").ledger() as ledger:
        ledger.journal.intend("owed", entries)
        assert asyncio.run(go(ledger)) == {entries[2].op_key}
        assert [one.op_key for one in ledger.journal.in_state("INTENT")] == sorted(one.op_key for one in entries[1:])
        assert set(ledger.journal.of_run("owed")["reason"].to_pylist()) == {None}

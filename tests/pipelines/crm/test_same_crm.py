"""A ledger knows the embedded CRM that it has written to: another one in its place stops the run."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from connectors.errors import StateRefused
from connectors.giant_context.client import GiantContext
from connectors.giant_context.server.store.store import Store
from pipelines.crm.same_crm import refuse_another
from pipelines.ledger.ledger import Ledger
from tests.pipelines.faults import RoughShop
from tests.pipelines.workshop import TO_PLAN

PEOPLE = "First Name,Last Name,Email\nAda,Lovelace,ada@a.example"


@pytest.fixture
def shop(tmp_path: Path) -> RoughShop:
    """Give a workshop whose one person was synced."""
    shop = RoughShop(tmp_path / "shop")
    shop.file("a.csv", PEOPLE)
    shop.sync()
    return shop


def lose_crm(shop: RoughShop) -> dict[Path, bytes]:
    """Delete the embedded CRM; gives its files."""
    files = {path: path.read_bytes() for path in shop.data.glob("crm.db*")}
    for path in files:
        path.unlink()
    return files


def test_a_crm_that_is_gone_stops_the_run_and_none_is_made(shop: RoughShop) -> None:
    """Nothing is sent, no empty CRM takes the place of the lost one, and put back all is as before."""
    files = lose_crm(shop)
    for stages in (TO_PLAN, ("export",)):
        with pytest.raises(StateRefused, match=r"crm\.db: .*gone.*Put it back.*--data"):
            shop.sync(None, *stages)
    assert shop.calls == []
    assert not [*shop.data.glob("crm.db*")]
    for path, content in files.items():
        path.write_bytes(content)
    shop.again()
    assert shop.writes == []


def test_the_crm_of_another_folder_is_told_from_a_second_ledger(shop: RoughShop, tmp_path: Path) -> None:
    """It bears another ledger's entries, but what is wrong is the file: it is said to be another CRM."""
    other = RoughShop(tmp_path / "other")
    other.file("a.csv", PEOPLE)
    other.sync()
    lose_crm(shop)
    for path in other.data.glob("crm.db*"):
        (shop.data / path.name).write_bytes(path.read_bytes())
    with pytest.raises(StateRefused, match="another embedded CRM"):
        shop.again()


def test_another_crm_in_its_place_stops_the_run(shop: RoughShop) -> None:
    """A new crm.db, such as a server makes that is started on the folder, is told from the one that we wrote to."""
    lose_crm(shop)
    Store(shop.data).close()
    with pytest.raises(StateRefused, match=r"another embedded CRM .*Put the former.*--data"):
        shop.again()
    assert shop.writes == []


def test_over_http_the_crm_says_who_it_is(tmp_path: Path) -> None:
    """At one address another CRM may answer: its id comes with the token, and the ledger remembers it."""

    async def look(shop: RoughShop, ledger: Ledger) -> None:
        async with shop.work().crm() as crm:
            await refuse_another(crm, ledger)

    one, other = RoughShop(tmp_path / "one"), RoughShop(tmp_path / "other")
    with closing(Ledger(tmp_path / "ledger.db", "http://127.0.0.1:8765/local")) as ledger:
        for _ in range(2):
            asyncio.run(look(one, ledger))
        with pytest.raises(StateRefused, match="another embedded CRM"):
            asyncio.run(look(other, ledger))
        asyncio.run(look(one, ledger))


def test_an_account_without_an_id_of_its_own_is_never_another(tmp_path: Path) -> None:
    """The public API names no such id: nothing is remembered, and nothing is refused."""

    class Nameless(GiantContext):
        def __init__(self) -> None:
            """Open nothing."""

        async def instance(self) -> str | None:
            """Say nothing."""
            return None

    with closing(Ledger(tmp_path / "ledger.db", "https://crm.example/o/p/a")) as ledger:
        for _ in range(2):
            asyncio.run(refuse_another(Nameless(), ledger))

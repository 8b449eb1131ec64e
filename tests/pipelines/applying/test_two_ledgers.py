"""Two data folders that start together on one account: one of them writes, the other stops and says what to do."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connectors.errors import BridgeError, ForeignLedger
from connectors.giant_context.server.access import APP_ID, ORGANIZATION_ID, PROJECT_ID
from pipelines.workspace import Workspace
from tests.connectors.giant_context.server.crm import KEY, served
from tests.pipelines.truth import doubles, entries
from tests.pipelines.workshop import TO_PLAN, Workshop

PEOPLE = 60


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve an embedded CRM from a process of its own; gives its base URL."""
    with served(tmp_path_factory.mktemp("crm")) as (url, _):
        yield url


def folder(root: Path, url: str, kind: str) -> Workshop:
    """A data folder that syncs the same people to that account; `kind` keeps tests' people apart."""
    ids = {"organization_id": ORGANIZATION_ID, "project_id": PROJECT_ID, "app_id": APP_ID}
    shop = Workshop(
        root,
        crm={"base_url": url, **ids, "writes": True},
        limits={"threads": 1, "settle_seconds": 0.2, "concurrency": 8},
        gates={"created_share": 1.0},
    )
    shop.allowed = {"created": PEOPLE}
    rows = "\n".join(f"Ada,Love{kind}{n},ada{n}@{kind}.example,Works {kind} {n % 3}" for n in range(PEOPLE))
    shop.file("people.csv", f"First Name,Last Name,Email,Company\n{rows}")
    return shop


def test_of_two_that_start_together_one_writes(account: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have looked and found nobody; then both write at once. Nothing is there twice, and one is told to stop."""
    monkeypatch.setenv("CRM_BRIDGE_CRM_API_KEY", KEY)
    shops = [folder(tmp_path / name, account, "a") for name in ("one", "two")]
    works = [shop.run(*TO_PLAN) for shop in shops]
    start = threading.Barrier(2)

    def go(shop: Workshop, work: Workspace) -> BridgeError | None:
        start.wait()
        try:
            shop.run("apply", run=work.run)
        except BridgeError as error:
            return error
        return None

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(go, shops, works))
    assert doubles(shops[0].contacts(), entries(shops[0])) == []
    assert max(Counter(company.name for company in shops[0].companies()).values()) == 1
    (loser,) = [number for number, error in enumerate(ended) if error is not None]
    assert isinstance(ended[loser], ForeignLedger)
    assert "crm-bridge ledger adopt" in str(ended[loser])
    winner = shops[1 - loser]
    winner.run()
    assert len(winner.contacts()) == PEOPLE
    with pytest.raises(ForeignLedger):
        shops[loser].run()

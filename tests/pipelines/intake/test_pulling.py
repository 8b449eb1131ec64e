"""Pulls of a source of an API: what changed is landed, and the cursor goes on from there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.errors import NotApplied
from pipelines.intake import segment
from pipelines.intake.pulling import Window, pull
from tests.pipelines.toy_source import World, installed, section
from tests.pipelines.workshop import TO_CLEAN, Workshop


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world of seven contacts, one a day."""
    made = World()
    for number in range(7):
        made.put("contacts", str(number), day=number, last=f"Doe {number}", email=f"p{number}@x.example")
    with installed(tmp_path / "packages", toys=made):
        yield made


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """A workshop that pulls from it."""
    return Workshop(tmp_path, sources={"toy": section("toys")})


def test_pulls_go_on_from_the_cursor(shop: Workshop, world: World) -> None:
    """The first pull lands everything, the next one what changed since, the overlap included."""
    assert shop.run(*TO_CLEAN).reports["extract"].counts["rows"] == 7
    world.put("contacts", "2", day=9, last="Roe", email="p2@x.example")
    work = shop.run(*TO_CLEAN)
    assert work.reports["extract"].counts["rows_new"] == 2  # the last of the days before lies within the overlap
    assert {row["source_id"]: row["last_name"] for row in shop.rows("records")}["2"] == "Roe"
    assert work.reports["clean"].counts["contact_records"] == 7


def test_a_pull_that_fails_goes_on_where_it_landed(
    shop: Workshop, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was landed before a failure stays so; the next pull asks only for the rest."""
    monkeypatch.setattr(segment, "ROWS", 3)
    world.fail("contacts", NotApplied("down", method="GET", route="contacts"), after=1)
    assert shop.run(*TO_CLEAN).reports["clean"].counts["contact_records"] == 3
    assert shop.run(*TO_CLEAN).reports["extract"].counts["rows_new"] == 4
    assert len(shop.rows("records")) == 7


def test_a_window_gives_its_days(shop: Workshop, world: World) -> None:
    """A window lands what changed in it, and moves no cursor."""
    work = shop.work()
    try:
        window = Window(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 4, tzinfo=UTC))
        found = pull(work, "toy", lambda _, why: pytest.fail(str(why)), only="contacts", window=window)
        with work.ledger() as ledger:
            assert not ledger.cursors.all()
    finally:
        work.lock.free()
    assert found["contacts"].rows == 2

"""Records that were pulled: what clean makes of landings that each hold what changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.intake import segment
from pipelines.intake.accounting import require_balance
from pipelines.intake.pulling import Window, pull
from tests.pipelines.toy_source import Source, World, installed, section
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


def test_columns_are_mapped_by_their_labels_too(shop: Workshop, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings may name a column by the name that people know it by; the column's own name goes first."""
    world.put("contacts", "1", last="Doe", email="p1@x.example", f_9a2="Buyer")
    monkeypatch.setattr(Source, "labels", lambda *_: {"f_9a2": "Job role"})
    shop.sections["sources"] = {"toy": section("toys", columns={"title": "job role"})}
    shop.run(*TO_CLEAN)
    assert {row["source_id"]: row["title"] for row in shop.rows("records")}["1"] == "Buyer"


def test_records_that_a_pull_set_aside_are_counted_in_its_run(
    shop: Workshop, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In whichever of its pieces they came; once a later run pulled the stream, they are told as former ones."""
    monkeypatch.setattr(segment, "ROWS", 3)
    world.spoil("contacts", 1)
    counts = shop.run(*TO_CLEAN).reports["clean"].counts
    assert (counts["rows_rejected"], counts["rows_set_aside"]) == (1, 1)
    world.put("contacts", "1", day=20, last="Roe", email="p1@x.example")
    assert shop.run(*TO_CLEAN).reports["clean"].counts["rows_set_aside"] == 0
    require_balance(shop.work())


def test_many_landings_of_a_stream_are_read_as_one(shop: Workshop, world: World) -> None:
    """Each keeps its number and date: of equal change times what landed last counts."""
    for number in range(6):
        world.put("contacts", "1", day=20, last=f"Version {number}", email="p1@x.example")
        world.put("contacts", "2", day=20 - number, last=f"Version {number}", email="p2@x.example")
        pull(shop.work(), "toy", lambda _, why: pytest.fail(str(why)), only="contacts")
    shop.run(*TO_CLEAN)
    names = {row["source_id"]: row["last_name"] for row in shop.rows("records")}
    assert (names["1"], names["2"]) == ("Version 5", "Version 0")
    places = {(row["landing"], row["row"]) for row in shop.rows("records")}
    assert len(places) == 7


def test_a_value_that_was_put_right_is_no_longer_counted(shop: Workshop, world: World) -> None:
    """A phone that cannot be read is set aside until the record comes with another one."""
    world.put("contacts", "1", day=8, last="Doe", email="p1@x.example", phone="12")
    assert shop.run(*TO_CLEAN).reports["clean"].counts["values_set_aside"] == 1
    world.put("contacts", "1", day=9, last="Doe", email="p1@x.example", phone="+1 312 555 0101")
    assert shop.run(*TO_CLEAN).reports["clean"].counts["values_set_aside"] == 0


def test_an_older_window_that_lands_later_undoes_nothing(shop: Workshop, world: World) -> None:
    """What landed last is not what changed last: the change time decides."""
    shop.run("extract")
    before = dict(world.records["contacts"]["2"])
    world.put("contacts", "2", day=9, last="Roe", email="p2@x.example")
    shop.run("extract")
    world.records["contacts"]["2"] = before  # as a lagging index may still show it
    window = Window(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC))
    pull(shop.work(), "toy", lambda _, why: pytest.fail(str(why)), only="contacts", window=window)
    shop.run(*TO_CLEAN)
    assert {row["source_id"]: row["last_name"] for row in shop.rows("records")}["2"] == "Roe"


def test_activities_are_landed_and_no_records(shop: Workshop, world: World) -> None:
    """Activities are kept for the timelines: they are counted apart, and every row of the others is accounted for."""
    world.put("notes", "n1", type="note", subject="Called", of="1")
    counts = shop.run(*TO_CLEAN).reports["extract"].counts
    assert (counts["rows"], counts["activities_landed"]) == (7, 1)
    require_balance(shop.work())

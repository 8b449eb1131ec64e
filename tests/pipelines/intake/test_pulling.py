"""Pulls of a source of an API: what changed is landed, and the cursor goes on from there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import BridgeError, ConfigurationError, NotApplied, SourceRefused
from connectors.giant_context.server.access import ensure_api_key
from pipelines.intake import segment
from pipelines.intake.accounting import require_balance
from pipelines.intake.pulling import Window, pull
from pipelines.lake.lake import Lake, Landing
from pipelines.ledger.cursors import Cursors
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


def test_pulls_go_on_from_the_cursor(shop: Workshop, world: World) -> None:
    """The first pull lands everything, the next one what changed since, the overlap included."""
    assert shop.run(*TO_CLEAN).reports["extract"].counts["rows"] == 7
    world.put("contacts", "2", day=9, last="Roe", email="p2@x.example")
    work = shop.run(*TO_CLEAN)
    assert work.reports["extract"].counts["rows_new"] == 2  # the last of the days before lies within the overlap
    assert {row["source_id"]: row["last_name"] for row in shop.rows("records")}["2"] == "Roe"
    assert work.reports["clean"].counts["contact_records"] == 7
    assert shop.rows("flagged_values") == []  # a version that a later pull replaces is no file that went back


def test_a_pull_that_fails_goes_on_where_it_landed(
    shop: Workshop, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was landed before a failure stays so; the next pull asks only for the rest."""
    monkeypatch.setattr(segment, "ROWS", 3)
    world.fail("contacts", NotApplied("down", method="GET", route="contacts"), after=1)
    assert shop.run(*TO_CLEAN).reports["clean"].counts["contact_records"] == 3
    assert shop.run(*TO_CLEAN).reports["extract"].counts["rows_new"] == 4
    assert len(shop.rows("records")) == 7


def test_what_came_before_a_failure_is_landed_however_little(shop: Workshop, world: World) -> None:
    """A page that came is landed though the next call fails, and the next pull goes on after it."""
    world.fail("contacts", NotApplied("down", method="GET", route="contacts", status=503), after=1)
    work = shop.run(*TO_CLEAN)
    assert work.reports["clean"].counts["contact_records"] == 3
    assert work.reports["extract"].counts["refused_streams"] == 1
    assert shop.run(*TO_CLEAN).reports["extract"].counts["rows_new"] == 4


def test_a_window_gives_its_days(shop: Workshop, world: World) -> None:
    """A window lands what changed in it, and moves no cursor."""
    work = shop.work()
    try:
        window = Window(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 4, tzinfo=UTC))
        found = pull(work, "toy", lambda _, why: pytest.fail(str(why)), only="contacts", window=window)
        with work.cursors() as cursors:
            assert not cursors.all()
    finally:
        work.lock.free()
    assert found["contacts"].rows == 2


def landings(shop: Workshop) -> list[Landing]:
    """What has landed."""
    return Lake(shop.data).landings()


def refused(shop: Workshop) -> list[str]:
    """The streams that the last run could not read, in words."""
    return [f"{row['file']}: {row['reason']} ({row['rows_kept']} kept)" for row in shop.rows("refused_files")]


def asked(world: World, stream: str = "contacts") -> list[str | None]:
    """The cursors that a stream was asked for."""
    return [cursor for name, cursor in world.log if name == stream]


def test_a_dry_run_moves_no_cursor(shop: Workshop, world: World) -> None:
    """What a dry run pulled is landed; the next pull asks for it again, and nothing is there twice."""
    work = shop.work()
    work.dry = True
    pull(work, "toy", lambda _, why: pytest.fail(str(why)))
    with work.cursors() as cursors:
        assert not cursors.all()
    assert shop.run(*TO_CLEAN).reports["clean"].counts["contact_records"] == 7
    assert asked(world) == [None, None]


def test_a_cursor_of_another_account_counts_for_nothing(shop: Workshop, world: World, tmp_path: Path) -> None:
    """A source that is pointed at another account is pulled from the beginning."""
    shop.run("extract")
    other = World()
    other.put("contacts", "99", last="New", email="new@x.example")
    with installed(tmp_path / "more", others=other):
        shop.sections["sources"] = {"toy": section("others")}
        shop.run("extract")
        assert asked(other) == [None]


def test_a_cursor_whose_landings_are_gone_counts_for_nothing(shop: Workshop, world: World) -> None:
    """Where somebody removed landings, the stream is pulled from the beginning: nothing is lost."""
    shop.run("extract")
    (landing,) = landings(shop)
    landing.path.unlink()
    assert shop.run(*TO_CLEAN).reports["clean"].counts["contact_records"] == 7
    assert asked(world) == [None, None]


def test_what_gives_the_same_again_is_landed_once(shop: Workshop, world: World) -> None:
    """The overlap gives the last record at each pull: while it is the same, it makes one landing more at most."""
    for _ in range(5):
        shop.run("extract")
    assert len(landings(shop)) <= 2


def test_a_stream_that_fails_leaves_the_others_going(shop: Workshop, world: World) -> None:
    """Its last records stand, it is named with what is kept, and the other streams are read."""
    shop.run(*TO_CLEAN)
    world.put("companies", "c1", day=8, name="Acme", site="acme.example")
    world.fail("contacts", NotApplied("503", method="GET", route="/contacts", status=503))
    work = shop.run(*TO_CLEAN)
    assert work.reports["extract"].counts["refused_streams"] == 1
    assert work.reports["clean"].counts["contact_records"] == 7
    assert work.reports["clean"].counts["company_records"] == 1
    (said,) = refused(shop)
    assert said.startswith("toy/contacts: GET /contacts: 503")
    assert said.endswith("(7 kept)")


def test_an_unexpected_error_of_a_connector_is_that_streams_alone(shop: Workshop, world: World) -> None:
    """A connector that stumbles is refused in words that show no value, and the others go on."""
    world.put("companies", "c1", name="Acme", site="acme.example")
    world.fail("companies", KeyError("jane@acme.example"))
    assert shop.run(*TO_CLEAN).reports["clean"].counts["contact_records"] == 7
    (said,) = refused(shop)
    assert "KeyError" in said
    assert "jane" not in said


def test_a_source_that_never_gave_anything_ends_the_run(shop: Workshop, world: World) -> None:
    """Where nothing can be read and nothing ever was, the run ends with the reason."""
    for stream in ("companies", "contacts", "leads", "notes"):
        world.fail(stream, NotApplied("down", method="GET", route=f"/{stream}"))
    with pytest.raises(BridgeError, match="down"):
        shop.run("extract")


def test_a_stream_that_is_not_there_is_refused_in_one_line(shop: Workshop, world: World) -> None:
    """The message names the source and the stream."""
    with pytest.raises(ConfigurationError, match="toy: there is no stream 'deals'"):
        pull(shop.work(), "toy", lambda *_: None, only="deals")


def test_killed_anywhere_the_next_pull_has_everything(
    shop: Workshop, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that dies after a landing and before its cursor moved leaves records that are only landed again."""
    monkeypatch.setattr(segment, "ROWS", 2)
    moved = Cursors.move
    left = iter([True])

    def die(*given: Any) -> bool:
        if next(left, False):
            raise KeyboardInterrupt
        return moved(*given)

    monkeypatch.setattr(Cursors, "move", die)
    with pytest.raises(KeyboardInterrupt):
        shop.run("extract")
    assert shop.run(*TO_CLEAN).reports["clean"].counts["contact_records"] == 7
    require_balance(shop.work())


def test_the_embedded_target_is_not_read_as_a_source(
    shop: Workshop, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source that has the key of the very CRM that is written to ends the run with one line, before it is asked."""
    monkeypatch.setenv("CRM_BRIDGE_SECRET_TOY", ensure_api_key(shop.data))
    with pytest.raises(ConfigurationError, match=r"toy: .* the target itself"):
        shop.run("extract")
    assert not world.log


def test_columns_that_say_nothing_are_refused_before_they_land(shop: Workshop, world: World) -> None:
    """A landing that clean could not read would stop all sources: the stream is refused, and the others go on."""
    world.put("companies", "c1", name="Acme", site="acme.example")
    with pytest.MonkeyPatch.context() as patch:
        layout = Source.layout

        def none_of_companies(self: Source, object_name: str, columns: Any) -> Any:
            if object_name == "companies":
                raise SourceRefused("none of its columns says anything.", name="toy")
            return layout(self, object_name, columns)

        patch.setattr(Source, "layout", none_of_companies)
        assert shop.run(*TO_CLEAN).reports["clean"].counts["contact_records"] == 7
    assert [landing.name for landing in landings(shop)] == ["contacts"]
    assert "toy/companies" in refused(shop)[0]


def test_a_window_that_is_pulled_again_lands_nothing(
    shop: Workshop, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records say when they changed: what landed before, in however many pieces, is not landed again."""
    monkeypatch.setattr(segment, "ROWS", 2)
    shop.run("extract")
    before = len(landings(shop))
    window = Window(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 20, tzinfo=UTC))
    for _ in range(3):
        found = pull(shop.work(), "toy", lambda _, why: pytest.fail(str(why)), only="contacts", window=window)
    assert found["contacts"].repeated == 7
    assert len(landings(shop)) == before


def test_a_source_that_cannot_be_reached_is_asked_once(shop: Workshop, world: World) -> None:
    """Where no answer comes at all, the other streams are refused unasked: each would be waited for as long."""
    world.fail("companies", NotApplied("no answer in time", method="GET", route="/companies"))
    with pytest.raises(BridgeError):
        shop.run("extract")
    assert [stream for stream, _ in world.log] == ["companies"]

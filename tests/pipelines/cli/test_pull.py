"""`crm-bridge pull` lands what sources of an API give, and says of each stream what came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from connectors.errors import AccessError, ConfigurationError
from pipelines.cli.pull import pull
from tests.pipelines import toy_source
from tests.pipelines.shell import Shell
from tests.pipelines.workshop import Workshop

SETTINGS = """
[sources.hub]
kind = "toy"
options.world = "toy"
options.streams = ["contacts", "leads"]
[sources.inbox]
kind = "csv_file"
options.path = "inbox"
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[toy_source.World]:
    """Give a world with a contact that changed on each of twenty days, and make it a source that can be named."""
    made = toy_source.World()
    for day in range(20):
        made.put("contacts", f"c{day}", day=day, first="Ada", last=f"L{day}")
    with toy_source.installed(tmp_path / "site", toy=made):
        yield made


def pulled(shop: Workshop, *args: str) -> Result:
    """What the command says over a shop."""
    (shop.root / "sync.toml").write_text(SETTINGS, "utf-8")
    given = ["--config", str(shop.root / "sync.toml"), "--data", str(shop.data)]
    alone = typer.Typer()
    alone.command()(pull)
    return CliRunner().invoke(alone, [*args, *given])


def test_it_lands_what_changed_since_the_last_pull(shop: Workshop, world: toy_source.World) -> None:
    """A line for each stream: rows, and of when its cursor is. The next pull asks from there."""
    said = pulled(shop)
    assert said.exit_code == 0
    first, second = (line for line in said.output.splitlines() if line.startswith("hub/"))
    month = f"{datetime.now(UTC):%Y-%m}"
    assert first.startswith(f"hub/contacts: 20 rows landed, 0 repeated, 0 rejected; cursor of {month}")
    assert second.startswith("hub/leads: 0 rows landed, 0 repeated, 0 rejected; cursor of ")
    world.log.clear()
    assert "hub/contacts: 1 row landed" in pulled(shop).output  # within the overlap
    assert all(cursor is not None for _, cursor in world.log)


def test_a_window_is_half_open_and_moves_no_cursor(shop: Workshop, world: toy_source.World) -> None:
    """A day begins at midnight UTC; a time with an offset is understood. The same window again is a repetition."""
    window = ("--from", "2026-01-05", "--to", "2026-01-08T01:00:00+01:00", "--stream", "contacts")
    said = pulled(shop, *window)
    assert world.log == [("contacts", "2026-01-05T00:00:00+00:00/2026-01-08T00:00:00+00:00")]
    window_said = "window 2026-01-05 00:00:00 UTC to 2026-01-08 00:00:00 UTC"
    assert f"hub/contacts: 3 rows landed, 0 repeated, 0 rejected; {window_said}" in said.output
    assert "hub/contacts: 0 rows landed, 3 repeated" in pulled(shop, *window).output
    with shop.work().ledger() as ledger:
        assert not ledger.cursors.all()


def test_what_is_refused_is_named_and_the_others_go_on(shop: Workshop, world: toy_source.World) -> None:
    """Exit code 1."""
    world.fail("contacts", AccessError("403.", method="GET", route="/contacts", status=403))
    said = pulled(shop)
    assert said.exit_code == 1
    assert "refused: hub/contacts: GET /contacts: 403." in said.output
    assert "hub/contacts: 0 rows" not in said.output
    assert "hub/leads: 0 rows landed" in said.output


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (("--source", "hubb"), "--source hubb: there is no such source. There are: hub, inbox."),
        (("--source", "inbox"), "inbox: it is no source of an API. crm-bridge run reads it."),
        (("--source", "hub", "--stream", "deals"), "hub has no such stream. There are: contacts, leads."),
        (("--stream", "deals"), "hub has no such stream."),
        (("--from", "2026-01-01"), "--from needs --to."),
        (("--to", "2026-01-01"), "--to needs --from."),
        (("--from", "01.02.2026", "--to", "2026-03-01"), "--from: neither a day nor an ISO time."),
        (("--from", "2026-03-01", "--to", "0001-01-01T00:00+14:00"), "--to: neither a day nor an ISO time."),
        (("--from", "2026-03-01", "--to", "2026-03-01"), "--to is not after --from"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_is_told_before_anything_is_pulled(
    shop: Workshop, world: toy_source.World, args: tuple[str, ...], line: str
) -> None:
    """In one line, of whatever is wrong first."""
    said = pulled(shop, *args)
    assert isinstance(said.exception, ConfigurationError)
    assert line in str(said.exception)
    assert world.log == []


def test_a_source_without_windows_is_left_out_or_said_to_have_none(
    shop: Workshop, world: toy_source.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the only one here: there is nothing to pull."""
    monkeypatch.setattr(toy_source.Source, "windows", False)
    said = pulled(shop, "--from", "2026-01-05", "--to", "2026-01-08")
    assert "hub: it cannot be asked for a window of time" in str(said.exception)


def test_the_shell_ends_with_code_2_on_wrong_use(shop: Workshop, crm_bridge: Shell) -> None:
    """Where no source is one of an API, the line says what reads the one there is."""
    (shop.root / "sync.toml").write_text('[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n', "utf-8")
    said = crm_bridge("pull", "--config", shop.root / "sync.toml", "--data", shop.data)
    assert (said.code, said.line) == (2, "crm-bridge: inbox: it is no source of an API. crm-bridge run reads it.")

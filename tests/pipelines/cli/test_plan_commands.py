"""The commands about the plan, as people use them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines.shell import Said, Shell
from tests.pipelines.workshop import Workshop

SETTINGS = """
[sources.inbox]
kind = "csv_file"
options.path = "inbox"

[match]
default_region = "US"
candidates = false

[limits]
requests_per_second = 500
"""
HEADER = "ID,First Name,Last Name,Email,Title"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A CRM with two people, of whom the sources say another title by now."""
    shop = Workshop(tmp_path_factory.mktemp("world"), limits={"threads": 1, "requests_per_second": 500})
    (shop.root / "sync.toml").write_text(SETTINGS, "utf-8")
    shop.file("a.csv", f"{HEADER}\n1,Ada,Lovelace,ada@acme.com,CEO\n2,Alan,Turing,alan@acme.com,CEO")
    shop.run()
    shop.file("a.csv", f"{HEADER}\n1,Ada,Lovelace,ada@acme.com,CFO\n2,Alan,Turing,alan@acme.com,CFO", day=2)
    return shop


@pytest.fixture
def shop(world: Workshop, tmp_path: Path) -> Workshop:
    """Give that world to one test."""
    return world.twin(tmp_path)


def say(crm_bridge: Shell, shop: Workshop, *args: str) -> Said:
    """Run a command over the shop's settings and data."""
    return crm_bridge(*args, "--config", shop.root / "sync.toml", "--data", shop.data)


def test_a_plan_says_what_it_costs_and_is_carried_out_later(crm_bridge: Shell, shop: Workshop) -> None:
    """Calls by kind and the time at the pace that is set; then the file is applied, but for what changed meanwhile."""
    file = str(shop.root / "plan.parquet")
    planned = say(crm_bridge, shop, "plan", "--out", file)
    assert planned.code == 0
    assert "Cost: 4 calls (2 contacts updated, 2 read again before an update)." in planned.out
    assert "at 500 calls a second" in planned.out
    assert f"crm-bridge apply {file}" in planned.out
    ada = shop.contact("Lovelace")
    shop.edit(ada.id, title="Countess")
    applied = say(crm_bridge, shop, "apply", file)
    assert applied.code == 0
    assert "Sent: 1 contact updated, 1 not written: changed in the CRM" in applied.out
    assert ada.id in applied.out
    assert "Contacts read back: 1; nothing of what was sent is left to write." in applied.out
    assert {one.title for one in shop.contacts()} == {"Countess", "CFO"}


def test_conflicts_are_listed_with_all_three_values(crm_bridge: Shell, shop: Workshop) -> None:
    """What we wrote, what the CRM says, what the sources say, who wins, and the line that says it."""
    assert "No conflicts" in say(crm_bridge, shop, "conflicts").out
    shop.edit(shop.contact("Lovelace").id, title="Countess")
    shop.run()
    said = say(crm_bridge, shop, "conflicts").out
    for word in ("Ada Lovelace", "title", "CEO", "Countess", "CFO", "keep", "a.csv line 2", "1 conflict;"):
        assert word in said


def test_a_closed_gate_is_code_4_and_one_line(crm_bridge: Shell, shop: Workshop) -> None:
    """The line says which limit and what opens it; a plan shows it before; allowed, the run goes through."""
    (shop.root / "sync.toml").write_text(SETTINGS + "[gates]\nfloor = 2\n", "utf-8")
    told = say(crm_bridge, shop, "plan", "--out", str(shop.root / "plan.parquet")).out
    assert "It would be stopped: 2 contacts would have something overwritten" in told
    assert told.count("--allow") == 2
    assert f"crm-bridge apply {shop.root / 'plan.parquet'} --allow overwritten=2" in told
    held = say(crm_bridge, shop, "run")
    assert held.code == 4
    assert held.line.endswith("Allow it once: --allow overwritten=2")
    assert {one.title for one in shop.contacts()} == {"CEO"}
    assert say(crm_bridge, shop, "run", "--allow", "overwritten=2").code == 0
    assert {one.title for one in shop.contacts()} == {"CFO"}


@pytest.mark.parametrize(
    ("settings", "file", "code", "words"),
    [
        ("", "missing.parquet", 2, "missing.parquet: there is no such file"),
        ("", "sync.toml", 3, "sync.toml: not a plan. Plan again"),
        ("[crm]\nwrites = false\n", "missing.parquet", 2, "crm.writes is off"),
    ],
)
def test_what_cannot_be_applied_is_one_line(
    crm_bridge: Shell, shop: Workshop, settings: str, file: str, code: int, words: str
) -> None:
    """A file that is no plan, and an account that may not be written to."""
    (shop.root / "sync.toml").write_text(settings + SETTINGS, "utf-8")
    said = say(crm_bridge, shop, "apply", str(shop.root / file))
    assert said.code == code
    assert words in said.line

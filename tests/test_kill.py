"""Kill it anywhere: the next run ends in the state that an undisturbed run would have reached."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from connectors.giant_context.server.access import APP_ID, ORGANIZATION_ID, PROJECT_ID
from pipelines.settings import file as settings_file
from pipelines.workspace import Workspace
from tests.connectors.giant_context.server.crm import KEY, REPOSITORY, served
from tests.pipelines.crash import settled, shop_in
from tests.pipelines.faults import RoughShop
from tests.pipelines.shell import Shell
from tests.pipelines.truth import unsound
from tests.pipelines.workshop import STAGES, SYNC

PEOPLE = 25
HEADER = "First Name,Last Name,Email,Phone,Title,Company"


def fill(shop: RoughShop, title: str = "Buyer", day: int = 1) -> None:
    """Put 25 people of four companies into the inbox, some of whom share a last name."""
    rows = [
        f"A{n},Name{n % 7},a{n}@c{n % 4}.example,+1 312-555-01{n:02},{title} {n},Company {n % 4}" for n in range(PEOPLE)
    ]
    shop.file("people.csv", "\n".join((HEADER, *rows)), day=day)


def expected(root: Path, *titles: str) -> dict[str, list[Any]]:
    """What undisturbed runs make of the inbox."""
    shop = RoughShop(root)
    for day, title in enumerate(titles, 1):
        fill(shop, title, day)
        shop.sync()
    return shop.contents()


def crash(root: Path, day: int, first: int, step: int) -> list[int]:
    """How runs ended that were killed at every so manieth durable point, one after another over one folder."""
    command = [sys.executable, "-m", "tests.pipelines.crash", str(root), *map(str, (day, first, step))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=True)
    return [int(word) for word in done.stdout.split()]


def test_killed_at_durable_points_it_converges(tmp_path: Path) -> None:
    """Killed before and after commits, renames and calls of any phase, recovery included, runs do everything once.

    `make torture` walks all points, each in a world of its own.
    """
    root = tmp_path / "killed"
    for day, first, step in ((1, 31, 26), (2, 45, 13)):
        *killed, last = crash(root, day, first, step)
        assert set(killed) == {-signal.SIGKILL}
        assert last == 0
        assert unsound(shop_in(root)) == []
    shop = shop_in(root)
    assert shop.contents() == settled(tmp_path / "undisturbed", 1, 2).contents()
    shop.sync()
    assert shop.writes == []


@pytest.mark.parametrize("where", ["in process", "over HTTP"])
def test_killing_the_command_loses_nothing_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crm_bridge: Shell, where: str
) -> None:
    """`crm-bridge run`, killed among entries, and over HTTP among contacts too, ends where an undisturbed run does."""
    shop = RoughShop(tmp_path / "killed")
    fill(shop)
    limits = "[limits]\nrequests_per_second = 60\nconcurrency = 2\nsettle_seconds = 0.5\n"
    sources = '[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n[match]\ndefault_region = "US"\n'
    if where == "in process":
        (shop.root / "sync.toml").write_text(limits + sources, "utf-8")
        kill(shop, shop.data, crm_bridge, activities=7)
        assert nothing_left(shop)
        contents = shop.contents()
    else:
        monkeypatch.setenv("CRM_BRIDGE_CRM_API_KEY", KEY)
        with served(tmp_path / "server" / "data") as (base, _):
            account = f'base_url = "{base}"\norganization_id = "{ORGANIZATION_ID}"\nproject_id = "{PROJECT_ID}"\n'
            crm = f'[crm]\n{account}app_id = "{APP_ID}"\nwrites = true\n'
            (shop.root / "sync.toml").write_text(crm + limits + sources, "utf-8")
            kill(shop, tmp_path / "server" / "data", crm_bridge, KEY, contacts=10, activities=7)
            assert nothing_left(shop)
        contents = RoughShop(tmp_path / "server").contents()
    assert contents == expected(tmp_path / "undisturbed", "Buyer")


def kill(shop: RoughShop, crm: Path, crm_bridge: Shell, key: str = "", **moments: int) -> None:
    """Kill the command whenever a table has so many rows; then let it end, which it does at once."""
    given = ("run", "--config", shop.root / "sync.toml", "--data", shop.data)
    environment = {"DAGSTER_HOME": "", **({"CRM_BRIDGE_CRM_API_KEY": key} if key else {})}
    for table, wanted in moments.items():
        run = crm_bridge.start(*given, **environment)
        while count(crm, table) < wanted and not run.ended:
            time.sleep(0.002)
        run.send(signal.SIGKILL)
        assert run.wait().code == -signal.SIGKILL
        assert count(crm, table) < PEOPLE
    said = crm_bridge(*given, **environment)
    assert said.code == 0, said.out + said.err
    assert "Sent:" in said.out


def count(crm: Path, table: str) -> int:
    """How many rows the CRM has by now."""
    if not (crm / "crm.db").exists():
        return 0
    with closing(sqlite3.connect(crm / "crm.db", timeout=10)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - a constant


def nothing_left(shop: RoughShop) -> bool:
    """Whether another run would send nothing."""
    work = Workspace(settings_file.load(shop.root / "sync.toml"), shop.data, "another")
    try:
        for stage in SYNC:
            work.reports[stage] = STAGES[stage](work)
    finally:
        work.lock.free()
    return work.reports["apply"].counts["calls"] == 0

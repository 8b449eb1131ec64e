"""The commands, as people use them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.pipelines.shell import Said, Shell
from tests.pipelines.workshop import Workshop

SETTINGS = """
[sources.inbox]
kind = "csv_file"
options.path = "inbox"

[match]
default_region = "US"

[limits]
keep_runs = 1
"""
PEOPLE = """
    First Name,Last Name,Email,Phone
    Ada,Lovelace,ada@gmail.com,312-555-0100
    Alan,Turing,alan@gmail.com,312-555-0101
"""


class Desk:
    """Somebody at the command line, with an inbox of two people."""

    def __init__(self, folder: Path, crm_bridge: Shell) -> None:
        self.shop = Workshop(folder)
        self.shop.file("people.csv", PEOPLE)
        self.crm_bridge = crm_bridge
        (folder / "sync.toml").write_text(SETTINGS, "utf-8")

    def __call__(self, *args: str) -> Said:
        """Run a command over this desk's settings and data."""
        return self.crm_bridge(*args, "--config", self.shop.root / "sync.toml", "--data", self.shop.data)


@pytest.fixture
def desk(tmp_path: Path, crm_bridge: Shell) -> Desk:
    """Give a fresh desk."""
    return Desk(tmp_path, crm_bridge)


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory, crm_bridge: Shell) -> tuple[Path, Said]:
    """The folder of a desk at which `run` was said once, and what was said to it."""
    desk = Desk(tmp_path_factory.mktemp("first"), crm_bridge)
    return desk.shop.root, desk("run")


@pytest.fixture
def later(first_run: tuple[Path, Said], tmp_path: Path, crm_bridge: Shell) -> Desk:
    """Give a desk after its first run."""
    shutil.copytree(first_run[0], tmp_path, dirs_exist_ok=True)
    return Desk(tmp_path, crm_bridge)


def test_a_second_run_sends_nothing_and_says_so(later: Desk, first_run: tuple[Path, Said]) -> None:
    """The first run fills the CRM, the second has nothing to do; both tell what they did, and old tables are pruned."""
    desk, (_, first) = later, first_run
    assert first.code == 0, first.err
    assert "Sent: 2 contacts created, 2 activities logged." in first.out
    assert len(desk.shop.contacts()) == 2
    again = desk("run", "--strict")
    assert again.code == 0, again.err
    assert "Nothing was sent: the CRM already agrees with the sources." in again.out
    assert first.err == again.err == ""
    assert len(list((desk.shop.data / "runs").iterdir())) == 1
    status = desk("status")
    assert status.code == 0
    assert "Ledger: 4 done" in status.out
    assert "Landings: 1 with 2 rows" in status.out


def test_a_dry_run_sends_nothing_and_keeps_nobody(desk: Desk) -> None:
    """It ends with a plan: the CRM stays empty and nobody is placed in the ledger, nor does `plan` change that."""
    said = desk("run", "--dry-run")
    assert said.code == 0, said.err
    assert "Dry run: nothing was sent. A run would send 4 writes." in said.out
    plan = desk("plan")
    assert plan.code == 0, plan.err
    for word in ("contacts", "create", "email", "ada@gmail.com", "write", "a new object", "people.csv line 2"):
        assert word in plan.out
    assert desk.shop.contacts() == []
    with desk.shop.work().ledger() as ledger:
        assert ledger.journal.states() == {}
        assert ledger.identities.entities("contacts").num_rows == 0


def test_what_cannot_be_read_does_not_stop_the_others(desk: Desk) -> None:
    """A torn file is counted, the other files reach the CRM; a scheduled job hears it as 1, without `--strict`."""
    desk.shop.file("broken.csv", 'First Name,Last Name,Email\nEve,"Unclosed,eve@gmail.com')
    said = desk("run")
    assert said.code == 1, said.err
    assert "1  file refused" in said.out
    assert "Nothing of it is used." in said.out
    assert len(desk.shop.contacts()) == 2
    assert desk("plan").code == 1


def test_only_strictness_hears_of_rows(desk: Desk) -> None:
    """A row that cannot be read is counted; the code is 0 unless somebody asked for more."""
    desk.shop.file("people.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com\nAlan,Turing,a@b.com,x")
    assert desk("run").code == 0
    assert desk("run", "--strict").code == 1


def test_it_names_the_data_folder_to_look_at(first_run: tuple[Path, Said]) -> None:
    """What is proposed after a run opens the folders that the run was about."""
    root, said = first_run
    assert f"Look around, with --config {root}/sync.toml --data {root}/data: crm-bridge ui" in said.out


def test_export_and_explain_after_a_run(later: Desk) -> None:
    """Export counts what it wrote; explain finds a person by e-mail, phone and contact id, or says that it does not."""
    desk = later
    exported = desk("export")
    assert exported.code == 0, exported.err
    assert "3 activities, 2 contacts and 0 companies in 3 files" in exported.out  # one of them is our claim
    assert pq.read_metadata(desk.shop.data / "exports" / "contacts.parquet").num_rows == 2
    ada = desk.shop.contact("Lovelace")
    for who in ("ada@gmail.com", "312 555 0100", ada.id):
        said = desk("explain", who)
        assert said.code == 0, said.err
        assert f"contact {ada.id}" in said.out
        assert "people.csv line 2: Ada Lovelace · ada@gmail.com, +13125550100" in said.out
    unknown = desk("explain", "nobody@gmail.com")
    assert unknown.code == 3
    assert "Nobody is known by nobody@gmail.com" in unknown.out


def test_before_the_first_run(desk: Desk) -> None:
    """Looking makes no folder; status and export work on an empty one, and explain says what to do first."""
    for args in (("status",), ("explain", "ada@gmail.com"), ("conflicts",), ("ledger",), ("retry",)):
        said = desk(*args)
        assert (said.code, "there is no such folder" in said.line) == (2, True)
    assert not desk.shop.data.exists()
    desk.shop.data.mkdir()
    assert "Last plan: none yet" in desk("status").out
    assert "0 activities, 0 contacts and 0 companies" in desk("export").out
    said = desk("explain", "ada@gmail.com")
    assert said.code == 3
    assert "crm-bridge run" in said.line


def test_what_a_cell_says_is_never_markup(desk: Desk) -> None:
    """Square brackets in a name are printed as they are."""
    desk.shop.file("people.csv", "First Name,Last Name,Email\n[red]Ada[/red],[/nope],ada@gmail.com")
    plan = desk("plan")
    assert plan.code == 0, plan.err
    assert "[/nope]" in plan.out
    said = desk("explain", "ada@gmail.com")
    assert "[red]Ada[/red] [/nope]" in said.out

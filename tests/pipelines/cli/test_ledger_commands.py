"""`crm-bridge ledger …` and `crm-bridge retry`, as people use them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.ledger.effects import Operation, op_key
from tests.pipelines.faults import Fault, RoughShop, Rule, on
from tests.pipelines.shell import Said, Shell
from tests.pipelines.workshop import TO_PLAN

SETTINGS = """
[sources.inbox]
kind = "csv_file"
options.path = "inbox"
"""
OTHER = "0c0ffee0-0000-4000-8000-000000000001"


class Desk:
    """Somebody at the command line, with one person in the inbox."""

    def __init__(self, shop: RoughShop, crm_bridge: Shell) -> None:
        self.shop = shop
        self.crm_bridge = crm_bridge
        (shop.root / "sync.toml").write_text(SETTINGS, "utf-8")

    def __call__(self, *args: str | Path) -> Said:
        """Run a command over this desk's settings and data."""
        return self.crm_bridge(*args, "--config", self.shop.root / "sync.toml", "--data", self.shop.data)

    def sync(self, rule: Rule | None = None) -> None:
        """Carry out the plan of the first run."""
        self.shop.sync(rule, "apply", run="first")

    def unknown(self, entity: str) -> None:
        """Leave a create that nobody can tell of."""
        body = {"firstName": "Eve", "lastName": entity, "properties": {"crm_bridge_id": entity}}
        operation = Operation(op_key("create", entity), "contacts", "create", entity, body, {"last_name": entity})
        with self.shop.work().ledger() as ledger:
            ledger.journal.intend("r", [operation])
            ledger.journal.end(operation, "UNKNOWN", "looking for it was refused", "request-7")

    def states(self) -> dict[str, int]:
        """How many operations are in each state."""
        with self.shop.work().ledger() as ledger:
            return ledger.journal.states()


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> RoughShop:
    """One person, planned as run `first`."""
    shop = RoughShop(tmp_path_factory.mktemp("planned"))
    shop.file("people.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@a.example")
    shop.sync(None, *TO_PLAN, run="first")
    return shop


@pytest.fixture
def desk(planned: RoughShop, tmp_path: Path, crm_bridge: Shell) -> Desk:
    """Give a fresh desk."""
    return Desk(planned.twin(tmp_path), crm_bridge)


def test_the_ledger_tells_what_waits(desk: Desk, tmp_path: Path) -> None:
    """States are counted; what was refused or cannot be told is listed with whom, the server's words, the request."""
    desk.sync(on("POST contacts", 400))
    desk.unknown("Adams")
    said = desk("ledger", "--out", tmp_path / "waits.parquet")
    assert said.code == 0
    for words in ("1  refused by the CRM", "1  nobody can tell", "Ada Lovelace", "Eve Adams", "r-1", "request-7"):
        assert words in said.out
    assert stat.S_IMODE((tmp_path / "waits.parquet").stat().st_mode) == 0o600
    rows = pq.read_table(tmp_path / "waits.parquet").to_pylist()
    assert {(row["state"], row["who"]) for row in rows} == {("REJECTED", "Ada Lovelace"), ("UNKNOWN", "Eve Adams")}
    told = json.loads(desk("ledger", "--json").out)
    assert told["states"]["UNKNOWN"] == 1
    assert {row["request_id"] for row in told["operations"]} == {"r-1", "request-7"}


@pytest.mark.parametrize("option", [("--data", "elsewhere"), ("--config", "other.toml"), ("--json",)])
def test_an_option_before_a_subcommand_is_refused(desk: Desk, tmp_path: Path, option: tuple[str, ...]) -> None:
    """There it would go unheard, and the subcommand would copy or restore another ledger than the one meant."""
    said = desk("ledger", *option, "backup", tmp_path / "copy.db")
    assert said.code == 2
    assert f"{option[0]} stands before backup" in said.line
    assert not (tmp_path / "copy.db").exists()


def test_what_was_refused_is_sent_again_after_a_retry(desk: Desk) -> None:
    """A refused contact is not sent by further runs until it is taken up again; then the next run sends it."""
    desk.sync(on("POST contacts", 400))
    desk.shop.again()
    assert desk.shop.writes == []
    assert "Nothing" not in desk("retry").out
    desk.shop.again()
    assert desk.shop.contact("ada@a.example").first_name == "Ada"
    assert "Nothing to take up." in desk("retry").out


def test_what_was_lost_is_told_and_taken_up_again(desk: Desk) -> None:
    """A contact whose calls are lost each time is listed with the reason; taken up, it counts as never sent."""
    desk.sync(on("POST contacts", Fault.LOST_BEFORE))
    said = desk("ledger")
    assert "Ada Lovelace" in said.out
    assert "not found in the CRM" in said.out
    assert "create Ada Lovelace: not in the CRM: the next run may send it" in desk("retry").out
    assert "Nothing to take up." in desk("retry").out
    desk.shop.again()
    assert desk.shop.contact("ada@a.example").first_name == "Ada"


def test_what_nobody_could_tell_of_is_looked_for_by_a_retry(desk: Desk) -> None:
    """Found it is done, surely absent it is free for the next run; a key's start chooses, and it says what it did."""
    desk.shop.type_in(first_name="Eve", last_name="Adams", properties={"crm_bridge_id": "Adams"})
    desk.unknown("Adams")
    desk.unknown("Baker")
    first = desk("retry", op_key("create", "Adams")[:10])
    assert "Eve Adams: found in the CRM: done" in first.out
    assert desk.states() == {"DONE": 1, "UNKNOWN": 1}
    wrong = desk("retry", op_key("create", "Baker")[:10], "no-such-key")
    assert wrong.code == 2
    assert "begins with 'no-such-key'" in wrong.line
    assert desk.states() == {"DONE": 1, "UNKNOWN": 1}
    assert "Eve Baker: not in the CRM: the next run may send it" in desk("retry").out
    assert desk.states() == {"DONE": 1, "INTENT": 1}


def test_a_copy_is_made_and_put_back(desk: Desk, tmp_path: Path) -> None:
    """Backup, restore and the run after them end with nothing sent; a copy is not replaced unasked."""
    nowhere = ("--config", desk.shop.root / "sync.toml", "--data", tmp_path / "none")
    assert desk.crm_bridge("ledger", "backup", tmp_path / "copy", *nowhere).code == 2
    desk.sync()
    assert desk("ledger", "backup", tmp_path / "copy").code == 0
    assert desk("ledger", "backup", tmp_path / "copy").code == 2
    assert desk("ledger", "backup", tmp_path / "copy", "--force").code == 0
    said = desk("ledger", "restore", tmp_path / "copy")
    assert said.code == 0
    assert "Nothing was written since the copy was made." in said.out
    assert "ledger.replaced-" in said.out
    desk.shop.again()
    assert desk.shop.writes == []


def test_a_ledger_is_not_restored_without_its_crm(desk: Desk, tmp_path: Path) -> None:
    """A new embedded CRM would be another account: none is made, and the line says which file is missing."""
    desk.sync()
    desk("ledger", "backup", tmp_path / "copy")
    for path in desk.shop.data.glob("crm.db*"):
        path.unlink()
    said = desk("ledger", "restore", tmp_path / "copy")
    assert said.code == 3
    assert said.line.endswith("crm.db: there is no embedded CRM. Put it back first.")
    assert not (desk.shop.data / "crm.db").exists()


def test_a_ledger_at_work_is_not_restored(desk: Desk, tmp_path: Path) -> None:
    """While a run works on the data folder, restore, adopt, rebuild and retry end with code 5."""
    desk.sync()
    desk("ledger", "backup", tmp_path / "copy")
    with desk.shop.work().writing():
        for command in (("restore", tmp_path / "copy"), ("adopt", OTHER), ("rebuild", "--force")):
            assert desk("ledger", *command).code == 5
        assert desk("retry").code == 5


def test_a_lost_ledger_is_rebuilt_and_the_next_run_sends_nothing(desk: Desk) -> None:
    """A run without its ledger stops with code 5 until it is rebuilt; one that has written is not replaced."""
    desk.sync()
    said = desk("ledger", "rebuild")
    assert said.code == 3
    assert "need not be rebuilt" in said.line
    for path in desk.shop.data.glob("ledger.db*"):
        path.unlink()
    stopped = desk("run")
    assert stopped.code == 5
    assert "another ledger writes to this account" in stopped.err
    rebuilt = desk("ledger", "rebuild")
    assert "Found again: 1 contact, 0 companies, 1 entry, from 1 ledger" in rebuilt.out
    desk.shop.again()
    assert desk.shop.writes == []
    assert "ledger.replaced-" in desk("ledger", "rebuild", "--force").out


def test_only_an_id_is_adopted(desk: Desk) -> None:
    """The id of a ledger is kept; anything else is wrong use."""
    assert desk("ledger", "adopt", "that-one").code == 2
    assert OTHER in desk("ledger", "adopt", OTHER).out
    with desk.shop.work().ledger() as ledger:
        assert OTHER in ledger.own_ids()

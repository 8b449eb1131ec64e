"""A copy of the ledger is put back, and nothing happens twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from connectors.errors import Busy, ConfigurationError, NotApplied, StateRefused
from pipelines.ledger.copies import backup, restore
from pipelines.ledger.effects import Effect, Operation
from pipelines.ledger.ledger import Ledger
from tests.pipelines.faults import Fault, RoughShop, on
from tests.pipelines.ledgers import LOG, filled

HEADER = "First Name,Last Name,Email,Title"


def test_a_ledger_is_not_restored_from_itself(tmp_path: Path) -> None:
    """Nothing is moved aside, and no plan that waits is out of date afterwards."""
    path = tmp_path / "ledger.db"
    filled(path).close()
    with pytest.raises(ConfigurationError, match="is the ledger itself"):
        restore(path, path, "account")
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.db"]


def test_what_is_put_back_looks_before_it_sends(tmp_path: Path) -> None:
    """An entry that was owed may have been logged since: it is looked for, with the contact that it belongs to."""
    path, copy = tmp_path / "ledger.db", tmp_path / "copy"
    filled(path).close()
    backup(path, copy)
    with closing(Ledger(path, "account")) as ledger:
        ledger.journal.mark_done([Effect(LOG, "entry-1", {})])
    kept = restore(path, copy, "account").kept
    assert kept is not None
    with closing(Ledger(path, "account")) as ledger, closing(Ledger(kept, "account")) as replaced:
        (sent,) = ledger.journal.in_state("SENT")
        assert (sent.op_key, sent.crm_id, sent.body["contactId"]) == ("key-l", "crm-1", "crm-1")
        assert ledger.ledger_id == replaced.ledger_id
        assert replaced.journal.states() == {"DONE": 2}


def test_each_step_back_is_a_generation_of_its_own(tmp_path: Path) -> None:
    """However often the same copy is put back, no generation comes again."""
    path, copy = tmp_path / "ledger.db", tmp_path / "copy"
    filled(path).close()
    backup(path, copy)
    seen = [0]
    for _ in range(3):
        restore(path, copy, "account")
        with closing(Ledger(path, "account")) as ledger:
            seen.append(ledger.generation)
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("damage", [b"", b"no ledger at all" * 1000, None])
def test_a_copy_takes_the_place_of_what_cannot_be_read(tmp_path: Path, damage: bytes | None) -> None:
    """An empty, a damaged and a missing ledger are replaced; what was there is kept as it was."""
    path, copy = tmp_path / "ledger.db", tmp_path / "copy"
    filled(path).close()
    backup(path, copy)
    path.unlink()
    if damage is not None:
        path.write_bytes(damage)
    kept = restore(path, copy, "account").kept
    assert (kept and kept.read_bytes()) == damage
    with closing(Ledger(path, "account")) as ledger:
        assert ledger.identities.crm_id("contacts", "ada") == "crm-1"
        assert ledger._access._database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("content", [b"", b"no ledger at all" * 1000, None])
def test_only_a_ledger_is_put_back(tmp_path: Path, content: bytes | None) -> None:
    """A file that is no ledger, is damaged or is missing changes nothing, and it is the file that is named."""
    path, copy = tmp_path / "ledger.db", tmp_path / "copy"
    filled(path).close()
    if content is not None:
        copy.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(ConfigurationError if content is None else StateRefused) as failure:
        restore(path, copy, "account")
    assert str(failure.value).startswith(f"{copy}: ")
    assert "ledger restore" not in str(failure.value)
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} <= {"ledger.db", "copy"}


def test_a_folder_is_no_copy_and_none_is_made(tmp_path: Path) -> None:
    """A mistyped mount point would put the copy onto the disk that it is to save us from."""
    path = tmp_path / "ledger.db"
    filled(path).close()
    with pytest.raises(ConfigurationError, match="a folder"):
        restore(path, tmp_path, "account")
    with pytest.raises(ConfigurationError, match="is a folder"):
        backup(path, tmp_path, force=True)
    with pytest.raises(ConfigurationError, match=r"there is no folder .*mistyped"):
        backup(path, tmp_path / "mistyped" / "copy")
    assert not (tmp_path / "mistyped").exists()


def test_a_newer_copy_is_refused_by_its_name(tmp_path: Path) -> None:
    """One that a later crm-bridge made says so, and nothing is changed."""
    path, copy = tmp_path / "ledger.db", tmp_path / "copy"
    filled(path).close()
    backup(path, copy)
    with closing(sqlite3.connect(copy)) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(StateRefused, match=rf"^{copy}: written by a newer .*restored\. Update crm-bridge\.$"):
        restore(path, copy, "account")
    assert not list(tmp_path.glob("*.replaced-*"))


def test_a_ledger_of_another_account_is_not_put_back(tmp_path: Path) -> None:
    """It would know nobody here, and everybody would be met as for the first time."""
    path, copy = tmp_path / "ledger.db", tmp_path / "copy"
    filled(path).close()
    backup(path, copy)
    with pytest.raises(ConfigurationError, match="knows nothing of mine, only of account"):
        restore(path, copy, "mine")
    assert not list(tmp_path.glob("*.replaced-*"))
    Ledger(tmp_path / "new.db", "account").close()  # one that has sent nothing is of no account yet
    restore(path, tmp_path / "new.db", "mine")


def test_what_the_copy_knows_as_well_was_not_written_since(tmp_path: Path) -> None:
    """A call that was cut off or cannot be told before the copy was made counts only if it was sent again since."""
    path, copy = tmp_path / "ledger.db", tmp_path / "copy"
    with closing(filled(path)) as ledger:
        eve, mallory = (Operation(f"key-{name}", "contacts", "create", name, {}, {}) for name in ("eve", "mallory"))
        ledger.journal.intend("r", [eve, mallory])
        ledger.journal.mark_sent("r", [], [eve, mallory])
        ledger.journal.end(eve, "UNKNOWN", "nobody can tell")
    backup(path, copy)
    assert restore(path, copy, "account").written_since == 0
    with closing(Ledger(path, "account")) as ledger:
        ledger.journal.mark_sent("r", [], [mallory])
    assert restore(path, copy, "account").written_since == 1


def test_it_says_to_how_many_something_was_written_since(tmp_path: Path) -> None:
    """Contacts and companies count once each, entries do not; of a ledger that cannot be read nobody can tell."""
    path, copy = tmp_path / "ledger.db", tmp_path / "copy"
    filled(path).close()
    backup(path, copy)
    assert restore(path, copy, "account").written_since == 0
    with closing(Ledger(path, "account")) as ledger:
        changes = [
            Operation(f"key-{n}", "contacts", "update", "ada", {"title": "x"}, {"title": "x"}, "crm-1", number=n)
            for n in (1, 2)
        ]
        ledger.journal.intend("r", [*changes, Operation("key-9", "companies", "create", "acme", {}, {})])
        ledger.journal.mark_done([Effect(LOG, "entry-1", {}), *(Effect(one, "crm-1", {}) for one in changes)])
        ledger.journal.mark_sent("r", [], ledger.journal.in_state("INTENT"))
    assert restore(path, copy, "account").written_since == 2
    path.write_bytes(b"no ledger" * 1000)
    assert restore(path, copy, "account").written_since is None


def test_a_ledger_that_somebody_writes_to_is_not_replaced(tmp_path: Path) -> None:
    """Where another process writes the restore waits in vain and says so; that process loses nothing."""
    path, copy = tmp_path / "ledger.db", tmp_path / "copy"
    filled(path).close()
    backup(path, copy)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO traits VALUES ('account', 'a', 'b')")
        with pytest.raises(Busy):
            restore(path, copy, "account")
        other.execute("COMMIT")
    with closing(Ledger(path, "account")) as ledger:
        assert ledger.traits.get("a") == "b"


def test_a_ledger_several_runs_old_ends_where_the_new_one_was(tmp_path: Path) -> None:
    """People, changes and entries since the copy are neither made nor logged again, and what follows goes its way."""
    shop = RoughShop(tmp_path, crm={"imported_activity": "change"}, match={"default_region": "US"})
    shop.file("a.csv", f"{HEADER}\nAda,Lovelace,ada@a.example,Lady\nAlan,Turing,alan@b.example,Fellow")
    with pytest.raises(NotApplied):  # the copy falls between contacts and their entries
        shop.sync(on("POST activities", Fault.UNREACHABLE))
    ledger, copy = shop.work().ledger_path, tmp_path / "copy"
    backup(ledger, copy)
    more = [
        "Ada,Lovelace,ada@a.example,Countess",
        "Ada,Lovelace,ada@a.example,Duchess\nGrace,Hopper,g@c.example,Admiral",
    ]
    for day, rows in enumerate(more, 2):
        shop.file("a.csv", f"{HEADER}\n{rows}", day=day)
        shop.sync()
    before = shop.contents()
    restore(ledger, copy, shop.work().account)
    shop.again()
    assert shop.writes == []
    assert shop.contents() == before
    # What was written since the copy counts as a human's now: it gives way where the sources win.
    shop.sections |= {"fields": {"title": {"policy": "source_wins"}}}
    shop.file("a.csv", f"{HEADER}\nAda,Lovelace,ada@a.example,Queen", day=9)
    shop.sync()
    again = shop.contents()
    assert len(again["contacts"]) == len(before["contacts"])
    assert len(again["activities"]) == len(before["activities"]) + 1
    assert shop.contact("ada@a.example").title == "Queen"
    shop.again()
    assert shop.writes == []

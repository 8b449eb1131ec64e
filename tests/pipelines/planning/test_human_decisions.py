"""What a human did between two runs, and what the runs after it make of it."""

from __future__ import annotations

import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.pipelines.faults import RoughShop
from tests.pipelines.shell import Shell
from tests.pipelines.truth import unsound
from tests.pipelines.workshop import Workshop

HEADER = "ID,First Name,Last Name,Email,Title,Department,Tags"
FIRST = f"""{HEADER}
1,Ada,Edited,edited@acme.com,Buyer,Sales,vip;new
2,Bob,Cleared,cleared@acme.com,Buyer,Sales,vip;new
3,Cid,Untagged,untagged@acme.com,Buyer,Sales,vip;new"""
SECOND = FIRST.replace("Buyer", "Head Buyer").replace("vip;new", "vip;new;hot")


def listed(shop: Workshop, last_name: str) -> set[tuple[str | None, str, str]]:
    """The plan's rows about a person that are not written: field, decision, rule."""
    ids = {row["person_id"] for row in shop.rows("golden") if row["last_name"] == last_name}
    rows = [row for row in shop.rows("plan") if row["entity_id"] in ids and row["decision"] != "write"]
    return {(row["field"], row["decision"], row["rule"]) for row in rows}


def test_what_a_human_archived_or_deleted_stays_so_over_ten_runs(tmp_path: Path) -> None:
    """Run after run, with the sources changing too, neither is revived nor made again, and each is listed each time."""
    shop = RoughShop(tmp_path)
    text = f"{HEADER}\n1,Ada,Archived,archived@acme.com,Buyer,,\n2,Bob,Deleted,deleted@acme.com,Buyer,,"
    shop.file("people.csv", text)
    shop.sync()
    archived, deleted = shop.contact("Archived"), shop.contact("Deleted")
    shop.edit(archived.id, status="archived")
    shop.remove(deleted.id)
    for number in range(10):
        if number == 4:
            shop.file("people.csv", text.replace("Buyer", "Head Buyer"), day=2)
            shop.sync()
        else:
            shop.again()
        assert shop.writes == []
        assert (None, "review", "archived in the CRM: left alone") in listed(shop, "Archived")
        assert (None, "review", "deleted in the CRM: not created again") in listed(shop, "Deleted")
    (left,) = shop.contacts()
    assert (left.id, left.status, left.title) == (archived.id, "archived", "Buyer")


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> RoughShop:
    """Three people whom we wrote: a human has edited one's title, cleared another's and taken a tag from the third."""
    shop = RoughShop(tmp_path_factory.mktemp("edited"))
    shop.file("people.csv", FIRST)
    shop.sync()
    shop.edit(shop.contact("Edited").id, title="Chair")
    shop.edit(shop.contact("Cleared").id, title=None)
    shop.untag(shop.contact("Untagged").id, "vip")
    shop.sync(None, "snapshot")
    return shop


@pytest.mark.parametrize("policy", ["crm_wins", "fill_empty", "review", "source_wins"])
def test_a_humans_word_stands_unless_the_sources_win(edited: RoughShop, tmp_path: Path, policy: str) -> None:
    """An edit, a cleared field and a removed tag survive every policy but `source_wins`, and are listed.

    Listed they are when the sources changed as well: until then there is nothing to tell.
    """
    shop = edited.twin(tmp_path)
    shop.sections["fields"] = {name: {"policy": policy} for name in ("title", "tags")}
    wins = policy == "source_wins"
    shop.sync(None, "resolve", "plan", "apply")
    assert len(shop.writes) == (3 if wins else 0)
    shop.file("people.csv", SECOND, day=2)
    shop.sync()
    assert shop.contact("Edited").title == ("Head Buyer" if wins else "Chair")
    assert shop.contact("Cleared").title == ("Head Buyer" if wins else None)
    assert ("vip" in shop.contact("Untagged").tags) is wins
    for name in ("Edited", "Cleared"):
        assert bool([row for row in listed(shop, name) if row[0] == "title"]) is not wins
    shop.again()
    assert shop.writes == []


@pytest.mark.parametrize("renamed", [False, True])
def test_a_contact_that_a_human_gave_anothers_email_stays_who_it_is(tmp_path: Path, renamed: bool) -> None:
    """Merged by hand, the one that is left keeps its name and its link, and the archived one stays archived."""
    shop = RoughShop(tmp_path)
    shop.file("people.csv", f"{HEADER}\n1,Ada,Adams,ada@acme.com,,,\n2,Bob,Baker,bob@acme.com,,,")
    shop.sync()
    ada, bob = shop.contact("Adams"), shop.contact("Baker")
    shop.edit(bob.id, email=None, status="archived")
    shop.edit(ada.id, email="bob@acme.com", **({"first_name": "Zoe"} if renamed else {}))
    shop.sync()
    assert {contact.id: contact.last_name for contact in shop.contacts()} == {ada.id: "Adams", bob.id: "Baker"}
    assert (None, "review", "deleted in the CRM: not created again") not in listed(shop, "Adams")


def test_of_two_runs_at_once_one_works_and_the_other_ends_at_once(tmp_path: Path, crm_bridge: Shell) -> None:
    """The second process ends with code 5 and one clear line and sends nothing; a killed run leaves no lock behind."""
    shop = RoughShop(tmp_path)
    rows = [f"{n},Ada,Name{n},a{n}@acme.com,Buyer,Sales,vip" for n in range(30)]
    shop.file("people.csv", "\n".join((HEADER, *rows)))
    limits = "[limits]\nrequests_per_second = 2\nconcurrency = 2\n"
    sources = '[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n[match]\ncandidates = false\n'
    (tmp_path / "sync.toml").write_text(limits + sources, "utf-8")
    given = ("run", "--config", tmp_path / "sync.toml", "--data", shop.data)
    first = crm_bridge.start(*given, DAGSTER_HOME="")
    while contacts_in(shop) < 3 and not first.ended:
        time.sleep(0.01)
    second = crm_bridge(*given, DAGSTER_HOME="")
    assert second.code == 5
    (line,) = [line for line in (second.out + second.err).splitlines() if "another run" in line]
    assert "nothing was sent" in line
    assert not first.ended, "the first was to be at work all the while"
    first.send(signal.SIGKILL)
    assert first.wait().code == -signal.SIGKILL
    assert contacts_in(shop) < 30
    (tmp_path / "sync.toml").write_text(sources, "utf-8")
    third = crm_bridge(*given, DAGSTER_HOME="")
    assert third.code == 0, third.out + third.err
    assert contacts_in(shop) == 30
    assert unsound(shop) == []


def contacts_in(shop: RoughShop) -> int:
    """How many contacts the CRM has by now."""
    path = shop.data / "crm.db"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path, timeout=10)) as database:
        return int(database.execute("SELECT count(*) FROM contacts").fetchone()[0])

"""An update was cut off, and its contact was touched since: what stands there then is a human's, and stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.errors import BridgeError
from pipelines.crm.traces import Trace
from pipelines.report import funnel
from tests.pipelines.faults import Call, Fault, Mishap, RoughShop
from tests.pipelines.truth import journal
from tests.pipelines.workshop import SYNC

HEADER = "ID,First Name,Last Name,Email,Title,Tags,Department"


def row(title: str, tags: str = "vip;old", department: str = "") -> str:
    """The file with one person of this title, these tags and this department."""
    return f"{HEADER}\n1,Ada,Lovelace,ada@a.example,{title},{tags},{department}"


@pytest.fixture(scope="module", params=["always", "overwrites", "never"])
def first(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RoughShop:
    """A person whose title `Two` was synced, however often a contact is read again before an update."""
    shop = RoughShop(tmp_path_factory.mktemp("first"), crm={"reread": request.param})
    shop.file("a.csv", row("Two"))
    shop.sync()
    return shop


def cut_off(shop: RoughShop, what: str, fault: Fault) -> None:
    """Let a run send one write and be gone, like a worker that was killed: nobody looks for it."""
    gone = False

    def rule(call: Call) -> Mishap | None:
        nonlocal gone
        if call.what == what and not gone:
            gone = True
            return fault
        return Fault.UNREACHABLE if gone else None

    with pytest.raises(BridgeError):
        shop.sync(rule, *SYNC)
    assert [one["state"] for one in journal(shop)].count("SENT") == 1


@pytest.mark.parametrize("fault", [Fault.LOST_AFTER, Fault.LOST_BEFORE])
def test_a_value_that_a_human_sets_back_stays(first: RoughShop, tmp_path: Path, fault: Fault) -> None:
    """The third title has arrived, or may have; a human typed the second one after that: it is not overwritten."""
    shop = first.twin(tmp_path)
    shop.file("a.csv", row("Three"), day=2)
    cut_off(shop, "PUT contacts/*", fault)
    shop.edit(shop.contact("Lovelace").id, title="Two")
    for again in range(2):
        told = [words for _, words, _ in funnel.lines(shop.again())]
        assert told.count("writes cut off, and put back by a human since: the human's value stays") == 1 - again
        assert shop.contact("Lovelace").title == "Two"
        assert [call for call in shop.writes if call.startswith("PUT")] == []
    (update,) = [one for one in journal(shop) if one["kind"] == "update"]
    assert (update["state"], update["reason"]) == ("DONE", Trace.OVERRULED.value)
    shop.file("a.csv", row("Four"), day=3)
    shop.sync()
    assert shop.contact("Lovelace").title == "Two"  # a conflict by now, and the CRM wins


def test_an_edit_of_another_field_says_nothing_of_an_update(first: RoughShop, tmp_path: Path) -> None:
    """The contact has changed since for a reason that can be seen: what never arrived is written, and both stand."""
    shop = first.twin(tmp_path)
    shop.file("a.csv", row("Three"), day=2)
    cut_off(shop, "PUT contacts/*", Fault.LOST_BEFORE)
    shop.edit(shop.contact("Lovelace").id, department="Engines")
    shop.again()
    ada = shop.contact("Lovelace")
    assert (ada.title, ada.department) == ("Three", "Engines")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (row("Two", department="Looms"), "PUT contacts/*"),
        (row("Two", "vip;old;new"), "POST contacts/*/tags"),
        (row("Two", "vip"), "DELETE contacts/*/tags"),
    ],
)
def test_an_edit_beside_a_filled_field_or_a_lone_tag_says_nothing_either(
    first: RoughShop, tmp_path: Path, text: str, what: str
) -> None:
    """What overwrites nothing leaves without a look of its own, and is told from a put-back all the same."""
    shop = first.twin(tmp_path)
    shop.file("a.csv", text, day=2)
    cut_off(shop, what, Fault.LOST_BEFORE)
    shop.edit(shop.contact("Lovelace").id, title="Mine")
    shop.again()
    ada = shop.contact("Lovelace")
    wanted = text.splitlines()[1].split(",")
    assert (ada.title, sorted(ada.tags), ada.department or "") == ("Mine", sorted(wanted[5].split(";")), wanted[6])


def test_an_update_that_never_arrived_is_sent_where_nobody_touched_the_contact(
    first: RoughShop, tmp_path: Path
) -> None:
    """The contact is as it was before the call left: what was lost is written by the next run."""
    shop = first.twin(tmp_path)
    shop.file("a.csv", row("Three"), day=2)
    cut_off(shop, "PUT contacts/*", Fault.LOST_BEFORE)
    shop.again()
    assert shop.contact("Lovelace").title == "Three"


@pytest.mark.parametrize(("tags", "what"), [("vip;old;new", "POST contacts/*/tags"), ("vip", "DELETE contacts/*/tags")])
def test_a_tag_that_a_human_takes_away_or_gives_again_stays_so(
    first: RoughShop, tmp_path: Path, tags: str, what: str
) -> None:
    """A lone tag that we gave and a human took away does not come back; one that a human gave again is not taken."""
    shop = first.twin(tmp_path)
    shop.file("a.csv", row("Two", tags), day=2)
    cut_off(shop, what, Fault.LOST_AFTER)
    ada: Any = shop.contact("Lovelace")
    if what.startswith("POST"):
        shop.untag(ada.id, "new")
    else:
        shop.crm(lambda client: client.tag_contact(ada.id, "old"))
    for _ in range(2):
        shop.again()
        assert sorted(shop.contact("Lovelace").tags) == ["old", "vip"]

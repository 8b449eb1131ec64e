"""The pace that a run leaves for the next plan: calls a second that the CRM took."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.ledger.traits import Trait
from tests.pipelines.faults import Fault, RoughShop, on
from tests.pipelines.workshop import TO_PLAN


def planned(root: Path, text: str, **sections: Any) -> RoughShop:
    """A workshop with these people in its inbox, planned as run `first`, and an empty CRM."""
    shop = RoughShop(root, **sections)
    shop.file("people.csv", text)
    shop.sync(None, *TO_PLAN, run="first")
    return shop


def many(count: int, title: str = "") -> str:
    """A file of so many people."""
    rows = "\n".join(f"A,L{n},a{n}@gmail.com,{title}" for n in range(count))
    return f"First Name,Last Name,Email,Title\n{rows}"


def pace(shop: RoughShop) -> str | None:
    """The pace that the last run has left for the next plan."""
    with shop.work().ledger() as ledger:
        return ledger.traits.get(Trait.PACE)


def test_what_is_found_after_a_lost_answer_says_nothing_of_the_pace(tmp_path: Path) -> None:
    """40 calls are too few for a pace: those whose answers were lost do not count once more when they are found."""
    shop = planned(tmp_path, many(20))
    work = shop.sync(on("POST contacts", Fault.LOST_AFTER, *range(1, 24, 2)), "apply", run="first")
    counts = work.reports["apply"].counts
    assert (counts["calls"], counts["unsure"], counts["found"]) == (40, 10, 10)
    assert pace(shop) is None


def test_the_pace_counts_the_looks_that_a_plan_counts(tmp_path: Path) -> None:
    """A plan's cost holds the looks before updates, so its minutes are right only where the pace holds them, too."""
    shop = planned(tmp_path, many(26), crm={"reread": "always", "imported_activity": "never"})
    shop.sync(None, "apply", run="first")
    assert pace(shop) is None
    shop.file("people.csv", many(26, "Countess"), day=2)
    work = shop.sync()
    assert work.reports["plan"].counts["calls"] == 52
    assert work.reports["apply"].counts["calls"] == 26
    assert pace(shop) is not None

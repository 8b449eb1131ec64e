"""What a plan says it will cost is what carrying it out takes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Literal

import pytest

from tests.pipelines.faults import RoughShop
from tests.pipelines.workshop import SYNC

HEADER = "ID,First name,Last name,Email,Title,Tags,LinkedIn"
BEFORE = [
    "1,Ada,Lovelace,ada@acme.com,CEO,vip,",
    "2,Alan,Turing,alan@acme.com,CEO,vip;new,",
    "3,Grace,Hopper,grace@acme.com,CEO,,",
    "4,Kurt,Gödel,kurt@acme.com,,vip,",
]
AFTER = [
    "1,Ada,Lovelace,ada@acme.com,CEO,vip;hot,",  # a tag more
    "2,Alan,Turing,alan@acme.com,CEO,vip,",  # a tag less
    "3,Grace,Hopper,grace@acme.com,CEO,,https://www.linkedin.com/in/grace",  # a property
    "4,Kurt,Gödel,kurt@acme.com,CEO,vip;hot;new,",  # an empty field and two tags: one call
    "5,Emmy,Noether,emmy@acme.com,CEO,vip;new,",
]
SENT = {
    "POST contacts": 1,
    "POST activities": 1,
    "POST contacts/*/tags": 1,
    "DELETE contacts/*/tags": 1,
    "PUT contacts/*/fields": 1,
    "PUT contacts/*": 1,
}


@pytest.mark.parametrize(("reread", "looks"), [("always", 4), ("overwrites", 1)])
def test_one_call_a_changed_contact_and_as_many_as_were_planned(
    tmp_path: Path, reread: Literal["always", "overwrites"], looks: int
) -> None:
    """A lone tag or property takes its own call, all else of a contact one update; the looks before are as set."""
    shop = RoughShop(tmp_path, crm={"reread": reread})
    shop.file("a.csv", "\n".join((HEADER, *BEFORE)))
    shop.sync()
    shop.file("a.csv", "\n".join((HEADER, *AFTER)), day=2)
    work = shop.sync(None, *SYNC)
    calls = Counter(call.what for call in shop.calls)
    assert {what: count for what, count in calls.items() if not what.startswith("GET")} == SENT
    assert calls["GET contacts/*"] == looks
    cost = {row["kind"]: row["calls"] for row in shop.rows("plan_cost")}
    assert sum(cost.values()) == sum(SENT.values()) + looks == work.reports["plan"].counts["calls"]
    assert shop.again().reports["apply"].counts["calls"] == 0
    assert {call.what for call in shop.calls} <= {"GET contacts", "GET companies", "GET activities"}

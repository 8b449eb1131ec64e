"""The fault matrix: each phase of a run × whatever can happen to a call there. Read it as a table.

A cell is a run whose calls of one kind meet one fault. After the fault has stopped, at most two further runs end in the
state of an undisturbed run, or the ledger declares what it cannot tell. Nothing is there twice, nothing is lost, and
what the ledger calls DONE is on the server. A plain run of the tests walks each fault at one phase that writes and each
phase that reads with one fault, `make torture` all.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from connectors.errors import BridgeError
from tests.pipelines.faults import Answered, Call, Fault, Mishap, RoughShop
from tests.pipelines.truth import declared, states, unended, unsound
from tests.pipelines.workshop import TO_PLAN

WHOLE: Final = "CRM_BRIDGE_WHOLE_MATRIX" in os.environ
AGAIN: Final = ("snapshot", "resolve", "plan", "apply")
HEADER: Final = "ID,First Name,Last Name,Email,Phone,Title,Company,Tags"
YESTERDAY: Final = f"""{HEADER}
1,Ada,Lovelace,ada@c1.example,+1 312-555-0101,Countess,C One,vip;old
2,Alan,Turing,alan@c1.example,+1 312-555-0102,Fellow,C One,
3,Emmy,Noether,emmy@c1.example,+1 312-555-0103,Reader,C One,"""
TODAY: Final = f"""{HEADER}
1,Ada,Lovelace,ada@c1.example,+1 312-555-0111,Programmer,C One,vip;hot
2,Alan,Turing,turing@c1.example,+1 312-555-0102,Professor,C One,
3,Emmy,Noether,emmy@c1.example,+1 312-555-0103,Reader,C One,
4,Grace,Hopper,grace@c2.example,,Admiral,C Two,new
5,Kurt,Gödel,,+1 312-555-0105,Professor,C Three,
6,Mary,Shelley,mary@c2.example,,Author,C Two,"""


@dataclass(frozen=True)
class Phase:
    """A place in a run: the calls of a kind, all of them or those with these numbers, and how one comes there."""

    what: str
    numbers: tuple[int, ...] = ()
    stages: tuple[str, ...] = ("apply",)
    searching: bool = False
    """Only calls that look for something, as recovery does."""
    lost: str = ""
    """Calls of this kind are lost after the server's commit, so that there is something to look for."""
    first_lost: bool = False
    """Only the first of them is lost: where nothing at all comes through, a run ends before it looks."""
    in_one_run: bool = True
    """Whether what was lost is looked for in the same run; else by the next one, before it does anything else."""

    def meets(self, call: Call) -> bool:
        """Whether a call is one of this place."""
        return (
            call.what == self.what
            and (not self.numbers or call.number in self.numbers)
            and (not self.searching or "search=" in call.query)
        )

    @property
    def writes(self) -> bool:
        """Whether its calls change anything."""
        return not self.what.startswith("GET")

    @property
    def walks(self) -> bool:
        """Whether it reads a whole list."""
        return self.what == "GET contacts" and not self.searching


PHASES: Final = {
    "snapshot walk": Phase("GET contacts", stages=AGAIN),
    "companies' walk": Phase("GET companies", stages=AGAIN),
    "reread": Phase("GET contacts/*"),
    "company create": Phase("POST companies", numbers=(1,)),
    "contact create": Phase("POST contacts", numbers=(1, 2)),
    "every contact create": Phase("POST contacts"),
    "contact update": Phase("PUT contacts/*"),
    "log": Phase("POST activities", numbers=(1, 3)),
    "recovery of creates": Phase("GET contacts", searching=True, lost="POST contacts", in_one_run=False, stages=AGAIN),
    "recovery of logs": Phase("GET contacts/*/activities", lost="POST activities", in_one_run=False, stages=AGAIN),
    "read back after creates": Phase("GET contacts", searching=True, lost="POST contacts"),
    "read back after updates": Phase("GET contacts/*", numbers=(3, 4, 5, 6), lost="PUT contacts/*"),
    "read back after logs": Phase("GET contacts/*/activities", lost="POST activities", first_lost=True),
}


def limited(retry_after: str) -> Answered:
    """429 with this `Retry-After`."""
    return Answered(429, '{"message": "slow down", "code": "RATE_LIMITED"}', {"retry-after": retry_after})


def http_date(moment: datetime) -> str:
    """A moment as HTTP writes it."""
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")


NOW: Final = datetime.now(UTC)
FAULTS: Final[dict[str, Mishap]] = {
    "unreachable": Fault.UNREACHABLE,
    "lost before": Fault.LOST_BEFORE,
    "lost after": Fault.LOST_AFTER,
    "late": Fault.LATE,
    **{f"{status} before": status for status in (500, 502, 503, 504)},
    **{f"{status} after": Answered(status, after=True) for status in (500, 502, 503, 504)},
    "garbled": Fault.GARBLED_AFTER,
    "truncated": Fault.TRUNCATED_AFTER,
    "204": Answered(204, "", after=True),
    "a list where an object belongs": Answered(200, '["no", {"id": 7}]', after=True),
    "a number where a text belongs": Answered(201, '{"id": 7, "firstName": [], "data": 1}', after=True),
    "429, seconds": limited("2"),
    "429, date": limited(http_date(NOW + timedelta(seconds=90))),
    "429, past": limited(http_date(NOW - timedelta(days=3))),
    "429, garbage": limited("soon"),
    "429, a day": limited("86400"),
    "400": 400,
    "401 for ever": 401,
    "403": 403,
    "404": 404,
    "409": 409,
    "stall before": Fault.STALLED_BEFORE,
    "stall after": Fault.STALLED_AFTER,
}
ONCE: Final[dict[str, Mishap]] = {"401 once": 401, "lost once": Fault.LOST_AFTER, "503 once": 503}
"""Faults that strike the first of the calls alone."""

READS_ALIKE: Final = ("lost after", "late", "500 after", "502 after", "503 after", "504 after", "stall after")
"""Faults that say the same as their like `before` where nothing is changed."""

CELLS: Final = [
    (phase, fault)
    for phase in PHASES
    for fault in (*FAULTS, *ONCE)
    # To a created company 404 is no mishap: it says that the CRM takes none.
    if (PHASES[phase].writes or fault not in READS_ALIKE) and (phase, fault) != ("company create", "404")
]
WRITERS: Final = [phase for phase in PHASES if PHASES[phase].writes]
READERS: Final = [phase for phase in PHASES if not PHASES[phase].writes]
PART: Final = {
    *((WRITERS[number % len(WRITERS)], fault) for number, fault in enumerate((*FAULTS, *ONCE), 1)),
    *zip(READERS, [fault for fault in (*FAULTS, *ONCE) if fault not in READS_ALIKE][::3], strict=False),
}
WALKED: Final = [cell for cell in CELLS if WHOLE or cell in PART]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the cells start from: `planned`, synced yesterday, with today's changes planned as run `today`; `done`."""
    root = tmp_path_factory.mktemp("worlds")
    shop = shop_in(root / "planned")
    shop.file("people.csv", YESTERDAY)
    shop.sync()
    shop.file("people.csv", TODAY, day=2)
    shop.sync(None, *TO_PLAN, run="today")
    shutil.copytree(root / "planned", root / "done")
    shop_in(root / "done").sync(None, "apply", run="today")
    return root


@pytest.fixture(scope="module")
def undisturbed(worlds: Path) -> dict[str, list[Any]]:
    """What the CRM holds after a run that met no fault."""
    return shop_in(worlds / "done").contents()


def shop_in(root: Path, **limits: Any) -> RoughShop:
    """A workshop with several calls at once, pages of two, and an entry for each change."""
    return RoughShop(
        root,
        limits={"threads": 1, "concurrency": 2, "page_size": 2, "settle_seconds": 0.0, **limits},
        crm={"imported_activity": "change"},
    )


@pytest.fixture
def world(worlds: Path, tmp_path: Path) -> Path:
    """A planned world of a test's own."""
    shutil.copytree(worlds / "planned", tmp_path / "world")
    return tmp_path / "world"


@pytest.mark.parametrize(("phase", "fault"), WALKED)
def test_cell(world: Path, undisturbed: dict[str, list[Any]], phase: str, fault: str) -> None:
    """Whatever happens to the calls of a phase, at most two further runs end as if nothing had happened."""
    place = PHASES[phase]
    shop = shop_in(world, **({"settle_seconds": 0.2} if fault == "late" else {}))
    mishap = {**FAULTS, **ONCE}[fault]
    struck: list[Call] = []

    def rule(call: Call) -> Mishap | None:
        if place.meets(call) and not (fault in ONCE and struck):
            struck.append(call)
            return mishap
        lost = place.lost and call.what == place.lost and (not place.first_lost or call.number == 1)
        return Fault.LOST_AFTER if lost else None

    if place.in_one_run:
        disturbed(shop, rule, *place.stages)
    else:
        # The connection is gone for good with the first loss, so that nothing is looked for in that run.
        disturbed(shop, lambda call: Fault.LOST_AFTER if call.what == place.lost else gone(shop, place.lost), "apply")
        assert states(shop)["SENT"]
        disturbed(shop, rule, *place.stages)
    assert struck, "the table promises a fault that never struck"
    converges(shop_in(world), compared(undisturbed, phase), phase)
    if place.writes:
        assert "UNKNOWN" not in states(shop), "it can be looked for"


def gone(shop: RoughShop, lost: str) -> Fault | None:
    """From the first call of a kind on, nobody is there."""
    return Fault.UNREACHABLE if any(call.what == lost for call in shop.calls) else None


def disturbed(shop: RoughShop, rule: Any, *stages: str) -> None:
    """A run under faults: it may end in an error that says what and where, never in one that nobody foresaw."""
    with suppress(BridgeError):
        shop.sync(rule, *stages, run="today" if stages == ("apply",) else None)


def converges(shop: RoughShop, expected: dict[str, list[Any]], phase: str) -> None:
    """Assert that two further runs end in the state of an undisturbed one, or that what is missing is declared."""
    assert unsound(shop) == []
    shop.again()
    if declared(shop) == 0 and compared(shop.contents(), phase) != expected:
        shop.again()
    assert unsound(shop) == []
    assert unended(shop) == []
    if declared(shop) == 0:
        assert compared(shop.contents(), phase) == expected


def compared(found: dict[str, list[Any]], phase: str) -> dict[str, list[Any]]:
    """What the CRM holds, as far as it must be as if nothing had happened.

    Contacts do not wait for a company that could not be made: they are linked when it is there, which is a change more,
    with an entry of its own.
    """
    if phase == "company create":
        return {**found, "activities": [one for one in found["activities"] if not one[1].startswith("Updated")]}
    return found

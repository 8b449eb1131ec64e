"""What carries the histories: the world, the model, the drawing of values, and how a run is judged."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from hypothesis.stateful import RuleBasedStateMachine

from tests.histories.model import COLUMNS, FILE, Model, Person
from tests.histories.world import AGAIN, Act, Seen, Weather, World

TOWNS: Final = ("North", "East", "South", "West", "Upper", "Lower", "Inner", "Outer")
LANES: Final = len(TOWNS)
NAMES: Final = (("Ada", "Adams"), ("Bob", "Baker"), ("Cid", "Clark"), ("Dee", "Dixon"), ("Eve", "Evans"))
FIRST: Final = 2
"""How many people each history starts with."""
OUTAGE: Final = 20
"""An outage begins with one of so many calls, or not at all."""
COUNTED: Final = ("histories", "runs", "dry runs", "faults", "kills", "human actions", "source changes", "findings")

tally: Counter[str] = Counter()
"""What happened in all histories of this process."""

Who = Sequence[tuple[int, int]]
"""People: the lane and the number in it."""


class Driver(RuleBasedStateMachine):
    """One world, and `LANES` histories in it."""

    template: ClassVar[Path | None] = None
    model: Model
    world: World
    seen: Seen

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="histories-"))
        self.day, self.number, self.runs = 1, 0, 0
        self.acts: list[Act] = []
        self.dirty = False
        self.sound = True
        self.fax = self.changed = False
        self.eventful: set[int] = set()
        """Lanes in which something has happened: the others are no histories."""

    def _run(self, weather: Weather) -> None:
        self.runs += 1
        before = {crm_id: dict(contact) for crm_id, contact in self.seen.contacts.items()}
        self.seen = self._live(weather, *(() if self.dirty else AGAIN))
        tally["runs"] += 1
        if not weather.fair:
            self.eventful.update(range(LANES))
        tally["faults"] += len(weather.faults) + (weather.outage <= OUTAGE)
        tally["kills"] += self.seen.killed
        self.model.run_meets(before, surely=weather.fair)
        self.model.ran({*self.seen.sent})
        self._hold(self.model.after_any(self.seen))
        if weather.fair:
            self.dirty = False
            self.changed = False
            self._hold(self.model.after_fair_weather(before, self.seen))

    def _live(self, weather: Weather, *stages: str) -> Seen:
        if self.dirty:
            self.day += 1
            self.world.write(FILE, self.model.file(), self.day)
        acts, self.acts = self.acts, []
        return self.world.live(self._sections(), acts, weather, sorted(self.model.removed), *stages)

    def _hold(self, wrong: Any) -> None:
        found = list(wrong)
        if found:
            self.sound = False
            tally["findings"] += 1
        assert not found, "\n".join(found)

    def _sections(self) -> dict[str, Any]:
        inbox = {"kind": "csv_file", "options": {"path": "inbox"}}
        inbox["columns"] = {"phones": ["Fax" if self.fax else "Phone"], "source_id": ["ID"]}
        return {
            "sources": {"inbox": inbox},
            "limits": {"threads": 1, "concurrency": 4, "settle_seconds": 0.1},
            "crm": {"imported_activity": "change"},
            "fields": {name: {"policy": policy} for name, policy in self.model.policies.items()},
        }

    def _join(self, lane: int, number: int) -> None:
        first, last = NAMES[number]
        name, town = f"{TOWNS[lane]}{last.lower()}", TOWNS[lane].lower()
        cells = dict.fromkeys(COLUMNS, "") | {"ID": f"{lane}{number}", "First Name": first, "Last Name": name}
        cells |= {"Company": f"{TOWNS[lane]} Works", "Tags": "vip;new", "Title": "Buyer"}
        cells |= {"Phone": f"+13125{lane}2{number:02}00", "Fax": f"+13125{lane}3{number:02}00"}
        self.model.people[lane, number] = Person(name, cells | {"Email": f"{first.lower()}@{town}.example"})
        self.dirty = True

    def _people(self, who: Who) -> list[Person]:
        found = [key for key in who if key in self.model.people and self.model.people[key].in_file]
        self.dirty |= bool(found)
        self.eventful.update(lane for lane, _ in found)
        tally["source changes"] += len(found)
        return [self.model.people[key] for key in found]

    def _contacts(self, who: Who) -> list[dict[str, Any]]:
        self.eventful.update(lane for lane, number in who if (lane, number) in self.model.people)
        names = [self.model.people[key].last_name for key in who if key in self.model.people]
        by_name = {contact["last_name"]: contact for contact in self.seen.contacts.values()}
        return [by_name[name] for name in names if name in by_name and by_name[name]["status"] != "archived"]

    def _ours(self, contact: dict[str, Any]) -> dict[str, Any]:
        return self.seen.ours.get(contact["id"], {})

    def _value(self, field: str, about: dict[str, Any]) -> str:
        number = self._next()
        if field == "phone":
            return f"+1312590{number:04}"
        if field == "email":
            name, _, host = (about.get("email") or about.get("Email") or "x@north.example").partition("@")
            return f"{name.partition('.')[0]}.{number}@{host}"
        return f"Word{'abcdefghij'[number % 10]}{'abcdefghij'[number // 10 % 10]}{'abcdefghij'[number // 100 % 10]}"

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _human(self, deed: Act) -> None:
        self.acts.append(deed)
        self.changed = True
        tally["human actions"] += 1

    def _archive(self, contact: dict[str, Any]) -> None:
        self._human(("edit", contact["id"], {"status": "archived"}))
        contact["status"] = "archived"
        self.model.frozen[contact["id"]] = dict(contact)

    def _entangle(self, pair: Who) -> None:
        for key in pair:
            self.model.people[key].entangled = True


def nothing() -> Seen:
    """What is there before the first run."""
    return Seen({}, {}, [], [], [], 0, 0, [], {}, {}, [], 0, "")


def template(machine: Driver) -> Path:
    """A world in step, made once for this process."""
    if Driver.template is None:
        world = World(Path(tempfile.mkdtemp(prefix="histories-")) / "template")
        world.write(FILE, machine.model.file(), 1)
        world.live(machine._sections(), (), Weather(), ())
        shutil.copy(world.root / "seen.json", world.root / "first.json")
        Driver.template = world.root
    return Driver.template

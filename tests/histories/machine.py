"""The machine that draws histories: several at a time, over the same runs.

A run costs about a second whatever it holds, so `LANES` histories live side by side in one world: their people share no
key, no name, no company and no file, and each takes its own part of what a rule does.
"""

from __future__ import annotations

import shutil
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.histories.driver import FIRST, LANES, NAMES, OUTAGE, Driver, Who, nothing, tally, template
from tests.histories.model import Model
from tests.histories.world import AGAIN, Seen, Weather, World
from tests.pipelines.faults import Answered, Fault, Mishap
from tests.pipelines.workshop import TO_PLAN

MOST_RUNS: Final = 4
FAULTS: Final[tuple[Mishap, ...]] = (
    Fault.UNREACHABLE,
    Fault.LOST_BEFORE,
    Fault.LOST_AFTER,
    Fault.LATE,
    Fault.FAILED_AFTER,
    Fault.GARBLED_AFTER,
    Fault.TRUNCATED_AFTER,
    500,
    503,
    401,
    Answered(429, "", {"retry-after": "1"}),
    Answered(502, after=True),
    Answered(204, "", after=True),
)

whos = st.lists(st.tuples(st.integers(0, LANES - 1), st.integers(0, FIRST)), min_size=1, max_size=10, unique=True)
lanes = st.lists(st.integers(0, LANES - 1), min_size=1, max_size=LANES, unique=True)
somebody = st.tuples(st.integers(0, LANES - 1), st.integers(0, FIRST))
overriding = st.sampled_from(("crm_wins", "crm_wins", "source_wins", "fill_empty", "review"))


class Histories(Driver):
    """`LANES` histories over one world."""

    @initialize(
        policies=st.fixed_dictionaries(dict.fromkeys(("title", "department", "tags"), overriding)),
        fresh=st.integers(0, 7),
    )
    def begin(self, policies: dict[str, str], fresh: int) -> None:
        """Start from a world that is in step, or now and then from nothing."""
        self.model = Model(policies)
        for lane in range(LANES):
            for number in range(FIRST):
                self._join(lane, number)
        if fresh == 7:
            self.eventful.update(range(LANES))
            self.world, self.seen = World(self.folder / "world"), nothing()
            self.changed = True
            return
        self.world = World(template(self)).copy(self.folder / "world")
        self.seen = Seen.read(self.world.root / "first.json")
        self.dirty = False
        for person in self.model.people.values():
            person.told = dict(person.cells)

    # Humans

    @rule(who=whos, field=st.sampled_from(("title", "department", "first_name", "email", "phone")))
    def a_human_edits(self, who: Who, field: str) -> None:
        """A field gets a value that nobody else has."""
        for contact in self._contacts(who):
            self._human(self.model.human_sets(contact, self._ours(contact), {field: self._value(field, contact)}))

    @rule(who=whos, field=st.sampled_from(("title", "department", "phone")))
    def a_human_clears(self, who: Who, field: str) -> None:
        """A field is emptied."""
        for contact in self._contacts(who):
            if contact[field] is not None:
                self._human(self.model.human_sets(contact, self._ours(contact), {field: None}))

    @rule(who=whos, field=st.sampled_from(("title", "department")))
    def a_human_puts_back(self, who: Who, field: str) -> None:
        """A field gets what we had written there last, as far as we know."""
        for contact in self._contacts(who):
            former = self._ours(contact).get(field)
            if former is not None and former != contact[field]:
                self._human(self.model.human_sets(contact, self._ours(contact), {field: former}))

    @rule(who=whos, tag=st.sampled_from(("own", "vip", "hot")))
    def a_human_tags(self, who: Who, tag: str) -> None:
        """A contact gets a tag more, maybe one that the sources use, too, or will use."""
        for contact in self._contacts(who):
            given = f"own-{self._next()}" if tag == "own" else tag
            self._human(self.model.human_tags(contact, self._ours(contact), given))

    @rule(who=whos, last=st.booleans())
    def a_human_untags(self, who: Who, last: bool) -> None:
        """A tag is taken away: the first, or the one given last."""
        for contact in self._contacts(who):
            for tag in contact["tags"][-1:] if last else contact["tags"][:1]:
                self._human(self.model.human_tags(contact, self._ours(contact), tag, away=True))

    @rule(one=somebody, fate=st.sampled_from(("archived", "deleted")))
    def a_human_is_done_with(self, one: tuple[int, int], fate: str) -> None:
        """A contact is archived or deleted."""
        for contact in self._contacts([one]):
            self.model.people[one].fate = fate
            if fate == "deleted":
                self.model.removed.add(contact["id"])
                self._human(("delete", contact["id"], {}))
                del self.seen.contacts[contact["id"]]
            else:
                self._archive(contact)

    @rule(lane=st.integers(0, LANES - 1))
    def a_human_merges(self, lane: int) -> None:
        """Two contacts become one: the second gives its e-mail and phone away and is archived."""
        pair = [(lane, 0), (lane, 1)]
        contacts = self._contacts(pair)
        if len(contacts) == 2:
            kept, given = contacts
            email, phone = given["email"], given["phone"]
            self._human(self.model.human_sets(given, self._ours(given), {"email": None, "phone": None}))
            self._archive(given)
            moved = {name: value for name, value in (("email", email), ("phone", phone)) if value}
            if moved:
                self._human(self.model.human_sets(kept, self._ours(kept), moved))
            self.model.people[pair[1]].fate = "merged"
            self._entangle(pair)

    @rule(lane=st.integers(0, LANES - 1))
    def a_human_swaps_phones(self, lane: int) -> None:
        """Two contacts change numbers."""
        pair = [(lane, 0), (lane, 1)]
        contacts = self._contacts(pair)
        if len(contacts) == 2 and all(contact["phone"] for contact in contacts):
            one, two = contacts
            first, second = one["phone"], two["phone"]
            self._human(self.model.human_sets(one, self._ours(one), {"phone": None}))
            self._human(self.model.human_sets(two, self._ours(two), {"phone": first}))
            self._human(self.model.human_sets(one, self._ours(one), {"phone": second}))
            self._entangle(pair)

    # Sources

    @rule(who=whos, column=st.sampled_from(("Title", "Department", "Email", "Phone", "Tags")))
    def a_source_changes(self, who: Who, column: str) -> None:
        """A cell says something else."""
        for person in self._people(who):
            given = self._value({"Email": "email", "Phone": "phone"}.get(column, "title"), person.cells)
            tag = "hot" if self._next() % 2 else f"tag{self.number}"
            person.cells[column] = f"{person.cells['Tags']};{tag}".strip(";") if column == "Tags" else given

    @rule(who=whos, column=st.sampled_from(("Title", "Department", "Phone", "Tags")))
    def a_source_blanks(self, who: Who, column: str) -> None:
        """A cell says nothing any more."""
        for person in self._people(who):
            person.cells[column] = ""

    @rule(who=whos)
    def a_source_names_what_a_human_clears(self, who: Who) -> None:
        """A department that was never ours goes, and the source names one for the first time."""
        for contact in self._contacts(who):
            if contact["department"] is not None and "department" not in self._ours(contact):
                self._human(self.model.human_sets(contact, self._ours(contact), {"department": None}))
        for person in self._people(who):
            person.cells["Department"] = person.cells["Department"] or self._value("department", person.cells)

    @rule(of=lanes)
    def a_source_adds(self, of: list[int]) -> None:
        """A row more."""
        for lane in of:
            number = sum(key[0] == lane for key in self.model.people)
            if number < len(NAMES):
                self.eventful.add(lane)
                self._join(lane, number)

    @rule(one=somebody, there=st.booleans())
    def a_source_drops_or_brings_back(self, one: tuple[int, int], there: bool) -> None:
        """A row is missing from the next version of the file, or there again."""
        person = self.model.people.get(one)
        if person is not None and person.cells == person.told and person.in_file is not there:
            person.in_file, self.dirty = there, True
            self.eventful.add(one[0])
            tally["source changes"] += 1

    @rule()
    def phones_are_mapped_otherwise(self) -> None:
        """The settings take the fax column for phones, and are corrected."""
        self.fax = not self.fax
        self.model.remapped = True
        self.eventful.update(range(LANES))
        self.dirty = True

    # Runs

    @precondition(lambda self: self.runs < MOST_RUNS and (self.changed or self.dirty))
    @rule()
    def an_undisturbed_run(self) -> None:
        """A run in fair weather."""
        self._run(Weather())

    @precondition(lambda self: self.runs < MOST_RUNS and (self.changed or self.dirty))
    @rule(
        faults=st.dictionaries(st.integers(1, 40), st.sampled_from(FAULTS), min_size=1, max_size=6),
        outage=st.integers(1, 60),
    )
    def a_run_in_bad_weather(self, faults: dict[int, Mishap], outage: int) -> None:
        """Calls fail here and there; now and then nothing comes through from one on."""
        self._run(Weather(faults, outage if outage <= OUTAGE else Weather().outage))

    @precondition(lambda self: self.runs < MOST_RUNS and (self.changed or self.dirty))
    @rule(early=st.booleans(), at=st.integers(0, 70))
    def a_run_is_killed(self, early: bool, at: int) -> None:
        """A run dies at a durable point, mostly where it sends."""
        self._run(Weather(fatal=1 + at if early else 32 + at // 2))

    @precondition(lambda self: self.runs < MOST_RUNS and (self.changed or self.dirty))
    @rule()
    def a_dry_run(self) -> None:
        """A run stops after the plan: nothing was sent, nothing decided."""
        tally["dry runs"] += 1
        self.runs += 1
        seen = self._live(Weather(), *(TO_PLAN if self.dirty else AGAIN[:-1]))
        self._hold([f"a dry run sent {seen.writes}"] if seen.writes else [])
        # What was cut off is looked for by a dry run, too.
        kept = "SENT" not in self.seen.states and seen.states != self.seen.states
        self._hold(["a dry run kept something"] if kept else [])
        self.seen = seen
        self.model.ran({*seen.sent})

    def teardown(self) -> None:
        """The end of a history: in fair weather all is in step, and one more run sends nothing."""
        try:
            tally["histories"] += len(self.eventful)
            if self.sound and self.eventful and hasattr(self, "seen"):
                self._run(Weather())
                owed = self.seen.owed
                self._run(Weather())
                self._hold([f"one more run sent {self.seen.writes}"] if self.seen.writes and not owed else [])
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

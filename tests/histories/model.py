"""What must be, in plain Python: the people of the sources, what humans said last, and what no run may undo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from tests.histories.world import Act, Seen

COLUMNS: Final = ("ID", "First Name", "Last Name", "Email", "Phone", "Fax", "Title", "Department", "Company", "Tags")
FILE: Final = "people.csv"
PLAIN: Final = {"title": "Title", "department": "Department", "first_name": "First Name"}
"""Fields that nothing but their column and a human decides, and their columns."""
KEYS: Final = {"email": "Email", "phone": "Phone"}
OVERWRITING: Final = ("source_wins", "newest")
"""Policies under which a human's value may give way."""

Cells = dict[str, str]


@dataclass
class Person:
    """Somebody in a source; the last name is theirs alone and never changes."""

    last_name: str
    cells: Cells
    """The newest row; it stands when a later version of the file has none."""
    told: Cells = field(default_factory=dict)
    """The row as it was surely read: only such a row is dropped from the file."""
    in_file: bool = True
    fate: str = ""
    """`deleted`, `archived` or `merged` by a human."""
    entangled: bool = False
    """Whose keys a human moved around: who they are is for resolve to say, and only the strict rules are checked."""


@dataclass
class Model:
    """All that was said so far."""

    policies: dict[str, str]
    people: dict[tuple[int, int], Person] = field(default_factory=dict)
    said: dict[tuple[str, str], Any] = field(default_factory=dict)
    """What a human chose for a field of a contact, None where they cleared what had stood there."""
    stood: set[tuple[str, str]] = field(default_factory=set)
    """What surely stood in a contact when a run was applied: its fields, and its tags as `tag vip`."""
    perhaps: set[tuple[str, str]] = field(default_factory=set)
    """The same of runs that may have ended before they were applied."""
    unsure: set[tuple[str, str]] = field(default_factory=set)
    """What a human took away of which nobody can tell whether a run ever met it: it may come back or not."""
    tagged: set[tuple[str, str]] = field(default_factory=set)
    untagged: set[tuple[str, str]] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    frozen: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Archived contacts as they were when they were archived."""
    doubtful: set[str] = field(default_factory=set)
    """Contacts of which nobody knows whether an update has arrived."""
    touched: set[str] = field(default_factory=set)
    """Contacts that a human touched since their update was cut off, or since the last run."""
    put_back: set[tuple[str, str]] = field(default_factory=set)
    """What a human put back after an update was cut off: told from us by the contact's standing as it did before."""
    overruled: set[str] = field(default_factory=set)
    """Contacts that were touched then: which of the update's fields still count is for the strict rules to say."""
    remapped: bool = False
    """Whether phones were ever read from the wrong column."""

    # What happens

    def human_sets(self, contact: dict[str, Any], ours: dict[str, Any], fields: dict[str, Any]) -> Act:
        """Note that a human writes fields of a contact; the act that does it."""
        alone = self._touch(contact["id"]) and len(fields) == 1
        for name, value in fields.items():
            # A field that held nothing at any run is nobody's: emptying it says nothing. What the CRM answered to our
            # last write is ours by definition, whoever put it back.
            key = (contact["id"], name)
            met = name in ours or key in self.stood
            ours_again = ours.get(name) == value
            if (value is not None and (alone or not ours_again)) or (value is None and met):
                self.said[key] = value
                self.put_back |= {key} if ours_again else set()
            else:
                self.said.pop(key, None)
            self._doubt(key, gone=value is None and not met)
            contact[name] = value
        return ("edit", contact["id"], fields)

    def human_tags(self, contact: dict[str, Any], ours: dict[str, Any], tag: str, *, away: bool = False) -> Act:
        """Note that a human tags a contact, or takes a tag away."""
        self._touch(contact["id"])
        key, standing = (contact["id"], tag), (contact["id"], f"tag {tag}")
        met = tag in (ours.get("tags") or ()) or standing in self.stood
        (self.tagged if away else self.untagged).discard(key)
        if met or not away:
            (self.untagged if away else self.tagged).add(key)
        self._doubt(standing, gone=away and not met)
        there = contact["tags"]
        if away or tag not in there:
            contact["tags"] = [one for one in there if one != tag] + [tag] * (not away)
        return ("untag" if away else "tag", contact["id"], {"tag": tag})

    def _doubt(self, key: tuple[str, str], *, gone: bool) -> None:
        """Whether nobody can tell if what a human has just taken away was ever met."""
        (self.unsure.add if gone and key in self.perhaps else self.unsure.discard)(key)

    def run_meets(self, before: dict[str, dict[str, Any]], *, surely: bool) -> None:
        """Note what stood in the contacts when a run began that was applied, surely or perhaps."""
        for crm_id, contact in before.items():
            names = [name for name in (*PLAIN, *KEYS) if contact[name] is not None]
            met = {(crm_id, name) for name in (*names, *(f"tag {tag}" for tag in contact["tags"]))}
            (self.stood if surely else self.perhaps).update(met)

    def ran(self, sent: set[str]) -> None:
        """Note that a run ended, and of which contacts an update is cut off since."""
        self.doubtful = sent
        self.touched &= sent
        self.put_back = {key for key in self.put_back if key[0] in sent}

    def _touch(self, crm_id: str) -> bool:
        """Note that a human touches a contact; whether it is the first time since an update of it was cut off."""
        for key in [key for key in self.put_back if key[0] == crm_id]:
            self.put_back.discard(key)
            self.said.pop(key, None)
        alone = crm_id in self.doubtful and crm_id not in self.touched
        self.touched.add(crm_id)
        self.overruled |= {crm_id} & self.doubtful
        return alone

    # What must be

    def after_any(self, seen: Seen) -> Iterator[str]:
        """What is wrong, whatever the run met."""
        yield from seen.wrong
        for (crm_id, name), value in self.said.items():
            contact = seen.contacts.get(crm_id)
            if contact is None or self.policy(name) in OVERWRITING:
                continue
            if contact[name] != value:
                yield f"a human's {name} of {contact['last_name']} was {value!r} and is {contact[name]!r}"
        for crm_id, tag in self.tagged:
            if crm_id in seen.contacts and tag not in seen.contacts[crm_id]["tags"]:
                yield f"a human's tag {tag} is gone"
        for crm_id, tag in self.untagged:
            overwritten = self.policy("tags") in OVERWRITING
            if not overwritten and crm_id in seen.contacts and tag in seen.contacts[crm_id]["tags"]:
                yield f"the tag {tag} that a human took away is back"
        for crm_id in self.removed & set(seen.contacts):
            yield f"the contact {crm_id} is back"
        for crm_id, before in self.frozen.items():
            now = seen.contacts.get(crm_id, {})
            changed = {name for name in before if before[name] != now.get(name) and name != "last_activity_at"}
            if changed - {"updated_at"}:
                yield f"the archived {before['last_name']} has changed: {sorted(changed)}"
        yield from self._nobody_is_made_up(seen)

    def _nobody_is_made_up(self, seen: Seen) -> Iterator[str]:
        names = [contact["last_name"] for contact in seen.contacts.values()]
        for person in self.people.values():
            if person.fate == "deleted" and person.last_name in names:
                yield f"{person.last_name} was deleted by a human and is there again"
        known = {person.last_name for person in self.people.values()}
        yield from (f"{name} is nobody of the sources" for name in names if name not in known)

    def after_fair_weather(self, before: dict[str, dict[str, Any]], seen: Seen) -> Iterator[str]:
        """What is wrong after an undisturbed run; `before` are the contacts as humans left them."""
        if seen.open:
            yield f"{seen.open} operations have no end: {sorted(seen.states)}"
        if "UNKNOWN" in seen.states:
            yield "what can be looked for is UNKNOWN"
        if seen.error:
            yield f"an undisturbed run ended in {seen.error}"
        by_name = {contact["last_name"]: contact for contact in seen.contacts.values()}
        for person in self.people.values():
            person.told = dict(person.cells)
        for person in self.people.values():
            contact = by_name.get(person.last_name)
            if person.fate in ("archived", "deleted") and not person.entangled:
                rules = seen.listed.get(person.last_name, [])
                if not any(person.fate in rule for rule in rules):
                    yield f"{person.last_name} was {person.fate} by a human and is not listed: {rules}"
            if person.fate == "deleted":
                continue
            if contact is None:
                if person.last_name not in seen.left:
                    yield f"{person.last_name} is lost"
            elif contact["id"] not in {*seen.left, *self.overruled} and not person.fate and not person.entangled:
                yield from self._fields(person, contact, before.get(contact["id"]))
        if seen.landed.get(FILE) != len(self.file()) - 1:
            yield f"{len(self.file()) - 1} rows came in, landed or set aside are {seen.landed.get(FILE)}"

    def _fields(self, person: Person, contact: dict[str, Any], before: dict[str, Any] | None) -> Iterator[str]:
        columns = PLAIN if self.remapped else PLAIN | KEYS
        for name, column in columns.items():
            told, policy = person.cells[column] or None, self.policy(name)
            by_human = (contact["id"], name) in self.said
            stands = before[name] if before else None
            if policy in OVERWRITING:
                wanted = told or stands
            elif by_human or (contact["id"], name) in self.unsure:
                continue  # judged after any run, or by nobody
            elif policy == "crm_wins" or before is None:
                wanted = told or stands
            elif policy == "fill_empty":
                wanted = stands or told
            else:
                continue
            if policy == "newest" or contact[name] == wanted:
                continue
            yield f"{person.last_name}'s {name} is {contact[name]!r}, by {policy} it should be {wanted!r}"
        if self.policy("tags") in ("crm_wins", "source_wins", "append"):
            for tag in filter(None, person.cells["Tags"].split(";")):
                untagged = (contact["id"], tag) in self.untagged and self.policy("tags") != "source_wins"
                if tag not in contact["tags"] and not untagged and (contact["id"], f"tag {tag}") not in self.unsure:
                    yield f"{person.last_name} lacks the tag {tag}"

    def policy(self, name: str) -> str:
        """The policy of a field."""
        return self.policies.get(name, "crm_wins")

    def file(self) -> list[list[str]]:
        """The source's file as it is now."""
        people = [person for _, person in sorted(self.people.items()) if person.in_file]
        return [list(COLUMNS), *([person.cells[column] for column in COLUMNS] for person in people)]

"""The world of the HubSpot double: its records, who belongs to which company, and what people do there."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from tests.vendors.double import Flaw, flawed
from tests.vendors.hubspot_people import MAKERS, NAMES, Values
from tests.vendors.hubspot_shelf import Shelf, written

ENGAGEMENTS: Final = ("notes", "calls", "emails", "meetings", "tasks")

FIRST_ID: Final = {
    "contacts": 951,
    "companies": 88,
    **{kind: 700_002 + place for place, kind in enumerate(ENGAGEMENTS)},
}
"""The first id of each object: ids of several lengths, so that their order as numbers is not that as text."""

CHANGE: Final = {"contacts": "lastmodifieddate"}
"""The property with the change time, where it is not `hs_lastmodifieddate`."""


_KNOWN: Final = {kind: frozenset(names) for kind, names in NAMES.items()}


DEFAULT: Final = {
    "contacts": ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
    "companies": ("name", "domain", "createdate", "hs_lastmodifieddate", "hs_object_id"),
}
"""The properties that come where none is asked for; of other objects their id and times."""


def change_property(kind: str) -> str:
    """The property with the change time of an object."""
    return CHANGE.get(kind, "hs_lastmodifieddate")


def default_properties(kind: str) -> tuple[str, ...]:
    """The properties of an object that come where none is asked for."""
    return DEFAULT.get(kind, ("hs_createdate", "hs_lastmodifieddate", "hs_object_id"))


class World:
    """What an account holds. Moments are milliseconds since 1970."""

    def __init__(self, counts: Mapping[str, int], moment_of: Callable[[int, int], datetime]) -> None:
        shares = {kind: len(range(place, counts["activities"], 5)) for place, kind in enumerate(ENGAGEMENTS)}
        self.lag = 0
        self.flaws: dict[tuple[str, int], Flaw] = {}
        self.shelves = {
            kind: Shelf({**counts, **shares}[kind], FIRST_ID[kind], moment_of, make) for kind, make in MAKERS.items()
        }
        self._companies: dict[int, list[int]] = {}  # of contacts whose companies were changed; the first is primary

    # What is associated

    def companies_of(self, contact: int) -> list[int]:
        """The ids of a contact's companies, the primary one first."""
        if contact in self._companies:
            return self._companies[contact]
        shelf, number = self.shelves["companies"], self.shelves["contacts"].number(contact)
        if not shelf.count or number % 5 == 4:
            return []
        numbers = [number % shelf.count]
        if number % 10 == 0 and shelf.count > 1:
            numbers.append((number + 1) % shelf.count)
        made = (shelf.first + 7 * one for one in numbers)
        return [one for one in made if shelf.has(one)]

    def contacts_of(self, company: int) -> list[int]:
        """The ids of a company's contacts."""
        contacts, companies = self.shelves["contacts"], self.shelves["companies"]
        number = companies.number(company)
        near = (*range(number, contacts.count, companies.count), *range(number - 1, contacts.count, companies.count))
        possible = {contacts.first + 7 * one for one in near if one >= 0} | self._companies.keys()
        if number == 0:  # the last company's neighbour is the first
            possible |= {
                contacts.first + 7 * one for one in range(companies.count - 1, contacts.count, companies.count)
            }
        return sorted(one for one in possible if contacts.has(one) and company in self.companies_of(one))

    def associated(self, kind: str, record: int, to: str) -> list[tuple[int, list[dict[str, Any]]]]:
        """The ids of what a record is associated with, each with the types of association."""
        if (kind, to) == ("contacts", "companies"):
            found = self.companies_of(record)
            return [(one, _types(279, primary=1 if place == 0 else 0)) for place, one in reversed([*enumerate(found)])]
        if (kind, to) == ("companies", "contacts"):
            return [(one, _types(280)) for one in self.contacts_of(record)]
        return [(one, _types(202 if to == "contacts" else 190)) for one in self._of_activity(kind, record, to)]

    def _of_activity(self, kind: str, record: int, to: str) -> list[int]:
        number, contacts = self.shelves[kind].number(record), self.shelves["contacts"]
        if not contacts.count or number % 9 == 8:
            return []
        numbers = {number * 3 % contacts.count, *((number * 3 + 1) % contacts.count for _ in range(number % 7 == 0))}
        people = [one for one in (contacts.first + 7 * number for number in sorted(numbers)) if contacts.has(one)]
        if to == "contacts":
            return people
        return list(dict.fromkeys(one for person in people for one in self.companies_of(person)[:1]))

    # What a record says

    def record(self, kind: str, record: int, asked: Iterable[str], *, indexed: bool = False) -> dict[str, Any]:
        """A record as the API shows it, with the properties that are asked for."""
        shelf = self.shelves[kind]
        state = shelf.state(record, indexed=indexed)
        created = written(1_735_689_600_000 + 60_000 * shelf.number(record))
        said: dict[str, str | None] = {**shelf.make(shelf.number(record)), **state.values}
        said["hs_object_id"] = str(record)
        said["createdate"] = said["hs_createdate"] = created
        said[change_property(kind)] = written(state.changed)
        if kind == "contacts":
            companies = self.companies_of(record)
            said["associatedcompanyid"] = str(companies[0]) if companies else None
        names = [name for name in asked if name in _KNOWN[kind]]
        if "num_associated_contacts" in names:
            said["num_associated_contacts"] = str(len(self.contacts_of(record)))
        shown = {
            "id": str(record),
            "properties": {name: said.get(name) for name in names},
            "createdAt": created,
            "updatedAt": written(state.changed),
            "archived": record in shelf.archived,
        }
        if record in shelf.archived:
            shown["archivedAt"] = written(shelf.archived[record])
        return flawed(shown, self.flaws.get((kind, record)))

    # What people do

    def touch(self, kind: str, records: Sequence[int], values: Values, now: int) -> None:
        """Change records."""
        for record in records:
            self.shelves[kind].touch(record, values, now, self.lag)

    def archive(self, kind: str, record: int, now: int) -> None:
        """Archive a record: lists do not have it any more, and nothing is associated with it."""
        companies = self.companies_of(record) if kind == "contacts" else []
        contacts = self.contacts_of(record) if kind == "companies" else []
        self.shelves[kind].remove(record)
        self.shelves[kind].archived[record] = now
        self.touch("companies", companies, {}, now)
        for contact in contacts:
            self._part(contact, record, now)

    def merge(self, kind: str, loser: int, winner: int, now: int) -> None:
        """Merge a record into another: it is neither listed nor archived, the winner names it."""
        shelf = self.shelves[kind]
        merged = [*filter(None, shelf.state(winner).values.get("hs_merged_object_ids", "").split(";")), str(loser)]
        contacts = self.contacts_of(loser) if kind == "companies" else []
        for contact in contacts:
            self.associate(contact, winner, now, primary=self.companies_of(contact)[0] == loser)
            self._part(contact, loser, now)
        shelf.remove(loser)
        shelf.gone.add(loser)
        self.touch(kind, [winner], {"hs_merged_object_ids": ";".join(merged)}, now)

    def restore(self, kind: str, record: int, now: int) -> None:
        """Bring an archived record back."""
        shelf = self.shelves[kind]
        del shelf.archived[record]
        insort(shelf.ids, record)
        self.touch(kind, [record], {}, now)

    def associate(self, contact: int, company: int, now: int, *, primary: bool = False) -> None:
        """Let a contact belong to a company, too. The contact itself moves only where its primary company does."""
        before = self.companies_of(contact)
        others = [one for one in before if one != company]
        self._companies[contact] = [company, *others] if primary or not others else [*others, company]
        self._moved(contact, before, now)

    def _part(self, contact: int, company: int, now: int) -> None:
        before = self.companies_of(contact)
        self._companies[contact] = [one for one in before if one != company]
        self._moved(contact, before, now)

    def part(self, contact: int, company: int, now: int) -> None:
        """Let a contact belong to a company no more."""
        self._part(contact, company, now)

    def _moved(self, contact: int, before: list[int], now: int) -> None:
        after = self._companies[contact]
        standing = [one for one in {*before} ^ {*after} if self.shelves["companies"].has(one)]
        self.touch("companies", standing, {}, now)
        if before[:1] != after[:1]:
            self.touch("contacts", [contact], {}, now)


def _types(unlabelled: int, primary: int = 0) -> list[dict[str, Any]]:
    types: list[dict[str, Any]] = [{"category": "HUBSPOT_DEFINED", "typeId": unlabelled}]
    if primary:
        types.insert(0, {"category": "HUBSPOT_DEFINED", "typeId": primary, "label": "Primary"})
    return types

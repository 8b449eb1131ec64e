"""What stands in the double's account: persons, organizations, activities and notes, made when they are asked for.

A quarter of a million of them take a few megabytes: kept are change times, and whatever a test changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

Record = dict[str, Any]

FIRST: Final = (
    *("Anna", "José", "Zoë", "Łukasz", "Наталья", "太郎", "عمر", "Søren", "Siobhán", "Nguyễn", "Ananya", "Çağla"),
    *("Jörg", "Dvořák", "Μαρία", "Peter", "Ingrid", "Thandiwe"),
)
LAST: Final = (
    *(
        "Müller",
        "García Márquez",
        "de Vries",
        "Wójcik",
        "Иванова",
        "山田",
        "الخطيب",
        "Ødegård",
        "Ó Briain",
        "Thị Hương",
    ),
    *("O'Neill", "Yılmaz", "Şahin", "Παπαδοπούλου", "van der Berg", "Smith", "Øster", "Thị Hương"),
)
NAMES: Final = (
    "Bäckerei Nord",
    "Acme",
    "株式会社ひかり",
    "Société Générale d'Eau",
    "Горизонт",
    "Łódź Logistyka",
    "Ñandú",
)


def key(name: str) -> str:
    """The key of a custom field: 40 letters and digits."""
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()


SOURCE, TOPICS, PROFILE, BUDGET = (key(name) for name in ("Lead source", "Topics", "Profile page", "Budget"))
TIER, VAT = (key(name) for name in ("Tier", "VAT number"))


def _definition(code: str, name: str, kind: str, options: dict[int, str] | None = None, **more: bool) -> Record:
    told = [{"id": number, "label": label} for number, label in options.items()] if options else None
    return {
        "field_code": code,
        "field_name": name,
        "field_type": kind,
        "options": told,
        "subfields": None,
        "is_custom_field": len(code) == 40,
        "is_optional_response_field": False,
        **more,
    }


PERSON_FIELDS: Final = (
    _definition("id", "ID", "int"),
    _definition("name", "Name", "varchar"),
    _definition("phone", "Phone", "phone"),
    _definition("email", "Email", "varchar"),
    _definition("org_id", "Organization", "org"),
    _definition("label_ids", "Labels", "set", {1: "Customer", 2: "Hot lead", 3: "Ехал"}),
    _definition(SOURCE, "Lead source", "enum", {11: "Trade fair", 12: "Referral | friend"}),
    _definition(TOPICS, "Topics", "set", {21: "Pricing", 22: "Support", 23: "Çevre"}),
    _definition(PROFILE, "Profile page", "varchar"),
    _definition(BUDGET, "Budget", "monetary"),
)
MARKETING: Final = _definition("marketing_status", "Marketing status", "varchar", is_optional_response_field=True)
ORGANIZATION_FIELDS: Final = (
    _definition("id", "ID", "int"),
    _definition("name", "Name", "varchar"),
    _definition("label_ids", "Labels", "set", {5: "Partner", 6: "Supplier"}),
    _definition("industry", "Industry", "enum", {1: "Bakery", 2: "Software", 3: "Logistics"}),
    _definition(TIER, "Tier", "enum", {31: "Gold", 32: "Silver"}),
    _definition(VAT, "VAT number", "varchar"),
)


def zulu(moment: float) -> str:
    """A time as v2 writes it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def spaced(moment: float) -> str:
    """A time as v1 writes it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S")


class Table:
    """One kind of record: when each last changed, in seconds since 1970, and what of it is not as it was made."""

    def __init__(self, first: int, moments: list[int], make: Callable[[int], Record]) -> None:
        self.first = first
        self.moments = moments
        self.changed: dict[int, Record] = {}
        self.deleted: set[int] = set()
        self.gone: set[int] = set()
        """Deleted for good: no call shows them."""
        self._make = make

    @property
    def ids(self) -> range:
        """All ids, those of what is deleted included."""
        return range(self.first, self.first + len(self.moments))

    def moment(self, number: int) -> int:
        """When a record last changed."""
        return self.moments[number - self.first]

    def touch(self, number: int, moment: int, values: Record) -> None:
        """Change a record."""
        assert number in self.ids
        self.moments[number - self.first] = moment
        before = self.changed.get(number, {})
        if "custom_fields" in values:
            values = {**values, "custom_fields": {**self.record(number)["custom_fields"], **values["custom_fields"]}}
        self.changed[number] = {**before, **values}

    def record(self, number: int) -> Record:
        """A record without its times."""
        return {"id": number, **self._make(number - self.first), **self.changed.get(number, {})}


def person(companies: int) -> Callable[[int], Record]:
    """What makes persons, most of them in one of so many organizations."""

    def make(n: int) -> Record:
        first, last = FIRST[n % len(FIRST)], LAST[n * 7 % len(LAST)]
        emails = [{"value": f"person.{n}@firma{n % 97}.example", "primary": n % 3 != 0, "label": "work"}]
        if n % 3 == 0:
            emails.append({"value": f"p{n}@privat.example", "primary": True, "label": "home"})
        phones = [{"value": f"+49 30 {1000000 + n}", "primary": True, "label": "work"}]
        if n % 4 == 0:
            phones.insert(0, {"value": f"+49 30 {9000000 + n}", "primary": False, "label": "Fax"})
            phones.append({"value": f"+49 151 {20000000 + n}", "primary": False, "label": "mobile"})
        return {
            "name": f"{first} {last}",
            "first_name": first,
            "last_name": last,
            "owner_id": 1,
            "org_id": n % companies + 1 if companies and n % 5 else None,
            "emails": emails if n % 11 else [],
            "phones": phones,
            "is_deleted": False,
            "visible_to": 3,
            "label_ids": [1, 2] if n % 2 else [],
            "job_title": "Geschäftsführerin" if n % 6 == 0 else "Engineer",
            "picture_id": None,
            "postal_address": {"value": "Prenzlauer Allee 4, Berlin", "locality": "Berlin", "country": "Germany"},
            "custom_fields": {
                SOURCE: 11 + n % 2,
                TOPICS: [21, 23] if n % 3 else None,
                PROFILE: f"https://people.example/{n}",
                BUDGET: {"value": 1000 + n, "currency": "EUR"} if n % 2 else None,
            },
        }

    return make


def organization(n: int) -> Record:
    """Make an organization."""
    return {
        "name": f"{NAMES[n % len(NAMES)]} {n}",
        "owner_id": 1,
        "is_deleted": False,
        "visible_to": 3,
        "address": {
            "value": f"Prenzlauer Allee {n + 1}, 10405 Berlin, Germany",
            "route": "Prenzlauer Allee",
            "street_number": str(n + 1),
            "locality": "Berlin",
            "admin_area_level_1": "Berlin",
            "postal_code": "10405",
            "country": "Germany",
        },
        "label_ids": [5] if n % 2 else [],
        "website": f"https://firma{n}.example" if n % 3 else None,
        "linkedin": None,
        "industry": n % 3 + 1,
        "annual_revenue": 100000 * n,
        "employee_count": 10 + n,
        "custom_fields": {TIER: 31 + n % 2, VAT: f"DE{100000000 + n}"},
    }


def activity(persons: int, companies: int) -> Callable[[int], Record]:
    """What makes activities with so many persons and organizations."""

    def make(n: int) -> Record:
        who = n % persons + 1 if persons else None
        return {
            "subject": f"Nachfassen № {n}",
            "type": ("call", "meeting", "task", "email")[n % 4],
            "owner_id": 1,
            "creator_user_id": 1,
            "is_deleted": False,
            "person_id": who,
            "org_id": n % companies + 1 if companies else None,
            "due_date": (datetime(2026, 3, 1) + timedelta(days=n % 90)).strftime("%Y-%m-%d"),  # noqa: DTZ001
            "due_time": "15:00:00" if n % 2 else None,
            "duration": "00:45:00" if n % 2 else None,
            "busy": True,
            "done": n % 3 == 0,
            "participants": [{"person_id": who, "primary": True}] if who else [],
            "note": "<p>Rückruf &amp; Angebot</p>",
        }

    return make


def note(persons: int) -> Callable[[int], Record]:
    """What makes notes about so many persons."""

    def make(n: int) -> Record:
        return {
            "active_flag": True,
            "content": f"<p>Σημείωση {n}: bitte zurückrufen</p>",
            "person_id": n % persons + 1 if persons else None,
            "user": {"email": "owner@acme.example", "name": "Owner", "is_you": True, "icon_url": None},
            "user_id": 1,
            "last_update_user_id": 1,
            "pinned_to_person_flag": False,
        }

    return make

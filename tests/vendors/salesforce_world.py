"""What stands in the double's organisation: accounts, contacts, leads, tasks and events, made when they are asked for.

A quarter of a million of them take a few megabytes: kept are change times, and whatever a test changed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from tests.vendors.salesforce_fields import PREFIX

Record = dict[str, Any]

DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

FIRST: Final = (
    *("Anna", "José", "Zoë", "Łukasz", "Наталья", "太郎", "عمر", "Søren", "Siobhán", "Nguyễn", "Ananya", "Çağla"),
    *("Jörg", "Ferdinand", "Μαρία", "Peter", "Ingrid", "Thandiwe", None),
)
LAST: Final = (
    *("Müller", "García Márquez", "de Vries", "Wójcik", "Иванова", "山田", "الخطيب", "Ødegård", "Ó Briain"),
    *("O'Neill", "Yılmaz", "Παπαδοπούλου", "van der Berg", "Smith", "Thị Hương", "Dvořák", '"Mac" Donald'),
)
FIRMS: Final = (
    *("Bäckerei Nord", "Acme, Inc.", "株式会社ひかり", "Société Générale d'Eau", "Горизонт", "Łódź Logistyka"),
    *('The "Quoted" Company', "Ñandú"),
)


def id_of(sobject: str, number: int) -> str:
    """The id of a record, with the three letters behind it that say which of its letters are capitals."""
    places, rest = "", number
    for _ in range(12):
        rest, digit = divmod(rest, 62)
        places = DIGITS[digit] + places
    short = PREFIX[sobject] + places
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << place for place, letter in enumerate(short[start : start + 5]) if "A" <= letter <= "Z")
        suffix += _CHECK[bits]
    return short + suffix


def number_of(record: str) -> int:
    """The number of a record."""
    number = 0
    for letter in record[3:15]:
        number = number * 62 + DIGITS.index(letter)
    return number


def written(stamp: int, zone: str = "+0000") -> str:
    """A time, in milliseconds since 1970, as Salesforce writes it: REST with +0000, Bulk with Z."""
    moment = datetime.fromtimestamp(stamp // 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{stamp % 1000:03d}{zone}"


class Table:
    """One kind of record: when each last changed, in milliseconds since 1970, and what of it is not as it was made."""

    def __init__(self, sobject: str, stamps: list[int], make: Callable[[int], Record]) -> None:
        self.sobject = sobject
        self.stamps = stamps
        self.make = make
        self.changed: dict[int, Record] = {}
        self.gone: set[int] = set()
        """Deleted for good: no call shows them."""

    def record(self, number: int) -> Record:
        """All that a record says, times in milliseconds."""
        found = {"Id": id_of(self.sobject, number), "IsDeleted": False, "OwnerId": "005000000000001AAA"}
        found |= {"CreatedDate": 1_767_225_600_000, "SystemModstamp": self.stamps[number]}
        return {**found, **self.make(number), **self.changed.get(number, {})}

    def fetch(self, name: str) -> Callable[[int], Any]:
        """What gives a field's value by a record's number."""
        if name == "SystemModstamp":
            return self.stamps.__getitem__
        if name == "Id":
            return lambda number: id_of(self.sobject, number)
        return lambda number: self.record(number).get(name)

    def is_deleted(self, number: int) -> bool:
        """Whether it lies in the recycle bin."""
        return bool(self.changed.get(number, {}).get("IsDeleted"))

    def touch(self, number: int, stamp: int, values: Record) -> None:
        """Change a record."""
        self.stamps[number] = stamp
        if values:
            self.changed[number] = {**self.changed.get(number, {}), **values}

    def add(self, stamp: int, values: Record) -> str:
        """A new record."""
        number = len(self.stamps)
        self.stamps.append(stamp)
        self.changed[number] = values
        return id_of(self.sobject, number)

    def as_it_is(self) -> Table:
        """A copy that later changes leave alone."""
        found = copy.copy(self)
        found.stamps, found.changed, found.gone = self.stamps.copy(), self.changed.copy(), self.gone.copy()
        return found


def person(number: int, *, lead: bool = False) -> Record:
    """What a contact or a lead says of a person."""
    first, last = FIRST[number % len(FIRST)], LAST[number % len(LAST)]
    domain = f"firm{number // 3}.example"
    return {
        "FirstName": first,
        "LastName": last,
        "Name": f"{first} {last}" if first else last,
        "Title": "Geschäftsführerin" if number % 5 == 0 else None,
        "Phone": f"+4930{1_000_000 + number}" if number % 2 == 0 else None,
        "MobilePhone": f"+49151{20_000_000 + number}" if number % 3 == 0 else None,
        "Email": f"{'lead' if lead else 'person'}{number}@{domain}" if number % 7 else None,
        "HasOptedOutOfEmail": number % 11 == 0,
        "DoNotCall": number % 13 == 0,
        "Description": 'Two lines,\r\nand a "quote"' if number % 17 == 0 else None,
    }


def contact(accounts: int) -> Callable[[int], Record]:
    """Contacts of so many accounts."""

    def make(number: int) -> Record:
        return {
            **person(number),
            "AccountId": id_of("Account", number % accounts) if accounts else None,
            "Department": "Einkauf" if number % 4 == 0 else None,
            "Birthdate": "1980-02-29" if number % 6 == 0 else None,
            "MailingCity": "Kraków" if number % 2 else "Berlin",
            "MailingCountry": "Poland" if number % 2 else "Germany",
            "Profile_Page__c": f"https://people.example/{number}" if number % 3 == 0 else None,
        }

    return make


def lead(number: int) -> Record:
    """A lead that is not converted."""
    return {
        **person(number, lead=True),
        "Company": FIRMS[number % len(FIRMS)],
        "Status": "Open - Not Contacted",
        "Website": f"https://lead{number}.example",
        "City": "Łódź",
        "Country": "Poland",
        "IsConverted": False,
    }


def account(number: int) -> Record:
    """A company."""
    return {
        "Name": f"{FIRMS[number % len(FIRMS)]} {number}",
        "Type": "Customer",
        "BillingStreet": f"Prenzlauer Allee {number}\r\nHinterhaus" if number % 2 else f"Allee {number}",
        "BillingCity": "Berlin",
        "BillingPostalCode": f"{10_000 + number % 80_000}",
        "BillingCountry": "Germany",
        "Phone": f"+4989{2_000_000 + number}",
        "Website": f"www.firm{number}.example",
        "Industry": "Food & Beverage",
        "AnnualRevenue": 1_500_000.5 if number % 2 else None,
        "NumberOfEmployees": 10 + number % 400,
        "Tier__c": "Gold" if number % 3 == 0 else None,
    }


def activity(contacts: int, accounts: int, *, event: bool) -> Callable[[int], Record]:
    """Tasks or events with so many contacts of so many accounts."""

    def make(number: int) -> Record:
        about = id_of("Account", number % accounts) if accounts else None
        found: Record = {
            "WhoId": id_of("Contact", number % contacts) if contacts and number % 4 else None,
            "WhatId": about,
            "AccountId": about,
            "Subject": "Rückruf: Angebot, Теперь",
            "Description": "Zeile 1\nZeile 2" if number % 3 == 0 else None,
        }
        if event:
            times = {"StartDateTime": 1_772_355_600_000, "EndDateTime": 1_772_359_200_000, "DurationInMinutes": 60}
            return {**found, **times, "EventSubtype": "Event"}
        task = {"ActivityDate": "2026-03-01", "Status": "Completed", "Priority": "Normal", "IsClosed": True}
        return {**found, **task, "CallType": "Inbound", "TaskSubtype": ("Call", "Email", "Task")[number % 3]}

    return make

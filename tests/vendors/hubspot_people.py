"""Who and what lives in the HubSpot double: properties with their labels, and values made of a record's number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

Values = dict[str, str]

FIRST: Final = (
    "Zoë",
    "Łukasz",
    "Søren",
    "Nguyễn",
    "太郎",
    "Siobhán",
    "José",
    "Anna",
    "Mehmet",
    "Ольга",
    "Fatima",
    "Bob",
)
LAST: Final = (
    "Müller",
    "Wójcik",
    "Ødegård",
    "Thị Lan",
    "山田",
    "O’Brien",
    "García Márquez",
    "Weber",
    "Şahin",
    "Иванова",
)
TITLES: Final = ("Head of Purchasing", "Ingeniører", "Geschäftsführerin", "CTO", "Responsable des achats")
CITIES: Final = (
    ("Köln", "Germany"),
    ("Kraków", "Poland"),
    ("Bergen", "Norway"),
    ("大阪", "Japan"),
    ("Boston", "United States"),
)
FIRMS: Final = ("Spreewerk", "Nordlys", "Zielona", "Sakura Trading", "Harbor & Sons", "Crème Brûlée")
INDUSTRIES: Final = ("COMPUTER_SOFTWARE", "MACHINERY", "FOOD_BEVERAGES", "HOSPITAL_HEALTH_CARE")

_DATES: Final = ("createdate", "lastmodifieddate", "hs_createdate", "hs_lastmodifieddate", "hs_timestamp")

LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "contacts": {
        "hs_object_id": "Record ID",
        "createdate": "Create Date",
        "lastmodifieddate": "Last Modified Date",
        "firstname": "First Name",
        "lastname": "Last Name",
        "email": "Email",
        "hs_additional_emails": "Additional email addresses",
        "phone": "Phone Number",
        "mobilephone": "Mobile Phone Number",
        "fax": "Fax Number",
        "jobtitle": "Job Title",
        "company": "Company Name",
        "website": "Website URL",
        "city": "City",
        "country": "Country/Region",
        "hs_language": "Preferred language",
        "hs_linkedin_url": "LinkedIn URL",
        "date_of_birth": "Date of birth",
        "hs_email_optout": "Unsubscribed from all email",
        "associatedcompanyid": "Primary Associated Company ID",
        "hs_merged_object_ids": "Merged record IDs",
        "lifecyclestage": "Lifecycle Stage",
        "kundennummer_2": "Kundennummer",
        "favourite_drink": "Favourite drink",
    },
    "companies": {
        "hs_object_id": "Record ID",
        "createdate": "Create Date",
        "hs_lastmodifieddate": "Last Modified Date",
        "name": "Company name",
        "domain": "Company Domain Name",
        "website": "Website URL",
        "phone": "Phone Number",
        "industry": "Industry",
        "numberofemployees": "Number of Employees",
        "annualrevenue": "Annual Revenue",
        "address": "Street Address",
        "city": "City",
        "state": "State/Region",
        "zip": "Postal Code",
        "country": "Country/Region",
        "num_associated_contacts": "Number of Associated Contacts",
        "hs_merged_object_ids": "Merged record IDs",
        "account_tier": "Account tier",
    },
    **{
        kind: {
            "hs_object_id": "Record ID",
            "hs_createdate": "Create date",
            "hs_lastmodifieddate": "Last modified date",
            "hs_timestamp": "Activity date",
            **{f"hs_{one}": one.replace("_", " ").capitalize() for one in names.split()},
        }
        for kind, names in {
            "notes": "note_body",
            "calls": "call_title call_body call_direction call_duration call_status",
            "emails": "email_subject email_text email_direction email_status",
            "meetings": "meeting_title meeting_body meeting_start_time meeting_end_time meeting_outcome",
            "tasks": "task_subject task_body task_status task_priority",
        }.items()
    },
}
"""The properties of each object that hold something, with their labels."""

IDLE: Final = {"contacts": 60, "companies": 40}
"""How many more properties an object has, which nobody fills in: a real account has hundreds."""

NAMES: Final = {
    kind: (*labels, *(f"hs_v2_date_entered_stage_{number:03}" for number in range(IDLE.get(kind, 0))))
    for kind, labels in LABELS.items()
}


def definitions(kind: str) -> list[dict[str, Any]]:
    """The properties of an object, as the properties API lists them."""
    return [
        {
            "name": name,
            "label": LABELS[kind].get(name, name.replace("_", " ").capitalize()),
            "type": "datetime" if name in _DATES or "_date_" in name else "string",
            "fieldType": "date" if name in _DATES or "_date_" in name else "text",
            "description": "",
            "groupName": f"{kind}information",
            "options": [],
            "hidden": False,
            "hubspotDefined": name not in ("kundennummer_2", "favourite_drink", "account_tier"),
            "archived": False,
        }
        for name in NAMES[kind]
    ]


def contact(number: int) -> Values:
    """What contact `number` says of itself."""
    first, last = FIRST[number % len(FIRST)], LAST[number % len(LAST)]
    city, country = CITIES[number % len(CITIES)]
    firm = number % 37
    made = {
        "firstname": first,
        "lastname": last,
        "email": f"person{number}@firm{firm}.example",
        "phone": f"+49221{5_000_000 + number}",
        "jobtitle": TITLES[number % len(TITLES)],
        "company": f"{FIRMS[firm % len(FIRMS)]} {firm}",
        "city": city,
        "country": country,
        "lifecyclestage": "customer" if number % 3 else "lead",
        "kundennummer_2": f"K-{number:07}",
    }
    if number % 11 == 0:
        made["hs_email_optout"] = "true"
    if number % 13 == 0:
        made["hs_additional_emails"] = f"p{number}@mail.example;p{number}@home.example"
    if number % 4 == 0:
        made |= {"hs_language": "de", "hs_linkedin_url": f"https://www.linkedin.com/in/person-{number}"}
    if number % 6 == 0:
        made |= {"mobilephone": f"+49151{20_000_000 + number}", "fax": "+49 221 555000", "date_of_birth": "1980-02-29"}
    return made


def company(number: int) -> Values:
    """What company `number` says of itself."""
    city, country = CITIES[number % len(CITIES)]
    return {
        "name": f"{FIRMS[number % len(FIRMS)]} {number}",
        "domain": f"firm{number}.example",
        "website": f"https://www.firm{number}.example",
        "phone": f"+4930{900_000 + number}",
        "industry": INDUSTRIES[number % len(INDUSTRIES)],
        "numberofemployees": str(5 + 17 * number),
        "annualrevenue": str(100_000 + number),
        "address": f"Hauptstraße {number + 1}",
        "city": city,
        "zip": f"{10_000 + number}",
        "country": country,
        "account_tier": "gold" if number % 2 else "silver",
    }


def _at(number: int, hour: int = 9) -> str:
    return f"2026-0{1 + number % 6}-{1 + number % 28:02}T{hour:02}:30:00.000Z"


def note(number: int) -> Values:
    """What note `number` says."""
    return {"hs_timestamp": _at(number), "hs_note_body": f"<p>Asked about offer {number} – „später“</p>"}


def call(number: int) -> Values:
    """What call `number` says."""
    return {
        "hs_timestamp": _at(number),
        "hs_call_title": f"Call about order {number}",
        "hs_call_body": "Rückruf am Montag",
        "hs_call_direction": "OUTBOUND" if number % 2 else "INBOUND",
        "hs_call_duration": str(60_000 + number),
        "hs_call_status": "COMPLETED",
    }


def email(number: int) -> Values:
    """What e-mail `number` says."""
    return {
        "hs_timestamp": _at(number),
        "hs_email_subject": f"Re: Angebot {number}",
        "hs_email_text": "Vielen Dank!",
        "hs_email_direction": "EMAIL",
        "hs_email_status": "SENT",
    }


def meeting(number: int) -> Values:
    """What meeting `number` says."""
    return {
        "hs_timestamp": _at(number),
        "hs_meeting_title": f"Demo {number}",
        "hs_meeting_body": "Agenda",
        "hs_meeting_start_time": _at(number),
        "hs_meeting_end_time": _at(number, 10),
        "hs_meeting_outcome": "COMPLETED",
    }


def task(number: int) -> Values:
    """What task `number` says."""
    return {
        "hs_timestamp": _at(number),
        "hs_task_subject": f"Send contract {number}",
        "hs_task_body": "bis Freitag",
        "hs_task_status": "NOT_STARTED",
        "hs_task_priority": "HIGH",
    }


MAKERS: Final[Mapping[str, Callable[[int], Values]]] = {
    "companies": company,
    "contacts": contact,
    "notes": note,
    "calls": call,
    "emails": email,
    "meetings": meeting,
    "tasks": task,
}

"""What apply counts: the names under which its report, Dagster and the summary know each number."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pipelines.ledger.effects import Kind, ObjectName

WRITES_ON: Final = "writes_on"
"""1 where the run may write, else 0."""

CALLS: Final = "calls"
"""The sum of all outcomes: an operation that was sent again without a key counts twice."""


class Outcome(StrEnum):
    """What became of an operation: each that a run deals with counts under one of these."""

    COMPANIES_CREATED = "companies_create_done"
    COMPANIES_UPDATED = "companies_update_done"
    CONTACTS_CREATED = "contacts_create_done"
    CONTACTS_UPDATED = "contacts_update_done"
    CONTACTS_FIELD_SET = "contacts_field_done"
    CONTACTS_TAGGED = "contacts_tag_done"
    CONTACTS_UNTAGGED = "contacts_untag_done"
    ACTIVITIES_LOGGED = "activities_log_done"
    LINKED_MEANWHILE = "linked_meanwhile"
    SENT_WITHOUT_KEY = "sent_without_key"
    """The first call of two: the second, without the e-mail or phone, counts by what became of it."""
    CONFLICTS = "conflicts"
    REFUSED = "refused"
    CHANGED_MEANWHILE = "changed_meanwhile"
    UNSURE = "unsure"
    """Its answer was lost."""
    NOT_REACHED = "not_reached"
    """Nothing has left, or only the look before it."""
    ACCESS_REFUSED = "access_refused"
    COMPANIES_READ_ONLY = "companies_read_only"


DONE: Final[Mapping[tuple[ObjectName, Kind], Outcome]] = {
    ("companies", "create"): Outcome.COMPANIES_CREATED,
    ("companies", "update"): Outcome.COMPANIES_UPDATED,
    ("contacts", "create"): Outcome.CONTACTS_CREATED,
    ("contacts", "update"): Outcome.CONTACTS_UPDATED,
    ("contacts", "field"): Outcome.CONTACTS_FIELD_SET,
    ("contacts", "tag"): Outcome.CONTACTS_TAGGED,
    ("contacts", "untag"): Outcome.CONTACTS_UNTAGGED,
    ("activities", "log"): Outcome.ACTIVITIES_LOGGED,
}
"""How an operation counts once it is done."""

UPDATED: Final = (
    Outcome.CONTACTS_UPDATED,
    Outcome.CONTACTS_FIELD_SET,
    Outcome.CONTACTS_TAGGED,
    Outcome.CONTACTS_UNTAGGED,
)
"""All the ways in which a contact that is there was changed."""


class Left(StrEnum):
    """Why something of the plan was left alone, or is not in the CRM at the run's end."""

    DONE_BEFORE = "done_before"
    OVERTAKEN = "overtaken"
    REFUSED_BEFORE = "refused_before"
    UNKNOWN_BEFORE = "unknown_before"
    OWED = "owed"
    """Surely not in the CRM yet, or not looked for to the end: a later run looks for it and sends it."""
    GIVEN_UP = "given_up"
    """Surely not in the CRM, and lost as often as the settings allow."""

"""A record of Pipedrive → what is said of it in columns of our own, for fields that come as lists and objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors.pipedrive.fields import SEPARATOR


def person(record: Mapping[str, Any]) -> tuple[str | None, ...]:
    """E-mails and phones, the primary one first; where the person lives; whether it wants e-mail."""
    address = record.get("postal_address")
    place = address if isinstance(address, dict) else {}
    status = record.get("marketing_status")
    return (
        _joined(record.get("emails")),
        _joined(record.get("phones"), but="fax"),
        _text(place.get("locality")),
        _text(place.get("country")),
        status.replace("_", " ") if isinstance(status, str) else None,
    )


def activity(record: Mapping[str, Any]) -> tuple[str | None, ...]:
    """When it is due and when it ends, by the universal clock as Pipedrive keeps it, and who takes part."""
    day, clock = record.get("due_date"), record.get("due_time")
    start = _moment(day, clock)
    end = _end(start, record.get("duration")) if start else None
    taking = record.get("participants")
    given = [one for one in taking if isinstance(one, dict)] if isinstance(taking, list) else []
    given.sort(key=lambda one: one.get("primary") is not True)
    people = [record.get("person_id"), *(one.get("person_id") for one in given)]
    return (
        _zulu(start) if start else day or None,
        _zulu(end) if end else None,
        SEPARATOR.join(dict.fromkeys(str(one) for one in people if one is not None)) or None,
    )


def address(given: Any, parts: Sequence[str]) -> tuple[str | None, ...]:
    """The street with its number where the address itself has it, and the address's parts."""
    found = given if isinstance(given, dict) else {}
    street, number, whole = (_text(found.get(name)) for name in ("route", "street_number", "value"))
    if street and number:
        before = f"{number} {street}"
        street = before if before in (whole or "") else f"{street} {number}"
    return (street, *(_text(found.get(part)) for part in parts))


def _joined(given: Any, but: str | None = None) -> str | None:
    """The values of e-mails or phones, the primary one first, without those whose label has the word `but`."""
    if not isinstance(given, list):
        return None
    if len(given) == 1 and but is None:
        return _text(given[0].get("value")) if isinstance(given[0], dict) else None
    said = [one for one in given if isinstance(one, dict) and _text(one.get("value"))]
    if but is not None:
        said = [one for one in said if but not in str(one.get("label") or "").casefold()]
    said.sort(key=lambda one: one.get("primary") is not True)
    return SEPARATOR.join(dict.fromkeys(one["value"].strip() for one in said)) or None


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _moment(day: Any, clock: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{day}T{clock}") if day and clock else None
    except ValueError:
        return None


def _end(start: datetime, length: Any) -> datetime | None:
    """When something ends that lasts so long; None where it has no length, or ends when no calendar has a day."""
    try:
        hours, minutes, *seconds = (int(part) for part in str(length).split(":"))
        lasts = timedelta(hours=hours, minutes=minutes, seconds=sum(seconds[:1]))
        return start + lasts if lasts else None
    except (ValueError, OverflowError):
        return None


def _zulu(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

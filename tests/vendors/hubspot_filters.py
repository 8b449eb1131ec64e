"""What a request to the HubSpot double may hold: filters, sorts, batches, and how it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.vendors.hubspot_shelf import EVER
from tests.vendors.hubspot_world import change_property

SCOPES: Final = {
    "contacts": "crm.objects.contacts.read",
    "companies": "crm.objects.companies.read",
    "emails": "sales-email-read",
}

CORRELATION: Final = "aeb5f871-7f07-4993-9211-075dc63e7cbf"


class Refusal(Exception):
    """An answer other than success."""

    def __init__(self, status: int, category: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.category, self.message, self.more = status, category, message, more


def number(given: Any, least: int, most: int) -> int:
    """A number within bounds."""
    if not str(given).isdigit() or not least <= int(given) <= most:
        raise Refusal(400, "VALIDATION_ERROR", f"{given} is not between {least} and {most}")
    return int(given)


def inputs(body: Mapping[str, Any], most: int) -> list[dict[str, str]]:
    """The inputs of a batch."""
    given: list[dict[str, str]] = body["inputs"]
    if not 1 <= len(given) <= most or not all(isinstance(one["id"], str) and one["id"].isdigit() for one in given):
        raise Refusal(400, "VALIDATION_ERROR", f"a batch has 1 to {most} inputs, each with an id")
    return given


def bounds(kind: str, groups: list[Any]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The bounds of change time and id that the filters set, both included."""
    filters = [one for group in groups for one in group["filters"]]
    if len(groups) > 5 or any(len(group["filters"]) > 6 for group in groups) or len(filters) > 18:
        raise Refusal(400, "VALIDATION_ERROR", "too many filters")
    if len(groups) > 1:
        raise Refusal(400, "VALIDATION_ERROR", "this double takes one group of filters")
    found = {change_property(kind): EVER, "hs_object_id": EVER}
    for one in filters:
        name, operator, text = one["propertyName"], one["operator"], one.get("value")
        if name not in found or not isinstance(text, str) or not text.lstrip("-").isdigit():
            raise Refusal(400, "VALIDATION_ERROR", f"{name} {operator}: no such filter")
        (low, high), value = found[name], int(text)
        moved = {
            "GT": (max(low, value + 1), high),
            "GTE": (max(low, value), high),
            "LT": (low, min(high, value - 1)),
            "LTE": (low, min(high, value)),
            "EQ": (max(low, value), min(high, value)),
        }
        if operator not in moved:
            raise Refusal(400, "VALIDATION_ERROR", f"{name} {operator}: this double has no such filter")
        found[name] = moved[operator]
    return found[change_property(kind)], found["hs_object_id"]


def sorted_by_change(kind: str, sorts: list[Any]) -> bool:
    """Whether a search is sorted by change time; else it is by id."""
    known = [
        [],
        *([{"propertyName": one, "direction": "ASCENDING"}] for one in ("hs_object_id", change_property(kind))),
    ]
    if sorts not in known:
        raise Refusal(400, "VALIDATION_ERROR", "one sort at most, by id or change time")
    return sorts != known[1]  # unsorted, the order of ids is not to be relied on


def said_of(category: str, message: str) -> dict[str, Any]:
    """The body of a refusal."""
    return {"status": "error", "message": message, "correlationId": CORRELATION, "category": category}

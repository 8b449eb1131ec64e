"""Records as HubSpot gives them → a page of rows: all properties as received, beside them our own columns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from connectors.api import Page
from connectors.contract import REJECTED_SCHEMA
from connectors.hubspot.kinds import Kind
from connectors.hubspot.layouts import CHANGED, COMPANY_IDS, CONTACT_IDS, ID, MERGED, TOMBSTONE, TYPE
from connectors.rows import batch

ASSOCIATED: Final = {"contacts": CONTACT_IDS, "companies": COMPANY_IDS}
"""The columns with the ids of what a record is associated with, by its object."""

Associations = Mapping[str, Mapping[str, Sequence[str]]]
"""By object: the ids of what records are associated with, by the records' own ids."""


@dataclass(slots=True)
class Shape:
    """The columns that all pages of one stream have while the source is open."""

    kind: Kind
    labels: Mapping[str, str]
    """The account's properties with their labels."""
    properties: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        activity = self.kind.object == "activities"
        needed = (ID, self.kind.change, *(() if activity else (MERGED,)))
        self.properties = tuple(dict.fromkeys((*needed, *self.labels)))
        own = (CHANGED, TOMBSTONE, *((TYPE,) if activity else ()), *(ASSOCIATED[to] for to in self.kind.associated))
        self.columns = (ID, *own, *(one for one in self.properties if one != ID))


@dataclass(slots=True)
class Pages:
    """The pages of one pull: counts its records, and sets aside what is no record."""

    shape: Shape
    _count: int = 0
    _rejected: list[dict[str, Any]] = field(default_factory=list)

    def usable(self, results: Sequence[Any]) -> list[dict[str, Any]]:
        """The records among what a list answered; the others are set aside in the next page."""
        found = []
        for one in results:
            self._count += 1
            if (reason := _unusable(one)) is None:
                found.append(one)
            else:
                text = json.dumps(one, ensure_ascii=False)
                self._rejected.append({"line": self._count, "reason": reason, "text": text})
        return found

    def page(self, records: Sequence[Mapping[str, Any]], cursor: object, associations: Associations) -> Page:
        """A page of records that are usable."""
        rows = [self._row(record, associations) for record in records]
        rejected = pa.Table.from_pylist(self._rejected, REJECTED_SCHEMA) if self._rejected else None
        self._rejected = []
        return Page(batch(rows, self.shape.columns), None if cursor is None else str(cursor), rejected)

    def _row(self, record: Mapping[str, Any], associations: Associations) -> dict[str, Any]:
        kind, properties = self.shape.kind, record["properties"]
        row = dict(properties)
        row[ID] = record["id"]
        row[TYPE] = kind.word  # a column of activities alone
        row[CHANGED] = _changed(record, properties.get(kind.change))
        if record.get("archived") is True:
            row[TOMBSTONE] = "archived"
        for to, found in associations.items():
            row[ASSOCIATED[to]] = ";".join(_ordered(found.get(record["id"], ()), properties.get("associatedcompanyid")))
        return row


def _unusable(record: Any) -> str | None:
    if not isinstance(record, dict):
        return "it is no object"
    if not isinstance(record.get("id"), str) or not record["id"].isdecimal():
        return "it has no id"
    return None if isinstance(record.get("properties"), dict) else "it has no properties"


def _changed(record: Mapping[str, Any], property_: Any) -> Any:
    """When it changed: an archived record when it was archived. Milliseconds, as old properties have, become ISO."""
    given = record.get("archivedAt") if record.get("archived") is True else property_
    if isinstance(given, str) and given.isdecimal():
        try:
            return datetime.fromtimestamp(int(given) / 1000, UTC).isoformat()
        except (ValueError, OverflowError, OSError):
            return given
    return given or record.get("updatedAt")


def _ordered(ids: Sequence[str], primary: Any) -> Sequence[str]:
    """The ids, a contact's primary company first: its property may be newer than the list."""
    return [primary, *(one for one in ids if one != primary)] if primary in ids else ids

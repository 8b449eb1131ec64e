"""Records of Pipedrive → pages of rows: columns of what came, of custom fields, and of what was made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from connectors.api import Page
from connectors.contract import REJECTED_SCHEMA
from connectors.pipedrive.fields import Fields, worded_column
from connectors.pipedrive.streams import FURTHER, TOMBSTONE, Kind
from connectors.rows import batch

_CUSTOM: Final = "custom_fields"


@dataclass(slots=True)
class Shape:
    """The columns of one pull, and how many records it gave so far."""

    kind: Kind
    fields: Fields
    counted: int = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """The same in all pages of a pull."""
        return (
            *self.kind.received,
            *self.kind.own,
            *(worded_column(code) for code in self.kind.worded),
            *self.fields.custom,
            *(worded_column(code) for code in self.fields.worded),
            *(TOMBSTONE, FURTHER),
        )

    def page(
        self, records: Sequence[Mapping[str, Any]], unusable: Sequence[tuple[Any, str]] = (), cursor: str | None = None
    ) -> Page:
        """A page of rows, and of records that cannot be used."""
        known = {*self.kind.received, *self.fields.custom, _CUSTOM}
        rows = batch([self._row(record, known) for record in records], self.columns)
        first = self.counted + len(records) + 1
        self.counted += len(records) + len(unusable)
        set_aside = [
            {"line": line, "reason": reason, "text": json.dumps(record, ensure_ascii=False)}
            for line, (record, reason) in enumerate(unusable, first)
        ]
        return Page(rows, cursor, pa.Table.from_pylist(set_aside, REJECTED_SCHEMA) if set_aside else None)

    def _row(self, record: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
        given = record.get(_CUSTOM)
        custom = given if isinstance(given, dict) else {}
        row = {**custom, **record, **self.kind.make(record)}
        for code in self.kind.worded:
            row[worded_column(code)] = self.fields.words(code, record.get(code))
        for code in self.fields.worded:
            row[worded_column(code)] = self.fields.words(code, custom.get(code))
        row[TOMBSTONE] = "deleted" if is_deleted(record) else None
        further = {key: record[key] for key in record.keys() - known}
        if unknown := {key: custom[key] for key in custom.keys() - known}:
            further[_CUSTOM] = unknown
        elif given and not custom:
            further[_CUSTOM] = given
        row[FURTHER] = json.dumps(further, ensure_ascii=False, sort_keys=True) if further else None
        return row


def is_deleted(record: Mapping[str, Any]) -> bool:
    """Whether a record says of itself that it is deleted: v2 says `is_deleted`, v1 says that it is not active."""
    return record.get("is_deleted") is True or record.get("active_flag") is False

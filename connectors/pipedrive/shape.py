"""Records of Pipedrive → pages of rows: columns of what came, of custom fields, and of what was made of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from connectors.api import Page
from connectors.contract import REJECTED_SCHEMA
from connectors.pipedrive.fields import Fields, worded_column
from connectors.pipedrive.streams import FURTHER, TOMBSTONE, Kind
from connectors.rows import batch_of

_CUSTOM: Final = "custom_fields"


@dataclass(slots=True)
class Shape:
    """The columns of one pull, and how many records it gave so far."""

    kind: Kind
    fields: Fields
    counted: int = 0
    _known: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._known = frozenset({*self.kind.received, _CUSTOM})

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
        """A page of rows, and of records that cannot be used.

        A record that cannot be made into a row, whatever the reason, is set aside with those; the reason names the
        kind of error alone, since its message may hold a value.
        """
        unusable = list(unusable)
        try:
            rows = self._rows(records)
        except MemoryError:  # no record's fault
            raise
        except Exception:  # noqa: BLE001 - whatever is wrong with one record, each is tried by itself
            records, failed = self._parted(records)
            unusable += failed
            rows = self._rows(records)
        first = self.counted + len(records) + 1
        self.counted += len(records) + len(unusable)
        set_aside = [
            {"line": line, "reason": reason, "text": _text(record)}
            for line, (record, reason) in enumerate(unusable, first)
        ]
        return Page(rows, cursor, pa.Table.from_pylist(set_aside, REJECTED_SCHEMA) if set_aside else None)

    def _rows(self, records: Sequence[Mapping[str, Any]]) -> pa.RecordBatch:
        return batch_of(list(self._values(records)), self.columns)

    def _parted(
        self, records: Sequence[Mapping[str, Any]]
    ) -> tuple[list[Mapping[str, Any]], list[tuple[Mapping[str, Any], str]]]:
        """The records that can be made into rows, and the others, each with the reason."""
        usable, failed = [], []
        for record in records:
            try:
                self._rows([record])
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001 - it costs this record alone
                failed.append((record, f"it cannot be made into a row: {type(error).__name__}"))
            else:
                usable.append(record)
        return usable, failed

    def _values(self, records: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Any]]:
        """The values of all columns, in their order."""
        custom = [given if isinstance(given := record.get(_CUSTOM), dict) else {} for record in records]
        made = [self.kind.make(record) for record in records]
        for name in self.kind.received:
            yield [record.get(name) for record in records]
        yield from zip(*made, strict=True) if made else ([] for _ in self.kind.own)
        for code in self.kind.worded:
            yield [self.fields.words(code, record.get(code)) for record in records]
        for code in self.fields.custom:
            yield [given.get(code) for given in custom]
        for code in self.fields.worded:
            yield [self.fields.words(code, given.get(code)) for given in custom]
        yield ["deleted" if is_deleted(record) else None for record in records]
        yield [self._further(record, given) for record, given in zip(records, custom, strict=True)]

    def _further(self, record: Mapping[str, Any], custom: Mapping[str, Any]) -> str | None:
        """What of a record has no column, as JSON."""
        further = {name: record[name] for name in record.keys() - self._known}
        if unknown := {code: custom[code] for code in custom.keys() - self.fields.keys}:
            further[_CUSTOM] = unknown
        elif not custom and record.get(_CUSTOM):
            further[_CUSTOM] = record[_CUSTOM]
        return json.dumps(further, ensure_ascii=False, sort_keys=True) if further else None


def _text(record: Any) -> str:
    """A record as JSON; where it holds half a character, with that escaped."""
    text = json.dumps(record, ensure_ascii=False)
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def is_deleted(record: Mapping[str, Any]) -> bool:
    """Whether a record says of itself that it is deleted: v2 says `is_deleted`, v1 says that it is not active."""
    return record.get("is_deleted") is True or record.get("active_flag") is False

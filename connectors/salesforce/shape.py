"""Records of Salesforce → pages of rows: its fields as they came, and beside them what is made of several."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from connectors.api import Page
from connectors.contract import REJECTED_SCHEMA
from connectors.rows import batch_of, schema
from connectors.salesforce.fields import Fields
from connectors.salesforce.objects import COMPANY_IDS, CONTACT_IDS, MERGED_INTO, SEPARATOR, TOMBSTONE, Kind
from connectors.salesforce.position import ID

_ID: Final = f"^{ID.pattern}$"
_NO_ID: Final = "it has no Id"

_CONTACT, _LEAD, _COMPANY = "003", "00Q", "001"
"""How the ids of contacts, leads and accounts begin, in each organisation."""

Rows = Mapping[str, pa.Array]


@dataclass(slots=True)
class Shape:
    """The columns of one pull, and how many records it gave so far."""

    kind: Kind
    fields: Fields
    counted: int = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """The same in all pages of a pull."""
        return (*self.fields.names, *self.kind.own)

    def batch(self, records: Sequence[Any]) -> tuple[pa.RecordBatch, list[tuple[str, str]]]:
        """Rows of records in JSON, and the records that cannot be used, each as text with the reason."""
        good, unusable = [], []
        for record in records:
            if isinstance(record, dict) and ID.fullmatch(str(record.get("Id"))):
                good.append(record)
            else:
                unusable.append((json.dumps(record, ensure_ascii=False), _NO_ID))
        found = batch_of([[record.get(name) for record in good] for name in self.fields.names], self.fields.names)
        return self._with_own(found.columns), unusable

    def of_table(self, table: pa.Table, misfits: Sequence[str]) -> tuple[pa.RecordBatch, list[tuple[str, str]]]:
        """Rows of a table of text that has the fields' columns, and what cannot be used."""
        unusable = [(text, "its cells do not fit the columns") for text in misfits]
        usable = pc.fill_null(pc.match_substring_regex(table["Id"], _ID), False)
        if not pc.all(usable).as_py():
            for row in table.filter(pc.invert(usable)).to_pylist():
                unusable.append((json.dumps(row, ensure_ascii=False), _NO_ID))
            table = table.filter(usable)
        table = table.combine_chunks()
        arrays = [_array(table[name]) for name in self.fields.names]
        return self._with_own(arrays), unusable

    def page(self, rows: pa.RecordBatch, unusable: Sequence[tuple[str, str]] = (), cursor: str | None = None) -> Page:
        """A page of rows, and of records that are set aside."""
        first = self.counted + rows.num_rows + 1
        self.counted += rows.num_rows + len(unusable)
        set_aside = [
            {"line": line, "reason": reason, "text": text} for line, (text, reason) in enumerate(unusable, first)
        ]
        return Page(rows, cursor, pa.Table.from_pylist(set_aside, REJECTED_SCHEMA) if set_aside else None)

    def _with_own(self, arrays: Sequence[pa.Array]) -> pa.RecordBatch:
        rows = dict(zip(self.fields.names, arrays, strict=True))
        own = [_OWN[name](rows) for name in self.kind.own]
        return pa.record_batch([*arrays, *own], schema=schema(self.columns))


def _array(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.array([], pa.string())


def _tombstone(rows: Rows) -> pa.Array:
    """What became of a record. A lead that is a contact now is told as that, though it was deleted since."""
    merged, converted, deleted = _fates(rows)
    names = pa.scalar("merged"), pa.scalar("converted"), pa.scalar("deleted")
    return pc.case_when(pc.make_struct(merged, converted, deleted), *names, pa.scalar(None, pa.string()))


def _merged_into(rows: Rows) -> pa.Array:
    merged, converted, _ = _fates(rows)
    choices = _column(rows, "MasterRecordId"), _column(rows, "ConvertedContactId")
    return pc.case_when(pc.make_struct(merged, converted), *choices, pa.scalar(None, pa.string()))


def _fates(rows: Rows) -> tuple[pa.Array, pa.Array, pa.Array]:
    deleted = _true(rows, "IsDeleted")
    merged = pc.and_(deleted, pc.is_valid(_column(rows, "MasterRecordId")))
    contact = pc.is_valid(_column(rows, "ConvertedContactId"))
    # Without a contact to go on with, that a lead was deleted says more.
    converted = pc.and_(_true(rows, "IsConverted"), pc.or_(contact, pc.invert(deleted)))
    return merged, converted, deleted


def _contact_ids(rows: Rows) -> pa.Array:
    who = _column(rows, "WhoId")
    person = pc.or_(pc.starts_with(who, _CONTACT), pc.starts_with(who, _LEAD))
    return pc.if_else(person, who, pa.scalar(None, pa.string()))


def _company_ids(rows: Rows) -> pa.Array:
    """What an activity is about, where that is a company, and the company that Salesforce itself works out."""
    what, account = _column(rows, "WhatId"), _column(rows, "AccountId")
    about = pc.if_else(pc.starts_with(what, _COMPANY), what, pa.scalar(None, pa.string()))
    differ = pc.not_equal(about, account)
    both = pc.if_else(differ, pc.binary_join_element_wise(about, account, SEPARATOR), pa.scalar(None, pa.string()))
    return pc.coalesce(both, about, account)


def _column(rows: Rows, name: str) -> pa.Array:
    found = rows.get(name)
    return found if found is not None else pa.nulls(len(rows["Id"]), pa.string())


def _true(rows: Rows, name: str) -> pa.Array:
    return pc.fill_null(pc.equal(_column(rows, name), "true"), False)


_OWN: Final[Mapping[str, Callable[[Rows], pa.Array]]] = {
    TOMBSTONE: _tombstone,
    MERGED_INTO: _merged_into,
    CONTACT_IDS: _contact_ids,
    COMPANY_IDS: _company_ids,
}

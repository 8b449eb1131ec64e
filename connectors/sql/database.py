"""A database that answers a query: in batches of text, whole or by the rows' change times."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, Self
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.errors import ConfigurationError

ROWS: Final = 10_000
"""Rows of one batch."""

MOMENT: Final = "crm_bridge_moment"
"""The last column of an answer by change times: a row's in microseconds since 1970, as text; null where it has none."""

_NO_SQL: Final = re.compile(r"(?:[\s;]++|--[^\r\n]*+|/\*(?>.*?\*/))*+", re.DOTALL)
"""What may stand behind a statement: blanks, semicolons, comments."""

Kind = Literal["zoned", "naive", "day"]
"""What a column of times holds: moments, times on a clock without its zone, days."""


@dataclass(frozen=True, slots=True)
class Span:
    """Rows by the time in `column`: [start, end), with time zones; None: no bound."""

    column: str
    start: datetime | None = None
    end: datetime | None = None
    undated: bool = False
    """Whether rows without a time belong to it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the query's answer, and its type in the database's own word."""

    name: str
    type: str

    @property
    def sql(self) -> str:
        """The column of the query, as SQL."""
        return f"q.{quoted(self.name)}"


@dataclass(frozen=True, slots=True)
class Query:
    """One SELECT as it stands in the settings."""

    text: str
    key: str
    """The settings' key that it comes from, for messages."""
    order: str | None = None
    """The column that rows are ordered by, where they are not ordered by time."""
    zone: str = "UTC"
    """The zone of times that bear none."""

    def wrong(self, what: str, guidance: str = "Mend the query.") -> ConfigurationError:
        """The error of a query that cannot be asked."""
        return ConfigurationError(f"{self.key}: {what}", guidance=guidance)


class Database(ABC):
    """One connection that only reads, used in the thread that opened it."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self._columns: tuple[Column, ...] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What each database says

    @abstractmethod
    def stop(self) -> None:
        """Let whatever it is about end with an error; called from another thread."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    @property
    @abstractmethod
    def account(self) -> str:
        """Which database it is, for people."""

    @abstractmethod
    def described(self) -> tuple[Column, ...]:
        """The columns of the answer, as the query names them.

        Raises:
            ConfigurationError: It is no SELECT, is more than one statement, or names what is not there.
        """

    @abstractmethod
    def parses(self, text: str) -> bool:
        """Whether the text is a statement as far as the database's parser sees, and no part of one."""

    @abstractmethod
    def answer(self, statement: str, bound: Sequence[Any]) -> Generator[pa.RecordBatch, None, None]:
        """Yield what a SELECT of text columns gives; `bound` takes the place of its question marks."""

    @abstractmethod
    def text(self, column: Column) -> str:
        """A column as text, as SQL."""

    @abstractmethod
    def kind(self, column: Column) -> Kind | None:
        """What the column holds; None: no times."""

    @abstractmethod
    def microseconds(self, column: Column) -> str:
        """A column of times in microseconds since 1970 as text, null where it names no moment, as SQL."""

    # What they share

    def columns(self) -> tuple[Column, ...]:
        """The columns of the answer, each name of one of them alone.

        Raises:
            ConfigurationError: The query cannot be asked, or gives two columns of one name.
        """
        if self._columns is not None:
            return self._columns
        found = self.described()
        seen: set[str] = set()
        for column in found:
            if column.name.casefold() in seen:
                raise self.query.wrong(f"it gives two columns called '{column.name}'.", "Rename one with AS.")
            seen.add(column.name.casefold())
        self._columns = found
        return found

    def statement(self) -> str:
        """The query without the semicolon that ends it and what stands behind, to be put in brackets.

        Only the database's own parser knows that semicolon from one in a text or a comment.
        """
        text = self.query.text
        ends = (at.start() for at in re.finditer(";", text) if _NO_SQL.fullmatch(text, at.end()))
        return next((text[:end] for end in ends if self.parses(text[:end])), text)

    def column(self, name: str, option: str) -> Column:
        """The column that an option names, in whatever case.

        Raises:
            ConfigurationError: The query gives none of this name.
        """
        for found in self.columns():
            if found.name.casefold() == name.casefold():
                return found
        raise self.query.wrong(f"it gives no column '{name}'.", f"Let `{option}` name a column that it gives.")

    def batches(self, span: Span | None = None) -> Generator[pa.RecordBatch, None, None]:
        """Yield the answer as text; with a span in the order of its times, undated rows first, and with `MOMENT` last.

        Times are ISO 8601 in UTC, decimals exact, booleans `true` and `false`; a list or a structure is JSON.

        Raises:
            ConfigurationError: The query cannot be asked, or its answer not be read.
        """
        parts = [f"{self.text(column)} AS {quoted(column.name)}" for column in self.columns()]
        order = self.column(self.query.order, "id_column").sql if self.query.order else ""
        where, bound = "", list[Any]()
        if span is not None:
            time = self.column(span.column, "change_column")
            parts.append(f"{self.microseconds(time)} AS {MOMENT}")
            where, bound = self._within(time, span)
            order = f"{self.compared(time)} NULLS FIRST{', ' if order else ''}{order}"
        tail = f"{where}{f' ORDER BY {order}' if order else ''}"
        # Every part is quoted or ours; the query is the settings', and was seen to be one SELECT.
        yield from self.answer(f"SELECT {', '.join(parts)} FROM (\n{self.statement()}\n) AS q{tail}", bound)  # noqa: S608

    def bind(self, moment: datetime, kind: Kind) -> Any:
        """A moment in the form that a column of this kind is compared with."""
        if kind == "zoned":
            return moment
        clock = moment.astimezone(ZoneInfo(self.query.zone)).replace(tzinfo=None)
        return clock if kind == "naive" else clock.date()

    def place(self, value: Any, bound: list[Any]) -> str:
        """Bind a value; returns what stands for it in the statement."""
        bound.append(value)
        return "?"

    def compared(self, column: Column) -> str:
        """A column of times in the form that moments are compared with, as SQL."""
        return column.sql

    def _within(self, column: Column, span: Span) -> tuple[str, list[Any]]:
        kind = self.kind(column)
        if kind is None:
            cast = f"CAST({column.name} AS TIMESTAMPTZ)"
            raise self.query.wrong(f"change_column '{column.name}' is {column.type}, no time.", f"Give it as {cast}.")
        time, bound = self.compared(column), list[Any]()
        told = [
            f"{time} {sign} {self.place(self.bind(at, kind), bound)}"
            for sign, at in ((">=", span.start), ("<", span.end))
            if at is not None
        ]
        if span.undated:
            told = [f"({' AND '.join(told)} OR {time} IS NULL)"] if told else []
        return f" WHERE {' AND '.join(told)}" if told else "", bound


def quoted(name: str) -> str:
    """An identifier as SQL."""
    return '"' + name.replace('"', '""') + '"'


def as_batch(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> pa.RecordBatch:
    """Rows of text as a batch."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    arrays = [pa.array(column, pa.string()) for column in columns]
    return pa.record_batch(arrays, schema=pa.schema([(name, pa.string()) for name in names]))

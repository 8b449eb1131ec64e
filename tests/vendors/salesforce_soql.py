"""A small, strict reader of SOQL: the shapes that a pull needs, and Salesforce's refusals of all others."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

Fetch = Callable[[str], Callable[[int], Any]]
"""By a field's name, what gives its value by a record's number."""
Test = Callable[[int], bool]

_TOKEN: Final = re.compile(
    r"\s+|(?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:Z|[+-]\d\d:\d\d))|(?P<number>\d+)"
    r"|(?P<text>'(?:[^'\\]|\\.)*')|(?P<word>[A-Za-z][A-Za-z0-9_.]*)|(?P<sign><=|>=|!=|<|>|=|\(|\)|,)"
)
_KEYWORDS: Final = frozenset({"SELECT", "FROM", "WHERE", "AND", "OR", "ORDER", "BY", "LIMIT", "ASC", "DESC", "COUNT"})


class Refused(Exception):
    """An answer that is an error, with Salesforce's code."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.body = [{"message": message, "errorCode": code}]


@dataclass(frozen=True, slots=True)
class Query:
    """What a query asks for."""

    columns: tuple[str, ...]
    """None are asked for by COUNT()."""
    entity: str
    where: Callable[[Fetch], Test] | None
    order: tuple[tuple[str, bool], ...]
    """Fields, each with whether it goes backwards."""
    limit: int | None


def read(soql: str, types: Mapping[str, Mapping[str, str]]) -> Query:
    """Read a query; `types` has the type of each field of each object."""
    return _Reader(soql, types).query()


class _Reader:
    """One query, token by token."""

    def __init__(self, soql: str, types: Mapping[str, Mapping[str, str]]) -> None:
        self._types = types
        self._fields: Mapping[str, str] = {}
        self._tokens: list[tuple[str, str]] = []
        place = 0
        while place < len(soql):
            found = _TOKEN.match(soql, place)
            if found is None:
                raise self._malformed(f"unexpected token: '{soql[place]}'")
            if found.lastgroup is not None:
                self._tokens.append((found.lastgroup, found[0]))
            place = found.end()

    def query(self) -> Query:
        """The whole of it."""
        self._want("SELECT")
        columns = self._columns()
        self._want("FROM")
        entity = self._word()
        if entity not in self._types:
            raise Refused("INVALID_TYPE", f"sObject type '{entity}' is not supported.")
        self._fields = self._types[entity]
        for column in columns:
            self._known(column, entity)
        if len({column.casefold() for column in columns}) != len(columns):
            raise Refused("INVALID_FIELD", "duplicate field selected")
        where = self._either() if self._has("WHERE") else None
        order: list[tuple[str, bool]] = []
        if self._has("ORDER"):
            self._want("BY")
            order.append(self._key(entity))
            while self._has(","):
                order.append(self._key(entity))
        limit = int(self._take("number")) if self._has("LIMIT") else None
        if self._tokens:
            raise self._malformed(f"unexpected token: '{self._tokens[0][1]}'")
        return Query(columns, entity, where, tuple(order), limit)

    def _columns(self) -> tuple[str, ...]:
        if self._has("COUNT"):
            self._want("(")
            self._want(")")
            return ()
        found = [self._word()]
        while self._has(","):
            found.append(self._word())
        return tuple(found)

    def _key(self, entity: str) -> tuple[str, bool]:
        name = self._word()
        self._known(name, entity)
        backwards = self._has("DESC")
        return name, backwards or (self._has("ASC") and False)

    def _either(self) -> Callable[[Fetch], Test]:
        """Conditions in a row; AND and OR side by side need parentheses, as in SOQL."""
        parts, between = [self._condition()], ""
        while (word := self._next()) in ("AND", "OR"):
            if between not in ("", word):
                raise self._malformed(f"unexpected token: {word}")
            between = word
            self._tokens.pop(0)
            parts.append(self._condition())
        choose = any if between == "OR" else all

        def make(fetch: Fetch) -> Test:
            tests = [part(fetch) for part in parts]
            return lambda number: choose(test(number) for test in tests)

        return make

    def _condition(self) -> Callable[[Fetch], Test]:
        if self._has("("):
            inner = self._either()
            self._want(")")
            return inner
        name = self._word()
        kind = self._known(name, "the entity")
        sign = self._take("sign")
        value = self._literal(name, kind)
        compare: dict[str, Callable[[Any, Any], bool]] = {
            "=": lambda one, other: one == other,
            "!=": lambda one, other: one != other,
            "<": lambda one, other: one is not None and one < other,
            ">": lambda one, other: one is not None and one > other,
            "<=": lambda one, other: one is not None and one <= other,
            ">=": lambda one, other: one is not None and one >= other,
        }
        if sign not in compare:
            raise self._malformed(f"unexpected token: '{sign}'")
        chosen = compare[sign]

        def make(fetch: Fetch) -> Test:
            given = fetch(name)
            return lambda number: chosen(given(number), value)

        return make

    def _literal(self, name: str, kind: str) -> Any:
        if not self._tokens:
            raise self._malformed("unexpected end of query")
        group, text = self._tokens.pop(0)
        if kind == "datetime" and group == "moment":
            return int(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000 + 0.5)
        if kind == "boolean" and text.upper() in ("TRUE", "FALSE"):
            return text.upper() == "TRUE"
        if kind in ("int", "double", "currency") and group == "number":
            return int(text)
        if kind not in ("datetime", "boolean", "int", "double", "currency") and group == "text":
            if kind in ("id", "reference") and not re.fullmatch(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?", text[1:-1]):
                raise Refused("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text[1:-1]}")
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        raise Refused("INVALID_FIELD", f"value of filter criterion for field '{name}' must be of type {kind}")

    def _known(self, name: str, entity: str) -> str:
        if name not in self._fields:
            raise Refused("INVALID_FIELD", f"No such column '{name}' on entity '{entity}'.")
        return self._fields[name]

    def _next(self) -> str:
        return self._tokens[0][1].upper() if self._tokens else ""

    def _has(self, wanted: str) -> bool:
        if self._next() == wanted:
            self._tokens.pop(0)
            return True
        return False

    def _want(self, wanted: str) -> None:
        if not self._has(wanted):
            raise self._malformed(f"expecting '{wanted}', found '{self._next() or 'EOF'}'")

    def _word(self) -> str:
        word = self._take("word")
        if word.upper() in _KEYWORDS:
            raise self._malformed(f"unexpected token: '{word}'")
        return word

    def _take(self, group: str) -> str:
        if not self._tokens or self._tokens[0][0] != group:
            raise self._malformed(f"unexpected token: '{self._next() or 'EOF'}'")
        return self._tokens.pop(0)[1]

    def _malformed(self, said: str) -> Refused:
        return Refused("MALFORMED_QUERY", said)

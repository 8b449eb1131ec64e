"""The fields that an account has made itself: their names for people, and the words of their options."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

SEPARATOR: Final = " | "
"""What stands between several values in a column of our own."""

WORDED: Final = frozenset({"enum", "set", "varchar_options", "monetary", "address", "daterange", "time", "timerange"})
"""Types of fields whose value comes as an option's number or as an object: they have a second column with words."""


@dataclass(frozen=True)
class Fields:
    """The fields of persons or organizations."""

    custom: tuple[str, ...] = ()
    """The keys of the account's own fields: 40 letters and digits each."""
    worded: tuple[str, ...] = ()
    """Those of them that have a second column."""
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The words of a field's options, by the option's id."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """The names by which people know columns, by column."""
    known: frozenset[str] = frozenset()
    """The keys of all fields."""

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of the account's own fields, as a set."""
        return frozenset(self.custom)

    @classmethod
    def of(cls, definitions: Iterable[Any]) -> Fields:
        """The fields that /personFields or /organizationFields list."""
        custom, worded, options, labels, known = [], [], {}, {}, set()
        for one in definitions:
            code, name = one["field_code"], one["field_name"]
            known.add(code)
            options[code] = {str(option["id"]): str(option["label"]) for option in one.get("options") or ()}
            if one.get("is_custom_field") and code not in custom:
                custom.append(code)
                labels[code] = name
                if one.get("field_type") in WORDED:
                    worded.append(code)
                    # By its name people mean what they read there, not an option's number.
                    labels[code], labels[worded_column(code)] = f"{name} (as stored)", name
        return cls(tuple(custom), tuple(worded), options, labels, frozenset(known))

    def words(self, code: str, value: Any) -> str | None:
        """What a person reads where a field has this value; None where it says nothing, or names no known option."""
        if value is None or value == []:
            return None
        if isinstance(value, list):
            said = [text for one in value if (text := self.words(code, one))]
            return SEPARATOR.join(text.replace(SEPARATOR, " / ") for text in said) or None
        if isinstance(value, dict):
            first, last = value.get("value", value.get("label")), value.get("until")
            unit = value.get("currency")
            parts = [plain(one) for one in (first, unit) if one is not None]
            return " ".join(parts + ([f"– {plain(last)}"] if last is not None else [])) or None
        options = self.options.get(code)
        return options.get(str(value)) if options else plain(value)


def worded_column(code: str) -> str:
    """The column with the words of a field."""
    return f"{code}_text"


def plain(value: Any) -> str:
    """A value as text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

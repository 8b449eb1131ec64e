"""The fields of an object that can be asked for, as the organisation describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from connectors.http import Unreadable

COMPOUND: Final = frozenset({"address", "location"})
"""Types made of other fields, which stand beside them; Bulk API 2.0 refuses them."""

BINARY: Final = frozenset({"base64"})

NEEDED: Final = ("Id", "SystemModstamp", "IsDeleted")
"""Without these there is no pull; nobody can be denied them."""

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one object that this user may read, in the order of the description."""

    names: tuple[str, ...]
    labels: Mapping[str, str]
    """The names by which people know them, by field."""

    @classmethod
    def of(cls, body: Any) -> Fields:
        """The fields of a describe's answer.

        Raises:
            Unreadable: it is none, or lacks a field without which there is no pull.
        """
        labels: dict[str, str] = {}
        for one in body["fields"]:
            name, label, kind = one["name"], one["label"], one["type"]
            if not isinstance(name, str) or not _NAME.fullmatch(name) or not isinstance(label, str):
                raise Unreadable("a field has no name")
            if kind not in COMPOUND and kind not in BINARY and not one.get("deprecatedAndHidden"):
                labels[name] = label
        if missing := [name for name in NEEDED if name not in labels]:
            raise Unreadable(f"it has no field {', '.join(missing)}")
        return cls(tuple(labels), labels)

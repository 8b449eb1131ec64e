"""Rows of the CRM's lists that it cannot show: which they are, and when a run may go on without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from connectors.errors import BridgeError
from connectors.giant_context.walk import Unread

ROWS: Final = pa.schema(
    [("object", pa.string()), ("place", pa.int64()), ("crm_id", pa.string()), ("reason", pa.string())]
)
"""The columns of `unreadable` and `not_exported`: a list, and the place in it or the id, whichever is known."""


def by_place(name: str, unread: Sequence[Unread]) -> list[dict[str, Any]]:
    """Rows of a list that are known by their places alone."""
    return [{"object": name, "place": one.place, "crm_id": None, "reason": one.reason} for one in unread]


def by_id(name: str, unread: Mapping[str, str]) -> list[dict[str, Any]]:
    """Contacts or companies that are known by their ids, with the reasons."""
    return [
        {"object": name, "place": None, "crm_id": crm_id, "reason": reason} for crm_id, reason in sorted(unread.items())
    ]


def of_strangers(name: str, unread: Sequence[Unread]) -> BridgeError:
    """The error of a list of which somebody unknown cannot be read."""
    first, more = unread[0], f", and {len(unread) - 1} more" if len(unread) > 1 else ""
    return BridgeError(
        f"no. {first.place} of the CRM's {name} cannot be read{more} ({first.reason}): "
        "what nobody can see might be created twice. Nothing was planned.",
        guidance="Have it mended in the CRM, and run again.",
    )

"""What an answer of Pipedrive says of itself, and the records of a list."""

from __future__ import annotations

from typing import Any

from connectors.http import Unreadable


def answer_of(body: Any) -> Any:
    """An answer that says that it is a success; Unreadable of another."""
    if not isinstance(body, dict) or body.get("success") is not True:
        raise Unreadable("it does not say that it is a success")
    return body


def page_of(body: Any) -> tuple[list[Any], str | None, bool]:
    """A list's records, v2's cursor of what follows, and whether v1 says that there is more."""
    data, told = answer_of(body).get("data"), body.get("additional_data") or {}
    if not isinstance(data or [], list):
        raise Unreadable("its data are no list")
    more = told.get("next_cursor")
    if more is not None and (not isinstance(more, str) or not more):
        raise Unreadable("its cursor is no text")
    return data or [], more, bool((told.get("pagination") or {}).get("more_items_in_collection"))

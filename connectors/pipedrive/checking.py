"""What an account says of itself → what somebody should know before it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connectors.api import Access
from connectors.errors import CallError
from connectors.http import Clock
from connectors.marks import server_time

DELETIONS: Final = "deletions"
"""The name under which recent changes are asked for."""


def access(
    address: str,
    user: Any,
    headers: Mapping[str, str],
    refused: Mapping[str, CallError],
    unasked: Sequence[str],
    clock: Clock,
) -> Access:
    """What the answers of a check come to.

    Args:
        address: where the account is.
        user: the answer of users/me.
        headers: its headers.
        refused: the streams, and maybe `DELETIONS`, that could not be read.
        unasked: fields of persons that are not asked for, since the account does not list them.
        clock: ours, where the server's is not told.
    """
    told = user.get("data")
    data = told if isinstance(told, dict) else {}
    notes = []
    left = headers.get("x-daily-requests-left", "").strip()
    if left.isdecimal():
        notes.append(f"{int(left):,} calls left today")
    if data.get("is_admin") in (False, 0):
        notes.append("the token's user is no administrator: records that this user may not see are not read")
    if DELETIONS in refused:
        notes.append(f"deletions are not told ({refused[DELETIONS].reason}): only those that lists show are seen")
    if unasked:
        notes.append(f"persons have no field {', '.join(unasked)}: who unsubscribed from campaigns is not told")
    wrong = tuple(
        f"{name}: {error.reason}. Give the token's user, or the app, the right to read them."
        for name, error in refused.items()
        if name != DELETIONS
    )
    number = data.get("company_id")
    account = f"company {number} on {address}" if type(number) is int else address
    return Access(account, tuple(notes), wrong, server_time(headers, clock))

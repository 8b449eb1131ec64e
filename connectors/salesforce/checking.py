"""What an organisation says of itself → what somebody should know before it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.api import Access
from connectors.errors import CallError
from connectors.salesforce.fields import Fields
from connectors.salesforce.objects import KINDS

ORGANISATION = "SELECT Id, Name, IsSandbox FROM Organization"


def access(
    address: str,
    organisation: Any,
    described: Mapping[str, Fields | CallError],
    used: tuple[int, int] | None,
    share: float,
    server_time: datetime,
) -> Access:
    """What the answers of a check come to.

    Args:
        address: where calls go.
        organisation: its record; None where that is not told.
        described: the fields of each stream's object, or why they were not told.
        used: how many calls of 24 hours are used, and how many there are.
        share: how much of them pulls may use.
        server_time: the server's clock.
    """
    account = address
    if isinstance(organisation, dict):
        sandbox = "a sandbox, " if organisation.get("IsSandbox") is True else ""
        account = f"{organisation.get('Name')} ({sandbox}{organisation.get('Id')}) on {address}"
    notes, wrong = [], []
    if used is not None:
        notes.append(f"{used[0]:,} of {used[1]:,} calls of 24 hours are used; pulls stop at {share:.0%}")
    for name, told in described.items():
        sobject = KINDS[name].sobject
        if isinstance(told, CallError):
            mend = f"Give the app's user the right to read the object {sobject}, and all its records (View All)."
            wrong.append(f"{name}: {told.reason}. {mend}")
        elif hidden := KINDS[name].unsaid(told.names):
            notes.append(f"{name}: no field {', '.join(hidden)} (field-level security hides it from the app's user)")
    return Access(account, tuple(notes), tuple(wrong), server_time)

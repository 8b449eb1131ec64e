"""What the CRM says of itself when it is asked whether a run could work with it, in a few calls that change nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from connectors.errors import BridgeError
from connectors.http.retry_after import http_date
from pipelines.settings import target
from pipelines.workspace import Workspace

LISTS: Final = ("companies", "activities")
"""What a run reads beside the contacts."""


CALL: Final = 0.8
"""The share of the time that one call may take, so that it is the call that says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an account answered."""

    contacts: int
    """How many it has."""
    refused: tuple[tuple[str, BridgeError], ...]
    """Lists that cannot be read, each with the reason."""
    limits: tuple[str, ...]
    """What its headers say of rate limits, as they say it."""
    server_time: datetime | None
    """Its clock."""
    asked: datetime
    answered: datetime
    """When it was asked for its clock, and had answered, by ours."""


def ask(work: Workspace, seconds: float) -> Asked:
    """Ask the account for a token, for one contact, and for one of each other list.

    Raises:
        ConfigurationError: there is no key in the environment.
        CallError: it cannot be reached, or refuses the key or its contacts.
        TimeoutError: all of it takes longer than so many seconds.
    """
    return asyncio.run(asyncio.wait_for(_ask(work, CALL * seconds), seconds))


async def _ask(work: Workspace, seconds: float) -> Asked:
    async with target.connect(work.settings, work.data, within=seconds) as crm:  # looking makes no folder
        contacts = await crm.list_contacts(page_size=1)
        lists = await asyncio.gather(
            crm.list_companies(page_size=1), crm.list_activities(page_size=1), return_exceptions=True
        )
        asked = datetime.now(UTC)
        headers = (await crm.exchange_token()).headers
        answered = datetime.now(UTC)
    for found in lists:
        if isinstance(found, BaseException) and not isinstance(found, BridgeError):
            raise found
    refused = tuple((name, found) for name, found in zip(LISTS, lists, strict=True) if isinstance(found, BridgeError))
    limits = tuple(f"{name} {headers[name]}" for name in headers if "ratelimit" in name.replace("-", "").lower())
    return Asked(contacts.meta.total, refused, limits, http_date(headers.get("date", "")), asked, answered)

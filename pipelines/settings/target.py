"""Which CRM, and the way to it: the embedded one in process, or an account over HTTP."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from connectors.errors import ConfigurationError, StateRefused
from connectors.giant_context.server import access
from connectors.giant_context.server.store import database
from pipelines.settings.sections import Settings

if TYPE_CHECKING:
    from connectors.giant_context.client import GiantContext
    from connectors.http.waiting import Told

SETTLE_SECONDS = 60.0
"""Longer than a lost request can still be under way over HTTP; in process nothing outlives its call."""

ATTEMPT_SECONDS = 30.0
"""How long one attempt of a call may take: less than the settle time."""


EMBEDDED = "embedded:"
"""What the name of an embedded CRM's account begins with; its own id follows."""


def account(settings: Settings, data: Path) -> str:
    """The name of the account in the ledger. A new embedded CRM is another account."""
    crm = settings.crm
    if crm.embedded:
        return f"{EMBEDDED}{database.instance_id(data)}"
    return f"{crm.base_url}/{crm.organization_id}/{crm.project_id}/{crm.app_id}"


def known_account(settings: Settings, data: Path) -> str:
    """The same, of an account that is there: an embedded CRM is not made by asking.

    Raises:
        StateRefused: the embedded CRM is not there.
    """
    if not is_there(settings, data):
        raise StateRefused(f"{data / 'crm.db'}: there is no embedded CRM.", guidance="Put it back first.")
    return account(settings, data)


def is_there(settings: Settings, data: Path) -> bool:
    """False of an embedded CRM that is not there; looking makes none."""
    return not settings.crm.embedded or database.database_file(data).exists()


def where(settings: Settings, data: Path) -> str:
    """The target in words."""
    crm = settings.crm
    return f"the embedded CRM in {data / 'crm.db'}" if crm.embedded else f"{crm.base_url} (app {crm.app_id})"


def opens_with(settings: Settings, data: Path, key: str) -> bool:
    """True of the key of the embedded CRM that is the target: a source with that key reads the target itself.

    Nothing else tells: all embedded CRMs have the same ids, and may be served at any address.
    """
    file = access.api_key_file(data)
    own = os.environ.get(access.API_KEY_VARIABLE, "").strip() or (
        file.read_text("utf-8").strip() if file.exists() else ""
    )
    return settings.crm.embedded and bool(own) and own == key


def settle_seconds(settings: Settings) -> float:
    """How long to wait before an operation that we lost sight of is looked for."""
    if settings.limits.settle_seconds is not None:
        return settings.limits.settle_seconds
    return 0.0 if settings.crm.embedded else SETTLE_SECONDS


@asynccontextmanager
async def connect(
    settings: Settings, data: Path, *, waiting: Told | None = None, within: float | None = None
) -> AsyncIterator[GiantContext]:
    """Open the way to the CRM for a while.

    Args:
        settings: which CRM, and how it is called.
        data: the data folder.
        waiting: is told of each call that waits.
        within: seconds in which each call must have an answer; it is made again as soon and as often as that allows.

    Raises:
        ConfigurationError: an account is named and no key is in the environment.
    """
    from connectors.giant_context.client import GiantContext  # noqa: PLC0415 - most commands make no call
    from connectors.http import Limits as HttpLimits  # noqa: PLC0415 - most commands make no call

    crm, limits = settings.crm, settings.limits
    bounds = HttpLimits(
        deadline=limits.deadline_seconds,
        attempt=min(ATTEMPT_SECONDS, limits.deadline_seconds),
        concurrency=limits.concurrency,
        requests_per_second=limits.requests_per_second,
        waiting=waiting,
    )
    if within is not None:
        bounds = bounds.hurried(within)
    if crm.base_url is not None:
        async with GiantContext(
            base_url=crm.base_url,
            organization_id=crm.organization_id or "",
            project_id=crm.project_id or "",
            app_id=crm.app_id or "",
            api_key=api_key(settings),
            limits=bounds,
            update_method=crm.update_method,
        ) as client:
            yield client
        return
    import httpx  # noqa: PLC0415 - most commands make no call

    from connectors.giant_context.server.app import create_app  # noqa: PLC0415 - an account needs no server of ours

    app = create_app(data)
    try:
        async with GiantContext(
            base_url="http://127.0.0.1",
            organization_id=access.ORGANIZATION_ID,
            project_id=access.PROJECT_ID,
            app_id=access.APP_ID,
            api_key=SecretStr(access.ensure_api_key(data)),
            transport=httpx.ASGITransport(app, raise_app_exceptions=False),
            limits=bounds,
            update_method=crm.update_method,
        ) as client:
            yield client
    finally:
        app.state.store.close()


def api_key(settings: Settings) -> SecretStr:
    """The key of the account, from the environment.

    Raises:
        ConfigurationError: it is not there.
    """
    from pipelines.settings.environment import Secrets  # noqa: PLC0415 - the embedded CRM has its own key

    key = Secrets().crm_api_key
    if key is None or not key.get_secret_value():
        raise ConfigurationError(
            f"crm.base_url is {settings.crm.base_url} but there is no API key.",
            guidance="Set the environment variable CRM_BRIDGE_CRM_API_KEY.",
        )
    return key

"""Which CRM, and the way to it: the embedded one in process, or an account over HTTP."""

from __future__ import annotations

from pathlib import Path

import httpx
from pydantic import SecretStr

from connectors.errors import ConfigurationError
from connectors.giant_context.client import GiantContext
from connectors.giant_context.server import access, store
from connectors.giant_context.server.app import create_app
from connectors.http import Limits as HttpLimits
from pipelines.settings import Secrets, Settings

SETTLE_SECONDS = 60.0
"""Longer than a lost request can still be under way over HTTP; in process nothing outlives its call."""


def account(settings: Settings, data: Path) -> str:
    """The name of the account in the ledger. A new embedded CRM is another account."""
    crm = settings.crm
    if crm.embedded:
        return f"embedded:{store.instance_id(data)}"
    return f"{crm.base_url}/{crm.organization_id}/{crm.project_id}/{crm.app_id}"


def where(settings: Settings, data: Path) -> str:
    """The target in words."""
    crm = settings.crm
    return f"the embedded CRM in {data / 'crm.db'}" if crm.embedded else f"{crm.base_url} (app {crm.app_id})"


def settle_seconds(settings: Settings) -> float:
    """How long to wait before an operation that we lost sight of is looked for."""
    if settings.limits.settle_seconds is not None:
        return settings.limits.settle_seconds
    return 0.0 if settings.crm.embedded else SETTLE_SECONDS


def connect(settings: Settings, data: Path) -> GiantContext:
    """Make the client.

    Raises:
        ConfigurationError: an account is named and no key is in the environment.
    """
    crm, limits = settings.crm, settings.limits
    http_limits = HttpLimits(
        deadline=limits.deadline_seconds,
        attempt=limits.deadline_seconds,
        concurrency=limits.concurrency,
        requests_per_second=limits.requests_per_second,
    )
    if crm.base_url is None:
        transport = httpx.ASGITransport(create_app(data), raise_app_exceptions=False)
        return GiantContext(
            base_url="http://127.0.0.1",
            organization_id=access.ORGANIZATION_ID,
            project_id=access.PROJECT_ID,
            app_id=access.APP_ID,
            api_key=SecretStr(access.ensure_api_key(data)),
            transport=transport,
            limits=http_limits,
            update_method=crm.update_method,
        )
    key = Secrets().crm_api_key
    if key is None or not key.get_secret_value():
        raise ConfigurationError(
            f"crm.base_url is {crm.base_url} but there is no API key.",
            guidance="Set the environment variable CRM_BRIDGE_CRM_API_KEY.",
        )
    return GiantContext(
        base_url=crm.base_url,
        organization_id=crm.organization_id or "",
        project_id=crm.project_id or "",
        app_id=crm.app_id or "",
        api_key=key,
        limits=http_limits,
        update_method=crm.update_method,
    )

"""The options of a HubSpot source, and what its secret may be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.api import Means
from connectors.errors import ConfigurationError
from connectors.hubspot.kinds import KINDS

StreamName = Literal["companies", "contacts", "notes", "calls", "emails", "meetings", "tasks"]


class Options(BaseModel):
    """The table `[sources.NAME.options]` of a source of the kind `hubspot`."""

    model_config = ConfigDict(extra="forbid")

    base_url: str = Field("https://api.hubapi.com", description="where the API is; plain http only on this machine")
    api_version: str = Field(
        "2026-09", pattern=r"^\d{4}-\d{2}(-beta)?$", description="the dated version of the API, part of each path"
    )
    portal_id: int | None = Field(
        None, gt=0, description="the account's number (Hub ID): makes addresses of records, and lets tokens change"
    )
    client_id: str | None = Field(None, description="the app's client id, where the secret is one of OAuth")
    streams: tuple[StreamName, ...] = Field(tuple(KINDS), min_length=1, description="what is pulled")  # type: ignore[arg-type]
    searches_per_second: float = Field(
        5.0, gt=0, description="the account's limit of searches, which all that search it share"
    )


@dataclass(frozen=True, slots=True)
class Refreshing:
    """What OAuth exchanges for a token."""

    client_id: str
    client_secret: str
    refresh_token: str


def secret_of(options: Options, means: Means) -> str | Refreshing:
    """Return the token that stands in the secret, or what is exchanged for one.

    Raises:
        ConfigurationError: there is no secret, or it has neither form; nothing of it is shown.
    """
    if means.secret is None:
        raise ConfigurationError(
            f"sources.{means.name}: {means.variable} is not set.",
            guidance="Put the access token of a HubSpot app into that environment variable.",
        )
    text = means.secret.get_secret_value()
    if not text.startswith("{"):
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ConfigurationError(f"{means.variable} holds no token: one word of ASCII characters is expected.")
        return text
    try:
        given = json.loads(text)
    except ValueError:
        given = {}
    parts = [given.get(name) for name in ("client_secret", "refresh_token")]
    if not all(isinstance(part, str) and part for part in parts):
        raise ConfigurationError(
            f"{means.variable} is no OAuth secret.", guidance='Give {"client_secret": "…", "refresh_token": "…"}.'
        )
    if not options.client_id:
        raise ConfigurationError(
            f"sources.{means.name}.options.client_id is missing.", guidance="OAuth needs the app's client id."
        )
    return Refreshing(options.client_id, *parts)

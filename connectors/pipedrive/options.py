"""What the settings say of a Pipedrive account, and who we are there."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.api import Means
from connectors.errors import ConfigurationError
from connectors.http import Auth, Clock, FixedToken, Grant, Http, TokenKeeper, Unreadable


class Options(BaseModel):
    """Which account is read."""

    model_config = ConfigDict(extra="forbid")

    company: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$",
        description="The company's part of its address: `acme` in https://acme.pipedrive.com",
    )
    base_url: str | None = Field(None, description="The account's address, instead of `company`")
    client_id: str | None = Field(None, min_length=1, description="The id of an OAuth app; without it, an API token")
    oauth_url: str = Field("https://oauth.pipedrive.com", description="Where an OAuth app gets its tokens")

    @model_validator(mode="after")
    def _one_account(self) -> Self:
        if (self.company is None) == (self.base_url is None):
            raise ValueError("give `company` (acme in https://acme.pipedrive.com) or `base_url`, and not both")
        return self

    @property
    def address(self) -> str:
        """Where the account is."""
        return self.base_url or f"https://{(self.company or '').lower()}.pipedrive.com"


class SignIn:
    """Who we are in the account: by an API token, or by an OAuth app's refresh token."""

    def __init__(self, options: Options, means: Means, clock: Clock) -> None:
        """Read the secret; nothing is sent yet.

        Raises:
            ConfigurationError: the secret is missing or of the wrong form; nothing of it is shown.
        """
        secret = means.secret.get_secret_value().strip() if means.secret is not None else ""
        self._http: Http | None = None
        self._keeper: TokenKeeper | None = None
        if options.client_id is None:
            self.auth: Auth = FixedToken(_token(secret, means.variable), header="x-api-token", scheme="")
            return
        client_secret, self._refresh_token = _app(secret, means.variable)
        self._basic = b64encode(f"{options.client_id}:{client_secret}".encode()).decode()
        self._http = Http(options.oauth_url, transport=means.transport, limits=means.limits, clock=means.clock)
        self.auth = self._keeper = TokenKeeper(self._exchange, clock)

    async def aclose(self) -> None:
        """Close the connection to where tokens come from."""
        if self._keeper is not None and self._http is not None:
            await self._keeper.aclose()
            await self._http.aclose()

    async def _exchange(self) -> Grant:
        assert self._http is not None  # noqa: S101 - only a keeper calls it
        answer = await self._http.call(
            "POST",
            "/oauth/token",
            route="/oauth/token",
            read=_granted,
            form={"grant_type": "refresh_token", "refresh_token": self._refresh_token},
            headers={"authorization": f"Basic {self._basic}"},
            anonymous=True,
        )
        grant, again = answer.value
        self._refresh_token = again or self._refresh_token
        return grant


def _granted(body: Any) -> tuple[Grant, str | None]:
    token, life, again = body["access_token"], body.get("expires_in"), body.get("refresh_token")
    if not isinstance(token, str) or not token:
        raise Unreadable("it holds no token")
    return Grant(token, float(life) if life is not None else None), again if isinstance(again, str) else None


def _token(secret: str, variable: str) -> str:
    if not secret:
        raise ConfigurationError(f"{variable} is not set.", guidance="Set it to the API token of a Pipedrive user.")
    if not secret.isascii() or not secret.isprintable() or any(letter in secret for letter in ' {"'):
        raise ConfigurationError(
            f"{variable} is no API token.",
            guidance="Give the token as Pipedrive shows it; for an OAuth app set `client_id`, too.",
        )
    return secret


def _app(secret: str, variable: str) -> tuple[str, str]:
    try:
        given = json.loads(secret)
        found = given["client_secret"], given["refresh_token"]
    except (ValueError, TypeError, LookupError):
        found = None, None
    if not all(isinstance(one, str) and one for one in found):
        guidance = 'With `client_id` it is JSON: {"client_secret": "…", "refresh_token": "…"}.'
        state = "does not hold what an OAuth app needs" if secret else "is not set"
        raise ConfigurationError(f"{variable} {state}.", guidance=guidance) from None
    return found

"""What the settings say of a Salesforce organisation, and how much of its calls may be used."""

from __future__ import annotations

from typing import Final, Literal, Self, get_args

import httpx
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_SHARED: Final = frozenset({"login.salesforce.com", "test.salesforce.com"})
"""Where the users of all organisations log in: such an address does not say which organisation is meant."""


StreamName = Literal["companies", "contacts", "leads", "tasks", "events"]


class Options(BaseModel):
    """Which organisation is read, and how."""

    model_config = ConfigDict(extra="forbid")

    login_url: str = Field(
        description="The organisation's My Domain, such as https://acme.my.salesforce.com: where tokens come from"
    )
    client_id: str = Field(min_length=1, description="The consumer key of the external client app")
    auth: Literal["client_credentials", "refresh_token", "jwt"] = Field(
        "client_credentials", description="How the app logs in; it decides what the secret is"
    )
    username: str | None = Field(None, min_length=1, description="With `jwt`: the user that the app acts for")
    audience: str | None = Field(
        None,
        description="With `jwt`: for whom the login is signed; https://login.salesforce.com, of a sandbox "
        "https://test.salesforce.com",
    )
    streams: tuple[StreamName, ...] = Field(
        get_args(StreamName), min_length=1, description="What is pulled: not every organisation works with leads"
    )
    api_version: str = Field("67.0", pattern=r"^[0-9]{2,3}\.0$", description="The version of the API")
    bulk_above: int = Field(20_000, ge=0, description="From more records than this on a pull goes by Bulk API 2.0")
    bulk_minutes: float = Field(60.0, gt=0, description="For so many minutes at most a bulk job is waited for")
    daily_share: float = Field(
        0.8, gt=0, le=1, description="A pull stops once so much of the organisation's calls of 24 hours is used"
    )
    deleted_days: int = Field(
        15, ge=1, description="After so many days without a pull it is said that deletions may have been missed"
    )

    @field_validator("login_url")
    @classmethod
    def _one_organisation(cls, text: str) -> str:
        try:
            host = httpx.URL(text.strip()).host
        except httpx.InvalidURL:
            host = ""
        if not host or host in _SHARED:
            raise ValueError("give the organisation's own address (Setup → My Domain), https://….my.salesforce.com")
        return text.strip().rstrip("/")

    @model_validator(mode="after")
    def _a_user_for_jwt(self) -> Self:
        if (self.username is not None) != (self.auth == "jwt"):
            raise ValueError('`username` belongs to auth = "jwt", which needs it')
        return self

    @property
    def signed_for(self) -> str:
        """The audience of a signed login."""
        sandbox = (httpx.URL(self.login_url).host or "").endswith(".sandbox.my.salesforce.com")
        return self.audience or f"https://{'test' if sandbox else 'login'}.salesforce.com"

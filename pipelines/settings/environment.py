"""What comes from the environment alone: secrets."""

from __future__ import annotations

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Secrets(BaseSettings):
    """`CRM_BRIDGE_CRM_API_KEY`: the key of the account."""

    model_config = SettingsConfigDict(env_prefix="CRM_BRIDGE_", extra="ignore")

    crm_api_key: SecretStr | None = None

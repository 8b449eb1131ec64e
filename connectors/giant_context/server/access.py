"""The way in: the API key of a data folder, the one tenant that an embedded CRM has, and its usual port."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from connectors.errors import StateRefused
from connectors.files import publish_once

ORGANIZATION_ID: Final = "local-org"
PROJECT_ID: Final = "local-project"
APP_ID: Final = "local-crm"

DEFAULT_PORT: Final = 8765
"""Where the embedded CRM listens unless it is told otherwise."""

API_KEY_VARIABLE: Final = "CRM_BRIDGE_CRM_API_KEY"


def api_key_file(data_dir: Path) -> Path:
    """Return where the API key of this data folder lies."""
    return data_dir / "crm-api-key"


def ensure_api_key(data_dir: Path) -> str:
    """Return the API key, making a random one on first use.

    The environment variable CRM_BRIDGE_CRM_API_KEY goes before the file, which is then neither read nor made.

    Raises:
        StateRefused: The file is there and holds no key.
    """
    given = os.environ.get(API_KEY_VARIABLE, "").strip()
    if given:
        return given
    path = api_key_file(data_dir)
    publish_once(path, _write_key)
    key = path.read_text(encoding="utf-8").strip()
    if not key:
        raise StateRefused(f"{path} is empty.", guidance="Remove it and start again: a new key is made.")
    return key


def _write_key(draft: Path) -> None:
    draft.write_text(f"gct_{secrets.token_urlsafe(32)}\n", encoding="utf-8")

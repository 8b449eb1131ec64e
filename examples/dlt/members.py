"""A resource of dlt in 20 lines: members of clubs, those that changed since the last pull."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import dlt
from dlt.sources.helpers import requests


@dlt.resource(primary_key="id")
def members(
    base_url: str,
    token: str,
    updated: dlt.sources.incremental[str] = dlt.sources.incremental("updated_at", initial_value=""),  # noqa: B008 - dlt's way
) -> Iterator[list[dict[str, Any]]]:
    """Yield pages of members. dlt remembers the greatest `updated_at`, and leaves out what it gave before."""
    url: str | None = f"{base_url}/members?{urlencode({'updated_since': updated.start_value or ''})}"
    while url is not None:
        answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}).json()
        yield [{**one, "first_name": one["name"]["first"], "last_name": one["name"]["last"]} for one in answer["data"]]
        url = answer["next"]

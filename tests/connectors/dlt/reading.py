"""What the resources of these tests yield, and a source of one of them."""

from __future__ import annotations

from typing import Any

from connectors.api import ApiSource
from tests.connectors.pulled import source

RESOURCES = "tests.connectors.dlt.resources"

PEOPLE = [
    {"id": number, "email": f"p{number}@acme.example", "updated_at": f"2026-01-0{number}"} for number in (1, 2, 3)
]


def people(function: str = "changed", secret: str | None = None, **options: Any) -> ApiSource:
    """A source of contacts of one of the resources."""
    return source("dlt", secret, resource=f"{RESOURCES}:{function}", **{"object": "contacts", **options})

"""The fixture of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.giant_context.server.crm import Crm, embedded


@pytest.fixture
def crm(tmp_path: Path) -> Iterator[Crm]:
    """Give a fresh CRM to one test."""
    with embedded(tmp_path) as opened:
        yield opened

"""The fixture of these tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """Give a fresh workshop to one test."""
    return Workshop(tmp_path)

"""The fixtures of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.shell import Shell, shell
from tests.pipelines.workshop import Workshop


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    """Give a fresh workshop to one test."""
    return Workshop(tmp_path)


@pytest.fixture(scope="session")
def crm_bridge() -> Iterator[Shell]:
    """Give the command line, whose imports are paid for once a session."""
    with shell() as opened:
        yield opened

"""The fixture that tests of several folders share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.pipelines.shell import Shell, shell


@pytest.fixture(scope="session")
def crm_bridge() -> Iterator[Shell]:
    """Give the command line, whose imports are paid for once a session."""
    with shell() as opened:
        yield opened

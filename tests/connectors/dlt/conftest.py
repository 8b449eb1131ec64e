"""The resources of these tests begin each test with the same three people."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.dlt.reading import PEOPLE


@pytest.fixture(autouse=True)
def rows() -> list[Any]:
    """What the resources yield: three people, if nobody says otherwise."""
    pytest.importorskip("dlt", reason="dlt is not installed: make dlt")
    from tests.connectors.dlt import resources

    resources.ROWS[:] = PEOPLE
    resources.SEEN.clear()
    return resources.ROWS

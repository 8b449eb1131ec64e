"""Counts in sentences."""

from __future__ import annotations

import pytest

from pipelines.report.counted import counted


@pytest.mark.parametrize(
    ("count", "words", "said"),
    [
        (0, "contacts created", "0 contacts created"),
        (1, "companies created", "1 company created"),
        (1, "people wait for a human", "1 person waits for a human"),
        (1, "records are gone", "1 record is gone"),
        (1, "refused by the CRM", "1 refused by the CRM"),
        (1, "pairs of contacts that may be one person", "1 pair of contacts that may be one person"),
        (1500, "writes", "1,500 writes"),
    ],
)
def test_one_is_said_in_the_singular(count: int, words: str, said: str) -> None:
    """What is counted and what it does agree with the number; the rest is left as it is."""
    assert counted(count, words) == said

"""Who is who, as the ledger keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.ledger.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Give a fresh ledger."""
    with closing(Ledger(tmp_path / "ledger.db", "account")) as ledger:
        yield ledger


def test_the_older_person_has_the_lower_sequence(ledger: Ledger) -> None:
    """A record that moves to another person says nothing of that one's age; placed again, it keeps its own."""
    ledger.identities.place("contacts", [("r1", "ada"), ("r2", "alan")], [("ada", "crm-1")])
    ledger.identities.place("contacts", [("r3", "grace"), ("r2", "ada")], [("ada", "crm-2")])
    rows = {
        row["record_key"]: (row["entity_id"], row["sequence"])
        for row in ledger.identities.entities("contacts").to_pylist()
    }
    assert rows == {"r1": ("ada", 1), "r2": ("ada", 4), "r3": ("grace", 3)}
    assert ledger.identities.crm_id("contacts", "ada") == "crm-2"

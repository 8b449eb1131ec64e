"""Cursors: where the pull of each stream goes on."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from pipelines.ledger.cursors import Cursor
from pipelines.ledger.ledger import Ledger

FIRST = Cursor("a", "portal 1", "crm/contacts/000001-ab", 1, "run 1", 10.0)
SECOND = Cursor("b", "portal 1", "crm/contacts/000002-cd", 2, "run 2", 20.0)


def test_a_cursor_is_there_after_the_file_was_closed(tmp_path: Path) -> None:
    """It stands under its source and stream, whatever the account."""
    with closing(Ledger(tmp_path / "ledger.db", "one")) as ledger:
        assert ledger.cursors.move("crm", "contacts", None, FIRST)
    with closing(Ledger(tmp_path / "ledger.db", "two")) as ledger:
        assert ledger.cursors.all() == {("crm", "contacts"): FIRST}


def test_a_cursor_that_another_run_moved_is_left_alone(tmp_path: Path) -> None:
    """Of two runs that began at the same cursor, the first to land moves it."""
    with closing(Ledger(tmp_path / "ledger.db", "one")) as ledger:
        ledger.cursors.move("crm", "contacts", None, FIRST)
        assert ledger.cursors.move("crm", "contacts", FIRST, SECOND)
        assert not ledger.cursors.move("crm", "contacts", FIRST, FIRST)
        assert not ledger.cursors.move("crm", "contacts", None, FIRST)
        assert ledger.cursors.all()["crm", "contacts"] == SECOND

"""A ledger with something in it, for tests."""

from __future__ import annotations

from pathlib import Path

from pipelines.ledger.effects import Effect, Operation
from pipelines.ledger.ledger import Ledger

CREATE = Operation("key-c", "contacts", "create", "ada", {"firstName": "Ada"}, {"first_name": "Ada"})
LOG = Operation("key-l", "activities", "log", "ada", {"description": "x"}, {}, parent="key-c")


def filled(path: Path) -> Ledger:
    """A ledger whose one contact is made, and its entry owed."""
    ledger = Ledger(path, "account")
    ledger.journal.intend("r", [CREATE, LOG])
    ledger.journal.mark_done([Effect(CREATE, "crm-1", {"first_name": "Ada"})])
    return ledger

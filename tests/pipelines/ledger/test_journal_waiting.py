"""What the journal has for a run to look for, and how what was found ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.ledger.effects import Effect, Operation
from pipelines.ledger.ledger import Ledger

CREATE = Operation("key-c", "contacts", "create", "ada", {"lastName": "L"}, {"last_name": "L"})
LOG = Operation("key-l", "activities", "log", "ada", {"description": "Imported"}, {}, parent="key-c")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Give a fresh ledger."""
    with closing(Ledger(tmp_path / "ledger.db", "account")) as ledger:
        yield ledger


def test_entries_of_contacts_that_were_found_come_in_pages(ledger: Ledger) -> None:
    """Each comes once, aimed at its contact; one whose create this very run was answered for is none of them."""
    creates = [replace(CREATE, op_key=f"c{n}", entity_id=f"p{n}") for n in range(4)]
    entries = [replace(LOG, op_key=f"l{n}", entity_id=f"p{n}", parent=f"c{n}") for n in range(4)]
    ledger.journal.intend("r", [*creates, *entries])
    ledger.journal.mark_done([Effect(create, f"crm-{create.op_key}", {}, note="found") for create in creates[:3]])
    ledger.journal.mark_done([Effect(creates[3], "crm-c3", {})])
    first, place = ledger.journal.of_found("r", after=0, at_most=2)
    second, last = ledger.journal.of_found("r", after=place, at_most=2)
    assert ([len(first), len(second)], ledger.journal.of_found("r", after=last, at_most=2)) == ([2, 1], ([], last))
    met = [(one.op_key, one.crm_id, one.body["contactId"]) for one in (*first, *second)]
    assert met == [(f"l{n}", f"crm-c{n}", f"crm-c{n}") for n in range(3)]


def test_many_end_at_once(ledger: Ledger) -> None:
    """Each gets its own state; what is done stays so."""
    creates = [replace(CREATE, op_key=f"c{n}", entity_id=f"p{n}") for n in range(3)]
    ledger.journal.intend("r", creates)
    ledger.journal.mark_done([Effect(creates[2], "crm-1", {})])
    ledger.journal.end_many(
        [(creates[0], "SENT", "later", None), (creates[1], "UNKNOWN", "no", "r-1"), (creates[2], "INTENT", "x", None)],
        certain=False,
    )
    assert ledger.journal.states() == {"DONE": 1, "SENT": 1, "UNKNOWN": 1}

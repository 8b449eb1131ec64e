"""What we last wrote, as the ledger keeps it: by field, with what stood there before."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ledger.effects import Effect, Operation
from pipelines.ledger.last_written import Written
from pipelines.ledger.ledger import Ledger

FIELDS = st.sampled_from(["title", "phone", "tags", "properties.x"])
VALUES = st.none() | st.text(max_size=3)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Give a fresh ledger."""
    with closing(Ledger(tmp_path / "ledger.db", "account")) as ledger:
        yield ledger


def write(number: int, crm_id: str = "crm-1", **parts: Any) -> Effect:
    """An update that is done, echoed in capitals."""
    operation = Operation(f"key-{number}", "contacts", "update", "ada", {}, parts.pop("sent", {}), crm_id)
    operation = replace(operation, **parts)
    return Effect(operation, crm_id, {name: str(value).upper() for name, value in operation.values.items()})


def standing(ledger: Ledger, crm_id: str = "crm-1") -> tuple[Any, Any, Any]:
    """What is kept of a contact: sent, echoed, before."""
    (row,) = [row for row in ledger.written.of("contacts").to_pylist() if row["crm_id"] == crm_id]
    return json.loads(row["sent"]), json.loads(row["echoed"]), json.loads(row["before"])


def test_what_stood_before_stays_until_the_field_is_ours_anew(ledger: Ledger) -> None:
    """The value before the first write is kept over later ones that say nothing of it, and gives way to a new one."""
    ledger.journal.mark_done([write(1, sent={"title": "a"}, before={"title": "Lady"})])
    ledger.journal.mark_done([write(2, sent={"title": "b"})])
    assert standing(ledger) == ({"title": "b"}, {"title": "B"}, {"title": "Lady"})
    ledger.journal.mark_done([write(3, sent={"title": "c"}, before={"title": None})])
    assert standing(ledger) == ({"title": "c"}, {"title": "C"}, {"title": None})


def test_what_is_given_back_is_ours_no_more(ledger: Ledger) -> None:
    """A field that is given back is forgotten as sent, as echoed and as it stood before; the others stay."""
    ledger.journal.mark_done([write(1, sent={"title": "a", "phone": "1"}, before={"title": "Lady", "phone": None})])
    ledger.journal.mark_done([write(2, sent={"title": "Lady"}, retracted=("title",))])
    assert standing(ledger) == ({"phone": "1"}, {"phone": "1"}, {"phone": None})


def test_several_writes_to_one_contact_join_in_their_order(ledger: Ledger) -> None:
    """Of a group that is kept at once, each write builds on the one before; others are not touched."""
    ledger.journal.mark_done([write(0, "crm-2", sent={"title": "z"})])
    ledger.journal.mark_done(
        [write(1, sent={"title": "a"}), write(2, sent={"title": "b"}), write(3, sent={"phone": "1"})]
    )
    assert standing(ledger)[0] == {"title": "b", "phone": "1"}
    assert standing(ledger, "crm-2")[0] == {"title": "z"}


def test_what_an_operation_carries_comes_back_from_the_journal(ledger: Ledger) -> None:
    """What stood before, what is given back and the kind are kept, and replaced when it is decided anew."""
    tag = Operation("k", "contacts", "tag", "ada", {"tag": "x"}, {"tags": ["x"]}, "crm-1", before={"tags": []})
    ledger.journal.intend("r", [tag])
    assert ledger.journal.in_state("INTENT") == [tag]
    untag = replace(tag, kind="untag", before={}, retracted=("tags",))
    ledger.journal.intend("s", [untag])
    assert ledger.journal.in_state("INTENT") == [untag]


def test_thousands_are_kept_at_once(ledger: Ledger) -> None:
    """A group larger than what one query may ask for is kept whole."""
    ledger.journal.mark_done([write(number, f"crm-{number}", sent={"title": str(number)}) for number in range(1200)])
    ledger.journal.mark_done([write(number, f"crm-{number}", sent={"phone": "1"}) for number in range(1200)])
    rows = ledger.written.of("contacts").to_pylist()
    assert {row["sent"] for row in rows} == {f'{{"phone":"1","title":"{number}"}}' for number in range(1200)}


@settings(deadline=None)  # each example makes a file of its own and waits for the disk
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["crm-1", "crm-2"]),
            st.dictionaries(FIELDS, VALUES, max_size=3),
            st.dictionaries(FIELDS, VALUES, max_size=2),
            st.lists(FIELDS, max_size=2),
        ),
        max_size=8,
    ),
    st.integers(1, 4),
)
def test_groups_make_no_difference(writes: list[tuple[str, Any, Any, list[str]]], size: int) -> None:
    """However writes are grouped, what stands afterwards is what one after the other would leave."""
    effects = [
        write(number, crm_id, sent=sent, before=before, retracted=tuple(retracted))
        for number, (crm_id, sent, before, retracted) in enumerate(writes)
    ]
    expected: dict[str, Written] = {}
    for effect in effects:
        expected[effect.crm_id] = expected.get(effect.crm_id, Written()).joined(effect)
    with tempfile.TemporaryDirectory() as folder, closing(Ledger(Path(folder) / "l.db", "account")) as ledger:
        for start in range(0, len(effects), size):
            ledger.journal.mark_done(effects[start : start + size])
        kept = {crm_id: standing(ledger, crm_id) for crm_id in expected}
    assert kept == {crm_id: (row.sent, row.echoed, row.before) for crm_id, row in expected.items()}

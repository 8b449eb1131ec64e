"""The ledger: what was meant, what was sent, what came of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.ledger.effects import Effect, Operation
from pipelines.ledger.journal_reading import OPEN
from pipelines.ledger.journal_waiting import OWED
from pipelines.ledger.ledger import Ledger

CREATE = Operation(
    "key-c", "contacts", "create", "ada", {"firstName": "Ada", "lastName": "L"}, {"first_name": "Ada", "title": "x"}
)
LOG = Operation("key-l", "activities", "log", "ada", {"description": "Imported"}, {}, parent="key-c")
UPDATE = Operation("key-u", "contacts", "update", "ada", {"title": "y"}, {"title": "y"}, "crm-1", number=1)
TARGETS = [("contacts", "crm-1"), ("companies", "crm-1"), ("contacts", "crm-2")]
DONE = Effect(CREATE, "crm-1", {"first_name": "ADA", "title": "x"}, "request-1")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Give a fresh ledger."""
    with closing(Ledger(tmp_path / "ledger.db", "account")) as ledger:
        yield ledger


def test_an_operation_goes_from_intent_over_sent_to_done(ledger: Ledger) -> None:
    """Each step is kept; done links the person, and keeps what was sent and what the server made of it."""
    ledger.journal.intend("r", [CREATE])
    assert ledger.journal.in_state("INTENT") == [CREATE]
    ledger.journal.mark_sent("r", [CREATE])
    assert ledger.journal.in_state("SENT") == [CREATE]
    ledger.journal.mark_done([DONE])
    assert ledger.journal.states() == {"DONE": 1}
    assert ledger.identities.crm_id("contacts", "ada") == ledger.journal.target_of("key-c") == "crm-1"
    assert ledger.identities.links("contacts").to_pylist() == [{"entity_id": "ada", "crm_id": "crm-1"}]
    (written,) = ledger.written.of("contacts").to_pylist()
    assert written["sent"] == '{"first_name":"Ada","title":"x"}'
    assert written["echoed"] == '{"first_name":"ADA","title":"x"}'


def test_what_is_written_later_joins_what_was_written_before(ledger: Ledger) -> None:
    """An update replaces the last-written values of its own fields alone."""
    ledger.journal.intend("r", [CREATE, UPDATE])
    ledger.journal.mark_done([DONE, Effect(UPDATE, "crm-1", {"title": "Y"})])
    (written,) = ledger.written.of("contacts").to_pylist()
    assert written["sent"] == '{"first_name":"Ada","title":"y"}'
    assert written["echoed"] == '{"first_name":"ADA","title":"Y"}'


def test_reopening_keeps_everything(tmp_path: Path) -> None:
    """What was kept is there when the file is opened again, the ledger's own id included."""
    path = tmp_path / "ledger.db"
    for _ in range(2):
        with closing(Ledger(path, "account")) as ledger:
            ledger.journal.intend("r", [CREATE])
            ledger.traits.set("companies", "read-only")
    with closing(Ledger(path, "account")) as ledger:
        assert ledger.journal.in_state("INTENT") == [CREATE]
        assert ledger.traits.get("companies") == "read-only"
        assert ledger.traits.get("another") is None


def test_accounts_never_mix(tmp_path: Path) -> None:
    """One file may know several accounts; each sees its own rows alone."""
    with closing(Ledger(tmp_path / "ledger.db", "one")) as one, closing(Ledger(tmp_path / "ledger.db", "two")) as two:
        one.journal.intend("r", [CREATE])
        one.journal.mark_done([DONE])
        one.identities.place("contacts", [("row", "ada")], [])
        assert (two.journal.states(), two.journal.update_numbers(TARGETS), two.position()) == ({}, {}, "0:0")
        assert two.identities.links("contacts").num_rows == two.identities.entities("contacts").num_rows == 0
        assert two.identities.crm_id("contacts", "ada") is None


def test_what_is_done_stays_done(ledger: Ledger) -> None:
    """Neither intending it again nor dropping what is stale touches an operation that is done or under way."""
    ledger.journal.intend("r", [CREATE, UPDATE])
    ledger.journal.mark_sent("r", [CREATE, UPDATE])
    ledger.journal.mark_done([DONE])
    ledger.journal.intend("s", [replace(CREATE, body={"firstName": "Eve"}), replace(UPDATE, body={"title": "z"})])
    ledger.journal.drop_stale_intents()
    assert ledger.journal.states() == {"DONE": 1, "SENT": 1}
    assert ledger.journal.in_state("SENT")[0].body == UPDATE.body


def test_what_was_refused_waits_for_other_words(ledger: Ledger) -> None:
    """A refused operation is not intended again as it was, and is once its body has changed."""
    ledger.journal.intend("r", [CREATE])
    ledger.journal.mark_sent("r", [CREATE])
    ledger.journal.end(CREATE, "REJECTED", "400 no", "request-1")
    ledger.journal.intend("s", [CREATE])
    assert ledger.journal.states() == {"REJECTED": 1}
    changed = replace(CREATE, body={"firstName": "Ada", "lastName": "Lovelace"})
    ledger.journal.intend("s", [changed])
    assert [operation.body for operation in ledger.journal.in_state("INTENT")] == [changed.body]


def test_unknown_is_for_a_human(ledger: Ledger) -> None:
    """An operation that nobody can tell of is never intended again, whatever it would say; it counts as made."""
    ledger.journal.intend("r", [UPDATE])
    ledger.journal.end(UPDATE, "UNKNOWN", "nobody knows")
    ledger.journal.intend("s", [replace(UPDATE, body={"title": "z"})])
    assert ledger.journal.states() == {"UNKNOWN": 1}
    assert ledger.journal.update_numbers(TARGETS) == {("contacts", "crm-1"): 1}


def test_stale_intents_go_and_owed_entries_stay(ledger: Ledger) -> None:
    """Of what an earlier run meant and did not send, only the entry of a write that was done is kept."""
    orphan = replace(LOG, op_key="key-o", parent="key-none")
    ledger.journal.intend("r", [CREATE, LOG, UPDATE, orphan])
    ledger.journal.mark_done([DONE])
    assert ledger.journal.owed_logs() == [LOG]
    ledger.journal.drop_stale_intents()
    assert ledger.journal.in_state("INTENT") == ledger.journal.owed_logs() == [LOG]


def test_a_run_that_is_tried_again_sends_what_it_intends_anew_and_what_is_owed(ledger: Ledger) -> None:
    """A create whose answer was lost waits, with its doubt, until a plan has it again; an owed entry goes at once."""
    lost = replace(CREATE, op_key="key-x", entity_id="eve")
    ledger.journal.intend("r", [CREATE, LOG, lost])
    ledger.journal.mark_done([DONE])
    ledger.journal.end(lost, "SENT", "the answer was lost", doubt=True)
    ledger.journal.end(lost, "INTENT", "absent")
    ledger.journal.drop_stale_intents()
    ledger.journal.begin("r")
    assert ledger.journal.waiting_counts("r") == {"activities": 1}
    ledger.journal.intend("r", [lost])
    assert ledger.journal.waiting_counts("r") == {"activities": 1, "contacts": 1}
    (again,), place = ledger.journal.waiting("r", "contacts", after=0, last=ledger.journal.last_place(), at_most=9)
    assert (again.op_key, again.doubts) == ("key-x", 1)
    assert ledger.journal.waiting("r", "contacts", after=place, last=ledger.journal.last_place(), at_most=9) == (
        [],
        place,
    )


def test_updates_are_numbered_by_object_and_id(ledger: Ledger) -> None:
    """A contact and a company that bear the same id are two: each has numbers of its own."""
    company = replace(UPDATE, op_key="key-k", object="companies", entity_id="acme")
    again = replace(UPDATE, op_key="key-v", number=2)
    ledger.journal.intend("r", [UPDATE, again, company, replace(UPDATE, op_key="key-w", number=3)])
    ledger.journal.mark_done([Effect(operation, "crm-1", {}) for operation in (UPDATE, again, company)])
    assert ledger.journal.update_numbers(TARGETS) == {("contacts", "crm-1"): 2, ("companies", "crm-1"): 1}


def test_a_number_that_turns_out_to_be_free_is_not_given_again(ledger: Ledger) -> None:
    """Once the first update is known never to have arrived, the next one still comes after the second."""
    again = replace(UPDATE, op_key="key-v", number=2)
    ledger.journal.intend("r", [UPDATE, again])
    ledger.journal.end(UPDATE, "UNKNOWN", "nobody knows", doubt=True)
    ledger.journal.mark_done([Effect(again, "crm-1", {})])
    ledger.journal.end(UPDATE, "INTENT", "surely absent")
    ledger.journal.drop_stale_intents()
    assert ledger.journal.states() == {"DONE": 1}
    assert ledger.journal.update_numbers(TARGETS) == {("contacts", "crm-1"): 2}


@pytest.mark.parametrize(
    ("state", "knows"), [("INTENT", False), ("REJECTED", False), ("SENT", True), ("UNKNOWN", True)]
)
def test_what_may_have_arrived_counts_as_written(ledger: Ledger, state: Any, knows: bool) -> None:
    """A ledger of calls that were cut off is not one that has written nothing: making it anew would forget them."""
    ledger.journal.intend("r", [CREATE])
    assert not ledger.journal.knows_writes()
    ledger.journal.mark_sent("r", [CREATE])
    ledger.journal.end(CREATE, state, "as it is")
    assert ledger.journal.knows_writes() is knows


@pytest.mark.parametrize("condition", ["state = 'SENT'", OWED])
def test_what_is_open_is_found_without_reading_what_is_done(tmp_path: Path, ledger: Ledger, condition: str) -> None:
    """Done operations only ever become more: a look for the few others goes by their own index."""
    query = f"EXPLAIN QUERY PLAN SELECT * FROM journal WHERE account = 'a' AND {OPEN} AND {condition}"  # noqa: S608 - constants
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as database:
        (first, *_) = database.execute(query, ["a"] * condition.count("?")).fetchall()
    assert "journal_open" in first[-1]


def test_nothing_takes_back_what_is_done(ledger: Ledger) -> None:
    """An end that comes too late changes nothing."""
    ledger.journal.intend("r", [CREATE])
    ledger.journal.mark_done([DONE])
    ledger.journal.end(CREATE, "INTENT", "too late")
    assert ledger.journal.states() == {"DONE": 1}


def test_the_position_moves_with_every_effect(ledger: Ledger) -> None:
    """The text that a plan is sealed with changes when something is done, and not when something is meant or sent."""
    ledger.journal.intend("r", [CREATE, LOG])
    ledger.journal.mark_sent("r", [CREATE])
    before = ledger.position()
    assert before == "0:0"
    ledger.journal.mark_done([DONE])
    first = ledger.position()
    ledger.journal.mark_done([Effect(LOG, "entry-1", {})])
    assert len({before, first, ledger.position()}) == 3


def test_a_run_shows_what_it_sent(ledger: Ledger) -> None:
    """What an earlier run left and a later one sent belongs to the later one; bodies are not shown."""
    ledger.journal.intend("first", [CREATE, LOG])
    ledger.journal.mark_sent("second", [replace(CREATE, crm_id=None)])
    ledger.journal.mark_done([DONE])
    (row,) = ledger.journal.of_run("second").to_pylist()
    assert (row["op_key"], row["state"], row["attempts"], row["request_id"]) == ("key-c", "DONE", 1, "request-1")
    assert "body" not in row
    assert [row["op_key"] for row in ledger.journal.of_run("first").to_pylist()] == ["key-l"]


def test_what_is_sent_is_kept_with_the_ids_known_by_then(ledger: Ledger) -> None:
    """Body and values are kept as they leave: an id that was not known at first is looked for later as the real one."""
    ledger.journal.intend("r", [replace(UPDATE, body={"companyId": "new:acme"}, values={"company": "new:acme"})])
    ledger.journal.mark_sent("r", [replace(UPDATE, body={"companyId": "k-1"}, values={"company": "k-1"})])
    (sent,) = ledger.journal.in_state("SENT")
    assert (sent.body, sent.values) == ({"companyId": "k-1"}, {"company": "k-1"})


def test_a_group_that_fails_leaves_nothing(ledger: Ledger) -> None:
    """Operations are kept all at once or not at all."""
    with pytest.raises(sqlite3.IntegrityError):
        ledger.journal.intend("r", [CREATE, replace(UPDATE, kind="vanish")])  # type: ignore[arg-type]
    assert ledger.journal.states() == {}


def test_any_thread_may_call_it(ledger: Ledger) -> None:
    """Groups that several threads keep at once, while others read, are all there in the end, each whole."""

    def work(number: int) -> int:
        group = [replace(CREATE, op_key=f"{number}-{n}", entity_id=f"{number}-{n}") for n in range(20)]
        ledger.journal.intend("r", group)
        ledger.journal.mark_sent("r", group)
        ledger.journal.mark_done([Effect(operation, operation.op_key, {}) for operation in group])
        return len(ledger.journal.in_state("DONE")) % 20

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(16))) == {0}
    assert ledger.journal.states() == {"DONE": 320}
    assert ledger.written.of("contacts").num_rows == 320


def test_an_entry_says_which_ledger_it_comes_from(ledger: Ledger) -> None:
    """The ledger's id stands beside the entry's key, and is the same when the entry is intended again."""
    entry = replace(LOG, body={"description": "x", "data": {"externalId": "key-l"}})
    for _ in range(2):
        ledger.journal.intend("r", [entry])
        (kept,) = ledger.journal.in_state("INTENT")
        assert kept.body["data"] == {"externalId": "key-l", "ledgerId": ledger.ledger_id}


def test_what_waits_is_told_with_what_the_server_said(ledger: Ledger) -> None:
    """Refused and unknown operations are told, and of those that are done what is odd."""
    odd = replace(CREATE, op_key="key-2", entity_id="eve")
    ledger.journal.intend("r", [CREATE, UPDATE, odd])
    ledger.journal.end(UPDATE, "REJECTED", "400 no", "request-9")
    ledger.journal.mark_done([DONE, replace(DONE, operation=odd, note="found 2 times")])
    told = {row["op_key"]: row for row in ledger.journal.told("REJECTED", "UNKNOWN", "DONE")}
    assert told.keys() == {"key-u", "key-2"}
    assert (told["key-u"]["reason"], told["key-u"]["request_id"]) == ("400 no", "request-9")
    assert told["key-2"]["reason"] == "found 2 times"


def test_what_only_reads_writes_nothing(ledger: Ledger) -> None:
    """Every question to the ledger is a SELECT, so none waits for another process that writes."""
    ledger.journal.intend("r", [CREATE, LOG])
    ledger.journal.mark_done([DONE])
    moment, statements = ledger.moment(), list[str]()
    ledger._access._database.set_trace_callback(statements.append)
    for state in ("INTENT", "SENT", "DONE"):
        ledger.journal.in_state(state)
    ledger.journal.told("UNKNOWN")
    ledger.journal.owed_logs()
    ledger.journal.waiting("r", "contacts", after=0, last=ledger.journal.last_place(), at_most=9)
    ledger.journal.waiting_counts("r")
    ledger.journal.among(["key-c"], ["DONE"])
    ledger.journal.target_of("key-c")
    ledger.journal.update_numbers(TARGETS)
    ledger.journal.touched_since(moment)
    ledger.journal.knows_writes()
    ledger.journal.of_run("r")
    ledger.identities.entities("contacts")
    ledger.identities.links("contacts")
    ledger.identities.crm_id("contacts", "ada")
    ledger.identities.changes_of("ada")
    ledger.identities.placed_since(moment)
    ledger.written.of("contacts")
    ledger.traits.get("applied")
    ledger.traits.with_prefix("records")
    assert (ledger.accounts(), ledger.own_ids()) == (["account"], {ledger.ledger_id})
    assert ledger.goes_on_from(ledger.moment())
    assert ledger.position().startswith("1:")
    assert {statement.split(maxsplit=1)[0] for statement in statements} == {"SELECT"}

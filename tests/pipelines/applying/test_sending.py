"""Sending: durable before it leaves, kept once it is answered, and never more under way than recovery counts on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast

import pytest

from connectors.errors import ProtocolError
from connectors.giant_context.client import GiantContext
from connectors.giant_context.wire import Contact, ContactCreate, ContactUpdate
from pipelines.applying import calling
from pipelines.applying.manner import Manner
from pipelines.applying.outcomes import Outcomes
from pipelines.applying.rereading import Standing
from pipelines.applying.sending import Sending
from pipelines.ledger.access import LedgerAccess
from pipelines.ledger.effects import Operation, op_key
from pipelines.ledger.journal import Journal
from pipelines.ledger.last_written import LastWritten
from pipelines.ledger.ledger import Ledger

MANNER = Manner(run="run", clears="null", reread="never", calls_a_place=4)


@dataclass
class Crm:
    """A CRM that notes calls, and does with each what it is told."""

    places: int = 4
    meets: Callable[[str, Any], Awaitable[None]] | None = None
    calls: list[tuple[str, Any]] = field(default_factory=list)
    title: str | None = None

    async def _answer(self, what: str, body: Any, crm_id: str) -> Contact:
        self.calls.append((what, body))
        await asyncio.sleep(0)
        if self.meets:
            await self.meets(what, body)
        now = datetime(2026, 1, 1, tzinfo=UTC)
        return Contact(id=crm_id, first_name="A", last_name="B", title=self.title, created_at=now, updated_at=now)

    async def create_contact(self, body: ContactCreate) -> Contact:
        """Create."""
        return await self._answer("create", body.body(), f"id {body.last_name}")

    async def update_contact(self, crm_id: str, body: ContactUpdate) -> Contact:
        """Update."""
        return await self._answer("update", body.body(), crm_id)

    async def get_contact(self, crm_id: str) -> Contact:
        """Read."""
        return await self._answer("get", None, crm_id)

    async def set_contact_field(self, crm_id: str, key: str, value: Any) -> Contact:
        """Set a property."""
        return await self._answer("field", {key: value}, crm_id)

    async def tag_contact(self, crm_id: str, tag: str) -> Contact:
        """Tag."""
        return await self._answer("tag", tag, crm_id)

    async def untag_contact(self, crm_id: str, tag: str) -> Contact:
        """Untag."""
        return await self._answer("untag", tag, crm_id)


class WatchedJournal(Journal):
    """A journal that notes how many operations each commit holds."""

    def __init__(self, access: LedgerAccess, written: LastWritten) -> None:
        super().__init__(access, written)
        self.groups: list[tuple[str, int]] = []

    def mark_sent(self, run: str, operations: Any, as_intended: Any = ()) -> None:
        """Note and keep."""
        super().mark_sent(run, operations, as_intended)
        self.groups.append(("sent", len(operations) + len(as_intended)))

    def mark_done(self, effects: Any) -> None:
        """Note and keep."""
        super().mark_done(effects)
        self.groups.append(("done", len(effects)))


class Watched(Ledger):
    """A ledger with such a journal."""

    journal: WatchedJournal

    def __init__(self, path: Path) -> None:
        super().__init__(path, "test")
        self.journal = WatchedJournal(self._access, self.written)


def creates(count: int) -> list[Operation]:
    """So many people to create."""
    return [
        Operation(op_key("create", n), "contacts", "create", f"p{n}", {"firstName": "A", "lastName": f"L{n}"}, {})
        for n in range(count)
    ]


def change(kind: Literal["update", "field", "tag", "untag"], body: dict[str, Any], sent: dict[str, Any]) -> Operation:
    """A change of the contact c1."""
    return Operation(op_key(kind), "contacts", kind, "p1", body, sent, "c1")


async def send(
    crm: Crm, ledger: Ledger, operations: list[Operation], manner: Manner = MANNER, standing: Standing | None = None
) -> Outcomes:
    """Intend and send them all; gives what came of them."""
    ledger.journal.intend("run", operations)
    outcomes = Outcomes(ledger, max_refusals=25, concurrency=4)
    stands = {("contacts", "c1"): standing or Standing()}
    await Sending(cast(GiantContext, crm), ledger, manner, outcomes).send(operations, stands, lambda _: None)
    return outcomes


def test_each_operation_is_sent_on_disk_before_its_call_leaves(tmp_path: Path) -> None:
    """Whoever reads the ledger while a call is under way finds its operation SENT, with few others."""
    with closing(Watched(tmp_path / "ledger.db")) as ledger, closing(Ledger(tmp_path / "ledger.db", "test")) as reader:
        most = 0

        async def look(_: str, body: Any) -> None:
            nonlocal most
            under_way = [operation.body["lastName"] for operation in reader.journal.in_state("SENT")]
            assert body["lastName"] in under_way
            most = max(most, len(under_way))

        outcomes = asyncio.run(send(Crm(meets=look), ledger, creates(100)))
        assert outcomes.counts == {"contacts_create_done": 100}
        assert ledger.journal.states() == {"DONE": 100}
        assert max(size for what, size in ledger.journal.groups if what == "sent") <= 16
        assert len([what for what, _ in ledger.journal.groups if what == "sent"]) <= 30


def test_an_error_that_ends_the_run_loses_no_answer(tmp_path: Path) -> None:
    """What was answered before and beside it is DONE, what it hit stays SENT, the rest is free to be decided anew."""

    async def fail(_: str, body: Any) -> None:
        if body["lastName"] == "L30":
            raise RuntimeError("a mistake of our own")

    crm = Crm(meets=fail)
    with closing(Ledger(tmp_path / "ledger.db", "test")) as ledger:
        with pytest.raises(RuntimeError):
            asyncio.run(send(crm, ledger, creates(100)))
        states = ledger.journal.states()
    assert states["DONE"] == len(crm.calls) - 1
    assert states["SENT"] == 1
    assert states["INTENT"] == 100 - len(crm.calls)


def test_a_look_that_is_garbled_leaves_nothing_in_doubt(tmp_path: Path) -> None:
    """The write has not left, so it is free to be decided anew, and not looked for as if it might be there."""

    async def garbled(what: str, _: Any) -> None:
        if what == "get":
            raise ProtocolError("nonsense", method="GET", route="x")

    crm = Crm(meets=garbled)
    update = change("update", {"title": "Lady"}, {"title": "Lady"})
    with closing(Ledger(tmp_path / "ledger.db", "test")) as ledger:
        with pytest.raises(ProtocolError):
            asyncio.run(send(crm, ledger, [update], replace(MANNER, reread="always")))
        assert [what for what, _ in crm.calls] == ["get"]
        (left,) = ledger.journal.in_state("INTENT")
        assert left.doubts == 0


def test_a_run_that_is_stopped_keeps_what_was_answered(tmp_path: Path) -> None:
    """Cancelled with calls under way, these stay SENT, answers are DONE, and what has not left is INTENT."""

    async def run(ledger: Ledger) -> None:
        async def hang(_: str, body: Any) -> None:
            if int(body["lastName"][1:]) >= 20:
                stuck.release()
                await asyncio.Event().wait()

        stuck = asyncio.Semaphore(0)
        sending = asyncio.create_task(send(Crm(meets=hang), ledger, creates(60)))
        async with asyncio.timeout(30):
            for _ in range(4):  # all places
                await stuck.acquire()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    with closing(Ledger(tmp_path / "ledger.db", "test")) as ledger:
        asyncio.run(run(ledger))
        assert ledger.journal.states() == {"DONE": 20, "SENT": 4, "INTENT": 36}


@pytest.mark.parametrize(
    ("policy", "standing", "looks"),
    [("always", None, 1), ("never", None, 0), ("overwrites", None, 0), ("overwrites", "Countess", 1)],
)
def test_a_contact_is_read_again_as_the_settings_say(
    tmp_path: Path, policy: Literal["always", "overwrites", "never"], standing: str | None, looks: int
) -> None:
    """`overwrites` spares the look where nothing that stands would change."""
    crm = Crm(title=standing)
    update = change("update", {"title": "Lady"}, {"title": "Lady"})
    with closing(Ledger(tmp_path / "ledger.db", "test")) as ledger:
        manner = replace(MANNER, reread=policy)
        outcomes = asyncio.run(send(crm, ledger, [update], manner, Standing(fields={"title": standing})))
    assert [what for what, _ in crm.calls] == ["get"] * looks + ["update"]
    assert outcomes.counts == {"contacts_update_done": 1}
    assert outcomes.asked == 1 + looks


def test_each_kind_has_its_call(tmp_path: Path) -> None:
    """A property and a tag go through the calls that touch nothing else, and count as done."""
    crm = Crm()
    kinds = [
        change("field", {"key": "level", "value": 3}, {"properties.level": 3}),
        change("tag", {"tag": "vip"}, {"tags": ["vip"]}),
        change("untag", {"tag": "lead"}, {"tags": []}),
    ]
    ended = [asyncio.run(_call(crm, operation)) for operation in kinds]
    assert crm.calls == [("field", {"level": 3}), ("tag", "vip"), ("untag", "lead")]
    assert ended[1].echoed == {"tags": ["vip"]}


async def _call(crm: Crm, operation: Operation) -> Any:
    return await calling.call(cast(GiantContext, crm), operation, calling.body_of(operation, "null"))


@pytest.mark.parametrize(("clears", "given"), [("null", None), ("empty", "")])
def test_a_clear_is_sent_as_the_account_takes_it(
    tmp_path: Path, clears: Literal["null", "empty"], given: str | None
) -> None:
    """An empty title is null or empty text; what is no text stays null."""
    crm = Crm()
    update = change("update", {"title": None, "companyId": None}, {"title": None, "company": None})
    with closing(Ledger(tmp_path / "ledger.db", "test")) as ledger:
        asyncio.run(send(crm, ledger, [update], replace(MANNER, clears=clears)))
    assert crm.calls == [("update", {"title": given, "companyId": None})]

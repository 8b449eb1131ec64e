"""What each fault does to the CRM and to our client, over a socket and in process alike."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from connectors.errors import Ambiguous, CallError, NotApplied, ProtocolError, RateLimited, Rejected
from connectors.giant_context.client import GiantContext
from connectors.giant_context.server.app import create_app
from connectors.giant_context.server.faults.connection import Unbreakable
from connectors.giant_context.server.faults.kinds import KINDS, fault
from connectors.giant_context.server.faults.layer import with_faults
from connectors.giant_context.server.faults.plan import FaultPlan
from connectors.giant_context.wire import Contact, ContactCreate
from connectors.http import Limits
from tests.connectors.giant_context.server.crm import KEY
from tests.connectors.giant_context.server.faults.misbehaving import (
    HASTY,
    ONCE,
    Misbehaving,
    in_process,
    on_a_socket,
)


class Becomes(NamedTuple):
    """What our client makes of a fault, and whether a write that met it takes effect all the same."""

    write: type[CallError]
    read: type[CallError]
    done: bool
    limits: Limits = ONCE
    more: dict[str, Any] = {}  # noqa: RUF012 - read only


FAILURES = {
    "status": Becomes(Ambiguous, NotApplied, done=False, more={"status": 503}),
    "status_after": Becomes(Ambiguous, NotApplied, done=True),
    "reset_before": Becomes(Ambiguous, NotApplied, done=False),
    "reset_after": Becomes(Ambiguous, NotApplied, done=True),
    "truncated": Becomes(Ambiguous, NotApplied, done=True),
    "html": Becomes(Ambiguous, ProtocolError, done=True),
    "wrong_type": Becomes(Ambiguous, ProtocolError, done=True),
    "no_content": Becomes(Ambiguous, ProtocolError, done=True),
    "black_hole": Becomes(Ambiguous, NotApplied, done=False, limits=HASTY),
    "delay": Becomes(Ambiguous, NotApplied, done=True, limits=HASTY, more={"seconds": 0.45}),
    "drip": Becomes(Ambiguous, NotApplied, done=True, limits=HASTY, more={"seconds": 0.05}),
    "stall": Becomes(Ambiguous, NotApplied, done=True, limits=HASTY, more={"seconds": 60}),
    "late": Becomes(Ambiguous, NotApplied, done=True, more={"seconds": 0.3}),
}
SUCCESSES = {"revoke_tokens", "insert_row", "update_row", "remove_row"}


@pytest.fixture(scope="module", params=[on_a_socket, in_process])
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Misbehaving]:
    """A CRM for all tests, served or in process."""
    with request.param(tmp_path_factory.mktemp("crm")) as crm:
        yield crm


@pytest.fixture
def crm(opened: Misbehaving) -> Misbehaving:
    """That CRM, before the first fault."""
    opened.meets()
    return opened


def somebody() -> ContactCreate:
    """A contact that no other test has made."""
    return ContactCreate(first_name="Ada", last_name=f"Lovelace {uuid.uuid4()}")


def failure(crm: Misbehaving, limits: Limits, call: Callable[[GiantContext], Any]) -> type[CallError]:
    """The class of the error that a call ends with, after one that goes well and fetches the token."""

    async def run() -> type[CallError]:
        async with crm.client(limits) as client:
            for _ in range(20):  # on a busy machine the token may take longer than a hasty client waits
                with suppress(NotApplied):
                    await client.list_companies()
                    break
            with pytest.raises(CallError) as caught:
                await call(client)
            return type(caught.value)

    return asyncio.run(run())


def test_every_kind_is_tried() -> None:
    """No kind is left out of these tests."""
    assert FAILURES.keys() | SUCCESSES == KINDS


@pytest.mark.parametrize("kind", FAILURES)
def test_what_a_write_becomes(crm: Misbehaving, kind: str) -> None:
    """Our client takes each fault of a write for the error that the table of the HTTP client promises."""
    expected, ada = FAILURES[kind], somebody()
    crm.meets(fault("POST contacts", kind, nth=1, **expected.more))
    assert failure(crm, expected.limits, lambda client: client.create_contact(ada)) is expected.write
    assert crm.plan.log == [("POST contacts", 1, kind)]
    assert crm.has(ada.last_name, within=5 if expected.done else 0) is expected.done


@pytest.mark.parametrize("kind", FAILURES)
def test_what_a_read_becomes(crm: Misbehaving, kind: str) -> None:
    """A read that met a fault surely changed nothing, and is never ambiguous."""
    expected = FAILURES[kind]
    crm.meets(fault("GET contacts", kind, **expected.more))
    assert failure(crm, expected.limits, lambda client: client.list_contacts()) is expected.read
    # The transport may ask once more by itself where a connection broke: of a read there is no harm in that.
    assert {(route, done) for route, _, done in crm.plan.log} == {("GET contacts", kind)}
    assert len(crm.plan.log) <= 2


def test_what_comes_late_comes_after_what_was_sent_again(crm: Misbehaving) -> None:
    """A late call takes effect only when its time has come, though its caller was told at once."""
    crm.meets(fault("POST contacts", "late", nth=1, seconds=0.4))
    first, second = somebody(), somebody()

    async def run() -> None:
        async with crm.client() as client:
            with pytest.raises(Ambiguous):
                await client.create_contact(first)
            await client.create_contact(second)
            assert crm.last_names()[0] == second.last_name

    asyncio.run(run())
    assert crm.has(first.last_name)
    assert crm.last_names()[:2] == [first.last_name, second.last_name]


@pytest.mark.parametrize(("kind", "seconds"), [("delay", 0.1), ("drip", 0.001), ("stall", 0.1)])
def test_slow_is_not_wrong(crm: Misbehaving, kind: str, seconds: float) -> None:
    """Whoever waits long enough gets the whole answer."""
    crm.meets(fault("POST contacts", kind, seconds=seconds))
    ada = somebody()
    start = time.monotonic()
    assert crm.ask(lambda client: client.create_contact(ada)).last_name == ada.last_name
    assert time.monotonic() - start >= 0.1
    assert crm.plan.log == [("POST contacts", 1, kind)]


def test_a_broken_call_leaves_the_next_one_alone(crm: Misbehaving) -> None:
    """After each fault the same client goes on, and a call that may be repeated is mended by repeating it."""
    kinds = ["reset_before", "reset_after", "truncated", "html", "no_content"]
    crm.meets(*(fault("GET contacts", kind, nth=n) for n, kind in enumerate(kinds, start=1)))
    limits = Limits(attempts=6, max_backoff=0.01)
    assert crm.ask(lambda client: client.list_contacts(), limits).meta.total == len(crm.last_names())
    assert [kind for *_, kind in crm.plan.log] == kinds


@pytest.mark.parametrize(
    ("wish", "low", "high"),
    [(7, 7, 7), ("7", 7, 7), ("date+60", 50, 62), (86_400, 300, 300), ("date-60", None, None), ("soon", None, None)],
)
def test_how_long_a_server_asks_to_be_left_alone(
    crm: Misbehaving, wish: int | str, low: float | None, high: float | None
) -> None:
    """Seconds and dates are obeyed up to a limit; a date that is past and what is no time at all are not."""
    crm.meets(fault("POST contacts", "status", status=429, retry_after=wish))
    with pytest.raises(RateLimited) as caught:
        crm.ask(lambda client: client.create_contact(somebody()))
    pause = caught.value.retry_after
    assert pause is None if low is None or high is None else pause is not None and low <= pause <= high


@pytest.mark.parametrize("status", [400, 418, 499])
def test_a_refusal_is_one(crm: Misbehaving, status: int) -> None:
    """A status of 4xx comes with a message and a request id, as the CRM's own refusals do, and nothing is done."""
    crm.meets(fault("POST contacts", "status", status=status))
    before = crm.last_names()
    with pytest.raises(Rejected, match=rf"{status} [A-Z].*\.") as caught:
        crm.ask(lambda client: client.create_contact(somebody()))
    assert (caught.value.status, len(caught.value.request_id or "")) == (status, 36)
    assert crm.last_names() == before


def test_revoked_tokens_are_renewed_once(crm: Misbehaving) -> None:
    """From the call on that revokes them old tokens are refused, and each client passes with a new one."""
    crm.meets(fault("GET contacts", "revoke_tokens", nth=2))

    async def run() -> None:
        async with crm.client() as other, crm.client() as client:
            await other.list_companies()
            await client.list_contacts()
            await client.list_contacts()
            assert crm.plan.calls["POST auth/token"] == 3
            await other.list_companies()
            assert crm.plan.calls["POST auth/token"] == 4

    asyncio.run(run())
    assert crm.plan.log == [("GET contacts", 2, "revoke_tokens")]


def test_a_token_that_cannot_be_renewed_leaves_the_call_unsent(crm: Misbehaving) -> None:
    """Where the renewal fails, too, the call surely had no effect."""
    crm.meets(fault("POST contacts", "revoke_tokens", nth=1), fault("POST auth/token", "reset_after", nth=2))
    ada = somebody()
    assert failure(crm, ONCE, lambda client: client.create_contact(ada)) is NotApplied
    assert crm.plan.log == [("POST contacts", 1, "revoke_tokens"), ("POST auth/token", 2, "reset_after")]
    assert ada.last_name not in crm.last_names()


def test_calls_that_no_fault_is_meant_for_go_through(crm: Misbehaving) -> None:
    """The others are counted, and answered as ever."""
    crm.meets(fault("POST activities", "reset_after"))
    ada = somebody()

    async def run(client: GiantContext) -> Contact:
        made = await client.create_contact(ada)
        return await client.get_contact(made.id)

    assert crm.ask(run).last_name == ada.last_name
    assert crm.plan.log == []
    assert crm.plan.calls == {"POST auth/token": 1, "POST contacts": 1, "GET contacts/*": 1}


def test_a_transport_that_cannot_break_is_told_so(tmp_path: Path) -> None:
    """A connection that cannot be broken is refused before anything is done, and nothing is noted."""
    app = create_app(tmp_path, api_key=KEY)
    plan = FaultPlan([fault("POST auth/token", "reset_after")])

    async def run() -> None:
        transport = httpx.ASGITransport(with_faults(app, plan))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            with pytest.raises(Unbreakable):
                await client.post("/auth/token", json={"apiKey": KEY})

    asyncio.run(run())
    app.state.store.close()
    assert (plan.log, plan.calls) == ([], {"POST auth/token": 1})

"""The CRM client: what goes over the wire, what is made of the answers, and how tokens live."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from connectors import errors
from connectors.giant_context.client import GiantContext
from connectors.giant_context.wire import ActivityCreate, CompanyWrite, ContactCreate, ContactUpdate
from connectors.http import Clock, Limits

NOW = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
KEY = "gct_canary_key"
APP = "/api/organizations/o/projects/p/apps/crm/a"
MOMENT = "2025-01-02T03:04:05.000Z"
CONTACT = {"id": "c1", "firstName": "Ann", "lastName": "Lee", "createdAt": MOMENT, "updatedAt": MOMENT, "new": 1}
COMPANY = {"id": "k1", "name": "Acme", "createdAt": MOMENT, "updatedAt": MOMENT, "new": {}}
ACTIVITY = {"id": "v1", "description": "Call", "data": {"externalId": "x"}, "createdAt": MOMENT}
META = {"total": 1, "page": 1, "pageSize": 50, "pageCount": 1}


class Crm:
    """A CRM that answers every call with `answer`, hands out numbered tokens and keeps what it was sent."""

    def __init__(self, answer: Any = None, status: int = 200) -> None:
        self.answer = answer
        self.status = status
        self.calls: list[httpx.Request] = []
        self.exchanges = 0
        self.life = timedelta(hours=1)
        self.date: datetime | None = NOW
        self.exchange_answers: list[httpx.Response] = []
        self.refused_tokens: set[str] = set()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if request.url.path == "/api/auth/token":
            assert "authorization" not in request.headers
            assert json.loads(request.content) == {"apiKey": KEY}
            self.exchanges += 1
            await asyncio.sleep(0)
            if self.exchange_answers:
                return self.exchange_answers.pop(0)
            body = {"token": f"t{self.exchanges}", "expiresAt": (NOW + self.life).isoformat()}
            return httpx.Response(200, json=body, headers={"date": format_datetime(self.date)} if self.date else {})
        self.calls.append(request)
        if request.headers["authorization"].removeprefix("Bearer ") in self.refused_tokens:
            return httpx.Response(401, json={"message": f"bad key {KEY}"})
        return httpx.Response(self.status, json=self.answer)


class Time:
    """A monotonic clock that moves by hand or by sleeping."""

    now = 0.0

    async def sleep(self, seconds: float) -> None:
        """Move on."""
        self.now += seconds


def with_crm(crm: Crm, use: Callable[[GiantContext], Awaitable[Any]], time: Time | None = None, **more: Any) -> Any:
    """Return what `use` makes of a client of `crm`."""
    time = time or Time()
    clock = Clock(monotonic=lambda: time.now, wall=lambda: NOW, sleep=time.sleep, uniform=lambda low, _high: low)
    given: dict[str, Any] = {
        "base_url": "https://crm.test/api",
        "organization_id": "o",
        "project_id": "p",
        "app_id": "a",
        "api_key": SecretStr(KEY),
        "transport": httpx.MockTransport(crm),
        "clock": clock,
        **more,
    }

    async def run() -> Any:
        async with GiantContext(**given) as client:
            return await use(client)

    return asyncio.run(run())


CALLS: list[tuple[Callable[[GiantContext], Awaitable[Any]], str, str, Any, Any]] = [
    (lambda c: c.list_contacts(1, 50, "lee"), "GET", "/contacts?page=1&pageSize=50&search=lee", None, [CONTACT]),
    (lambda c: c.get_contact("c1"), "GET", "/contacts/c1", None, CONTACT),
    (
        lambda c: c.create_contact(ContactCreate(first_name="Ann", last_name="Lee")),
        "POST",
        "/contacts",
        {"firstName": "Ann", "lastName": "Lee"},
        CONTACT,
    ),
    (lambda c: c.update_contact("c1", ContactUpdate(email=None)), "PUT", "/contacts/c1", {"email": None}, CONTACT),
    (
        lambda c: c.set_contact_field("c1", "k", [1]),
        "PUT",
        "/contacts/c1/fields",
        {"key": "k", "value": [1]},
        CONTACT,
    ),
    (lambda c: c.tag_contact("c1", "vip"), "POST", "/contacts/c1/tags", {"tag": "vip"}, CONTACT),
    (lambda c: c.untag_contact("c1", "vip"), "DELETE", "/contacts/c1/tags", {"tag": "vip"}, CONTACT),
    (lambda c: c.contact_activities("c1"), "GET", "/contacts/c1/activities", None, [ACTIVITY]),
    (lambda c: c.list_companies(1, 50), "GET", "/companies?page=1&pageSize=50", None, [COMPANY]),
    (lambda c: c.get_company("k1"), "GET", "/companies/k1", None, COMPANY),
    (lambda c: c.company_contacts("k1"), "GET", "/companies/k1/contacts", None, [CONTACT]),
    (lambda c: c.company_activities("k1"), "GET", "/companies/k1/activities", None, [ACTIVITY]),
    (lambda c: c.create_company(CompanyWrite(name="Acme")), "POST", "/companies", {"name": "Acme"}, COMPANY),
    (lambda c: c.update_company("k1", CompanyWrite(size=None)), "PUT", "/companies/k1", {"size": None}, COMPANY),
    (lambda c: c.list_activities(1, 50), "GET", "/activities?page=1&pageSize=50", None, [ACTIVITY]),
    (lambda c: c.get_activity("v1"), "GET", "/activities/v1", None, ACTIVITY),
    (
        lambda c: c.log_activity(ActivityCreate(description="Call", contact_id="c1")),
        "POST",
        "/activities",
        {"description": "Call", "contactId": "c1"},
        ACTIVITY,
    ),
]


@pytest.mark.parametrize(("use", "method", "target", "body", "answer"), CALLS)
def test_each_call_goes_over_the_wire_as_documented(
    use: Callable[[GiantContext], Awaitable[Any]], method: str, target: str, body: Any, answer: Any
) -> None:
    """Method, path, query and body are the contract's, and the answer comes back typed."""
    crm = Crm({"data": answer, "meta": META} if "?" in target else answer, 201 if method == "POST" else 200)
    result = with_crm(crm, use)
    (call,) = crm.calls
    assert (call.method, call.url.raw_path.decode()) == (method, APP + target)
    assert (json.loads(call.content) if call.content else None) == body
    found = result.data[0] if "?" in target else result[0] if isinstance(result, list) else result
    expected = answer[0] if isinstance(answer, list) else answer
    assert found.id == expected["id"]
    assert found.created_at == datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(("use", "method", "target", "_body", "_answer"), CALLS)
def test_only_what_may_be_repeated_is_repeated(
    use: Callable[[GiantContext], Awaitable[Any]], method: str, target: str, _body: Any, _answer: Any
) -> None:
    """After a 500, creating and logging are sent once, everything else again."""
    crm = Crm({}, 500)
    once = method == "POST" and not target.endswith("/tags")
    with pytest.raises(errors.NotApplied if method == "GET" else errors.Ambiguous):
        with_crm(crm, use, limits=Limits(attempts=3))
    assert len(crm.calls) == (1 if once else 3)


@pytest.mark.parametrize(("use", "method", "_target", "_body", "_answer"), CALLS)
def test_unreadable_models_are_told_without_their_values(
    use: Callable[[GiantContext], Awaitable[Any]], method: str, _target: str, _body: Any, _answer: Any
) -> None:
    """A 2xx that is no such model is Ambiguous on a write and a ProtocolError on a read, and shows no value."""
    crm = Crm({"data": [{"id": ["canary"]}], "meta": META, "firstName": ["canary"], "name": ["canary"]})
    kind = errors.ProtocolError if method == "GET" else errors.Ambiguous
    with pytest.raises(errors.CallError) as caught:
        with_crm(crm, use, limits=Limits(attempts=2))
    assert type(caught.value) is kind
    assert "canary" not in str(caught.value)


def test_update_may_use_patch() -> None:
    """A target of a later generation is updated with PATCH."""
    crm = Crm(CONTACT)
    with_crm(crm, lambda c: c.update_contact("c1", ContactUpdate(title="CEO")), update_method="PATCH")
    assert crm.calls[0].method == "PATCH"


@pytest.mark.parametrize("status", [404, 405])
def test_a_target_that_writes_no_companies_is_recognisable(status: int) -> None:
    """The company extension ends in Rejected with the status where the target lacks it."""
    with pytest.raises(errors.Rejected) as caught:
        with_crm(Crm({"message": "no"}, status), lambda c: c.create_company(CompanyWrite(name="Acme")))
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("item_id", "segment"),
    [("../../auth/token", "..%2F..%2Fauth%2Ftoken"), ("a?b#c", "a%3Fb%23c"), ("ä b", "%C3%A4%20b"), ("%2F", "%252F")],
)
def test_an_id_stays_one_segment(item_id: str, segment: str) -> None:
    """Whatever an id holds, it names no other path."""
    crm = Crm(CONTACT)
    with_crm(crm, lambda c: c.get_contact(item_id))
    assert crm.calls[0].url.raw_path.decode() == f"{APP}/contacts/{segment}"


@pytest.mark.parametrize("item_id", ["", ".", ".."])
def test_ids_that_name_another_path_are_not_sent(item_id: str) -> None:
    """An empty id would list, dots would climb: such calls are rejected unsent, such settings refused."""
    crm = Crm(CONTACT)
    with pytest.raises(errors.Rejected):
        with_crm(crm, lambda c: c.get_contact(item_id))
    assert crm.calls == []
    with pytest.raises(errors.ConfigurationError, match="project_id"):
        with_crm(crm, lambda c: c.get_contact("c1"), project_id=item_id)


def test_pages_of_both_generations_are_read() -> None:
    """`pagination` stands for `meta`, and `pageCount` may be absent; the server's page size is what counts."""
    crm = Crm({"data": [CONTACT], "pagination": {"total": 9, "page": 1, "pageSize": 20}})
    page = with_crm(crm, lambda c: c.list_contacts(1, 200))
    assert (page.meta.total, page.meta.page_size, page.meta.page_count) == (9, 20, None)


def test_wrapped_objects_are_unwrapped_and_activities_keep_their_data() -> None:
    """`{"data": {…}}` is opened when no id stands beside it; an activity's own `data` is left alone."""
    assert with_crm(Crm({"data": CONTACT}), lambda c: c.get_contact("c1")).id == "c1"
    for answer in (ACTIVITY, {"data": ACTIVITY}):
        assert with_crm(Crm(answer), lambda c: c.get_activity("v1")).data == {"externalId": "x"}


def test_a_wrapped_timeline_is_read_only_when_it_is_whole() -> None:
    """An array in `data` is fine; one page of several would silently lose the rest."""
    assert len(with_crm(Crm({"data": [ACTIVITY]}), lambda c: c.contact_activities("c1"))) == 1
    with pytest.raises(errors.ProtocolError, match="whole list"):
        with_crm(Crm({"data": [ACTIVITY], "meta": {**META, "total": 2}}), lambda c: c.contact_activities("c1"))


def test_many_callers_share_one_exchange() -> None:
    """Fifty calls at once exchange the key once, and once more when their token is refused."""
    crm = Crm(CONTACT)
    crm.refused_tokens = {"t1"}

    async def use(client: GiantContext) -> None:
        await asyncio.gather(*(client.get_contact("c1") for _ in range(50)))

    with_crm(crm, use, limits=Limits(concurrency=50))
    assert crm.exchanges == 2
    assert len(crm.calls) == 100


def test_a_caller_that_gives_up_does_not_end_the_exchange() -> None:
    """The exchange goes on for the others when the call that began it is cancelled."""
    crm = Crm(CONTACT)

    async def use(client: GiantContext) -> Any:
        first = asyncio.create_task(client.get_contact("c1"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        second = asyncio.create_task(client.get_contact("c1"))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert with_crm(crm, use).id == "c1"
    assert crm.exchanges == 1


@pytest.mark.parametrize(
    ("life", "date", "renewed_at"),
    [
        (3600, NOW, 2880),  # 80 %
        (200, NOW, 140),  # 60 s before the end
        (60, NOW, 30),  # half of a short life
        (3600, NOW + timedelta(minutes=50), 480),  # by the server's clock: ten minutes are left
        (3600, None, 2880),  # without `Date`, by our own
    ],
)
def test_a_token_is_renewed_in_time(life: int, date: datetime | None, renewed_at: float) -> None:
    """A token is replaced at 80 % of its life or 60 s before its end, on the monotonic clock."""
    crm, time = Crm(CONTACT), Time()
    crm.life, crm.date = timedelta(seconds=life), date

    async def use(client: GiantContext) -> list[int]:
        counts = []
        for moment in (0, renewed_at - 1, renewed_at):
            time.now = moment
            await client.get_contact("c1")
            counts.append(crm.exchanges)
        return counts

    assert with_crm(crm, use, time) == [1, 1, 2]


def test_a_token_that_seems_over_is_used_until_refused() -> None:
    """Clocks that disagree do not make every call exchange the key."""
    crm = Crm(CONTACT)
    crm.life = timedelta(days=-1)

    async def use(client: GiantContext) -> None:
        for _ in range(3):
            await client.get_contact("c1")

    with_crm(crm, use)
    assert crm.exchanges == 1


def test_a_failing_renewal_leaves_a_working_token_in_use() -> None:
    """While the old token lives, calls go on and the renewal is tried again later, not with each call."""
    crm, time = Crm(CONTACT), Time()

    async def use(client: GiantContext) -> list[int]:
        await client.get_contact("c1")
        crm.exchange_answers = [httpx.Response(503)]
        counts = []
        for moment in (2900, 2910, 2940):
            time.now = moment
            await client.get_contact("c1")
            counts.append(crm.exchanges)
        return counts

    assert with_crm(crm, use, time) == [2, 2, 3]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(401, json={"message": f"bad {KEY}"}), errors.AccessError),
        (httpx.Response(400, json={"message": f"bad {KEY}"}), errors.AccessError),
        (httpx.Response(404), errors.AccessError),
        (httpx.Response(429, headers={"retry-after": "3"}), errors.RateLimited),
        (httpx.Response(500), errors.NotApplied),
        (httpx.Response(200, content=b"<html>"), errors.NotApplied),
        (httpx.Response(200, json={"token": KEY}), errors.NotApplied),
    ],
)
def test_without_a_token_nothing_was_applied(
    answer: httpx.Response, kind: type[errors.CallError], caplog: pytest.LogCaptureFixture
) -> None:
    """A failed exchange is a matter of access or of time, never a doubt about the call, and hides the key."""
    caplog.set_level(logging.DEBUG)
    crm = Crm(ACTIVITY)
    crm.exchange_answers = [answer] * 9
    with pytest.raises(errors.CallError) as caught:
        with_crm(crm, lambda c: c.log_activity(ActivityCreate(description="Call")), limits=Limits(attempts=3))
    assert type(caught.value) is kind
    assert crm.calls == []
    assert crm.exchanges == (1 if kind is errors.AccessError else 3)
    assert KEY not in str(caught.value) + caplog.text


def test_a_second_401_ends_the_call() -> None:
    """When a fresh token is refused too, the key's rights are the matter; it is not tried for ever."""
    crm = Crm(CONTACT)
    crm.refused_tokens = {"t1", "t2", "t3"}
    with pytest.raises(errors.AccessError) as caught:
        with_crm(crm, lambda c: c.get_contact("c1"))
    assert (crm.exchanges, len(crm.calls)) == (2, 2)
    assert isinstance(caught.value, errors.AccessError)

"""The CRM client: what goes over the wire, and what is made of the answers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from connectors import errors
from connectors.giant_context.client import GiantContext
from connectors.giant_context.wire import ActivityCreate, CompanyWrite, ContactCreate, ContactUpdate
from connectors.http import Limits
from tests.connectors.giant_context.crm_fake import ACTIVITY, APP, COMPANY, CONTACT, META, Crm, with_crm

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
    (lambda c: c.create_company(CompanyWrite(name="Acme")), "POST", "/companies", {"name": "Acme"}, COMPANY),
    (lambda c: c.update_company("k1", CompanyWrite(size=None)), "PUT", "/companies/k1", {"size": None}, COMPANY),
    (lambda c: c.list_activities(1, 50), "GET", "/activities?page=1&pageSize=50", None, [ACTIVITY]),
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


@pytest.mark.parametrize("attempts", [1, 2, 9])
def test_a_page_may_be_asked_for_less_often(attempts: int) -> None:
    """Who does not need to be patient says how often at most a page is asked for; the limits hold all the same."""
    crm = Crm({}, 500)
    with pytest.raises(errors.NotApplied):
        with_crm(crm, lambda c: c.list_companies(attempts=attempts), limits=Limits(attempts=3))
    assert len(crm.calls) == min(attempts, 3)


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


def test_a_row_that_spoils_a_page_is_named() -> None:
    """What is wrong in a page is told with the row's id, where it has one, and never with a value."""
    crm = Crm({"data": [CONTACT, CONTACT | {"id": "c2", "tags": "canary"}], "meta": META | {"total": 2}})
    with pytest.raises(errors.ProtocolError, match=r"data\.1\.tags: list_type \(1 such places, in 'c2'\)$"):
        with_crm(crm, lambda c: c.list_contacts(), limits=Limits(attempts=1))


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


@pytest.mark.parametrize("said", [{"source": "crm"}, {"writtenBy": "crm"}, {"source": None, "writtenBy": "crm"}])
def test_who_wrote_an_entry_is_read_by_either_name(said: dict[str, str | None]) -> None:
    """Newer accounts say `writtenBy` where older ones say `source`."""
    (entry,) = with_crm(Crm([ACTIVITY | said]), lambda c: c.contact_activities("v1"))
    assert (entry.source, entry.written_by) == ("crm", "crm")


def moved(request: httpx.Request) -> httpx.Response:
    """An account of today's generation: its contacts are people of the project."""
    if request.url.path.endswith("/auth/token"):
        return httpx.Response(200, json={"token": "t", "expiresAt": "2030-01-01T00:00:00Z"})
    if request.url.path == "/api/organizations/o/projects/p/people":
        return httpx.Response(200, json={"data": [], "pagination": {"total": 0, "page": 1, "pageSize": 1}})
    return httpx.Response(404, json={"message": "Not found", "code": "NOT_FOUND"})


def test_an_account_of_the_newer_generation_is_named() -> None:
    """Where contacts have become people, the error says so, not a bare 404; where nothing is there, it is 404."""
    with pytest.raises(errors.AccessError, match=r'newer generation.*"people".*not support that') as caught:
        with_crm(Crm(), lambda c: c.list_contacts(), transport=httpx.MockTransport(moved))
    assert "API key" not in str(caught.value)
    with pytest.raises(errors.NotFound):
        with_crm(Crm({"message": "Not found"}, 404), lambda c: c.list_contacts())


def test_wrapped_objects_are_unwrapped_and_activities_keep_their_data() -> None:
    """`{"data": {…}}` is opened when no id stands beside it; an activity's own `data` is left alone."""
    assert with_crm(Crm({"data": CONTACT}), lambda c: c.get_contact("c1")).id == "c1"
    entry = ActivityCreate(description="Call", contact_id="c1")
    for answer in (ACTIVITY, {"data": ACTIVITY}):
        assert with_crm(Crm(answer, 201), lambda c: c.log_activity(entry)).data == {"externalId": "x"}


def test_a_wrapped_timeline_is_read_only_when_it_is_whole() -> None:
    """An array in `data` is fine; one page of several would silently lose the rest."""
    assert len(with_crm(Crm({"data": [ACTIVITY]}), lambda c: c.contact_activities("c1"))) == 1
    with pytest.raises(errors.ProtocolError, match="whole list"):
        with_crm(Crm({"data": [ACTIVITY], "meta": {**META, "total": 2}}), lambda c: c.contact_activities("c1"))

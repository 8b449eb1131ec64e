"""What holds for every call: who may, what a body may be, how the server says no."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.giant_context import wire
from connectors.giant_context.server.app import create_app
from connectors.giant_context.server.store.normal_text import phone_key
from tests.connectors.giant_context.server.crm import KEY, ROOT, Crm, embedded


def test_a_wrong_key_gets_no_token(crm: Crm) -> None:
    """Only the right API key is exchanged."""
    answer = crm.http.post(wire.TOKEN_PATH, json={"apiKey": "gct_wrong"})
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x.y.z", "Basic eA=="])
def test_a_call_without_a_good_token_is_refused_before_its_body_is_read(crm: Crm, header: str) -> None:
    """A missing or wrong bearer answers 401, whatever the body."""
    answer = crm.http.post(f"{ROOT}/contacts", headers={"authorization": header}, content="{")
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")


def test_a_token_ends(tmp_path: Path) -> None:
    """A token is good until its end and no longer; a new one works."""
    times = [datetime(2026, 1, 1, tzinfo=UTC)]
    with embedded(tmp_path, clock=lambda: times[-1], token_lifetime=timedelta(minutes=10)) as crm:
        answer = crm.http.post(wire.TOKEN_PATH, json={"apiKey": KEY}).json()
        assert answer["expiresAt"] == "2026-01-01T00:10:00.000Z"
        times.append(times[-1] + timedelta(minutes=9, seconds=59))
        crm.call("GET", "/contacts")
        times.append(times[-1] + timedelta(seconds=1))
        crm.call("GET", "/contacts", expect=401)
        crm.log_in()
        crm.call("GET", "/contacts")


def test_a_token_of_another_database_or_algorithm_is_refused(crm: Crm, tmp_path: Path) -> None:
    """A token is tied to its database, and never chooses its own algorithm."""
    good = str(crm.http.headers["authorization"]).removeprefix("Bearer ")
    claims = jwt.decode(good, options={"verify_signature": False})
    crm.http.headers["authorization"] = f"Bearer {jwt.encode(claims, '', algorithm='none')}"
    crm.call("GET", "/contacts", expect=401)
    with embedded(tmp_path / "other") as other:
        other.http.headers["authorization"] = f"Bearer {good}"
        other.call("GET", "/contacts", expect=401)


@pytest.mark.parametrize("position", [2, 4, 7])
def test_another_tenant_is_not_found(crm: Crm, position: int) -> None:
    """A wrong organization, project or app answers 404 like any unknown path."""
    parts = ROOT.split("/")
    parts[position] = "another"
    answer = crm.http.get("/".join(parts) + "/contacts")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_every_answer_has_a_request_id_of_its_own(crm: Crm) -> None:
    """The id is new each time, on errors too, and never the caller's."""
    answers = [crm.http.get(path, headers={"x-request-id": "mine"}) for path in (f"{ROOT}/contacts", "/nowhere")]
    assert len({"mine"} | {answer.headers["x-request-id"] for answer in answers}) == 3


def test_unknown_paths_and_methods_are_refused_in_the_same_shape(crm: Crm) -> None:
    """404 and 405 carry message and code, and nothing redirects."""
    assert crm.call("GET", "/deals", expect=404)["code"] == "NOT_FOUND"
    crm.call("GET", "/contacts/", expect=404)
    crm.call("DELETE", "/contacts", expect=405)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/contacts", "GET, POST"),
        ("/contacts/x", "GET, PATCH, PUT"),
        ("/contacts/x/tags", "DELETE, POST"),
        ("/companies", "GET, POST"),
    ],
)
def test_a_wrong_method_is_told_all_that_are_right(crm: Crm, path: str, allowed: str) -> None:
    """Allow lists every method of the path, whichever route it belongs to."""
    answer = crm.http.request("TRACE", ROOT + path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_an_encoded_slash_parts_no_path(crm: Crm) -> None:
    """What is encoded belongs to an id, and no id has a slash: such a path is not found, whatever it would spell."""
    contact = crm.contact()["id"]
    for path in ("%2Fcontacts", "%2fcontacts", f"/contacts/{contact}%2Factivities"):
        assert crm.http.get(ROOT + path).status_code == 404
    crm.call("GET", f"/contacts/{contact}/activities")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/activities", "contactId=none"),
        ("/contacts", "lite=true"),
        ("/contacts", "page=1&page=2"),
        ("/contacts", "pagesize=5"),
        ("/contacts/x/activities", "page=1"),
        ("/contacts", "page=1.0"),
        ("/contacts", "page=1_0"),
        ("/contacts", "page=%201"),
    ],
)
def test_a_query_that_is_not_known_is_refused(crm: Crm, path: str, query: str) -> None:
    """A parameter that would be ignored, or given twice, or no plain number, answers 400 and is named."""
    answer = crm.http.get(f"{ROOT}{path}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")
    assert query.partition("=")[0] in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"\xff",
        b'{"key": "k", "value": NaN}',
        b'{"key": "k", "value": 1e999}',
        b'{"key": "k", "key": "l", "value": 1}',
        b'{"key": "k", "value": "\\ud800"}',
        b'{"key": "k", "value": "\\u0000"}',
        b'{"key": "k", "value": ' + b"9" * 5000 + b"}",
        b'{"key": "k", "value": ' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"key": "k", "value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_a_hostile_body_is_refused(crm: Crm, body: bytes) -> None:
    """What is not plain, bounded JSON answers 400."""
    path = f"{ROOT}/contacts/{crm.contact()['id']}/fields"
    answer = crm.http.put(path, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")


def test_a_body_larger_than_a_call_needs_is_refused(crm: Crm) -> None:
    """More than 1 MiB answers 413, whether its length is declared or not."""
    for content in (b" " * 1_100_000, (b" " * 100_000 for _ in range(11))):
        answer = crm.http.post(f"{ROOT}/contacts", content=content, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "BAD_REQUEST")


def test_what_breaks_answers_500_without_a_traceback(crm: Crm) -> None:
    """A store that fails is an INTERNAL_ERROR that tells nothing of the inside."""
    crm.store.close()
    answer = crm.http.post(f"{ROOT}/contacts", json={"firstName": "A", "lastName": "B"})
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_ERROR")
    assert "closed" not in answer.text


def test_a_foreign_host_is_refused_where_it_is_served(tmp_path: Path) -> None:
    """A name that is not loopback's answers 400."""
    with embedded(tmp_path, loopback_only=True) as crm:
        for host, status in (("evil.example", 400), ("localhost:99", 200), ("[::1]:99", 200), ("127.0.0.1.evil", 400)):
            assert crm.http.get(f"{ROOT}/contacts", headers={"host": host}).status_code == status


def test_it_works_in_process_without_lifespan_events(tmp_path: Path) -> None:
    """Concurrent creates through httpx's ASGI transport are all kept, each once."""

    async def create_some() -> int:
        app = create_app(tmp_path, api_key=KEY)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crm.local") as client:
            token = (await client.post(wire.TOKEN_PATH, json={"apiKey": KEY})).json()["token"]
            client.headers["authorization"] = f"Bearer {token}"
            bodies = [{"firstName": "A", "lastName": "B", "email": f"{n % 30}@x.y"} for n in range(40)]
            answers = await asyncio.gather(*(client.post(f"{ROOT}/contacts", json=body) for body in bodies))
            assert sorted(answer.status_code for answer in answers) == [201] * 30 + [409] * 10
            total = (await client.get(f"{ROOT}/contacts")).json()["meta"]["total"]
        app.state.store.close()
        return int(total)

    assert asyncio.run(create_some()) == 30


def test_the_extension_is_marked_in_the_description(crm: Crm) -> None:
    """Whoever reads the OpenAPI document sees which calls are not in the public API."""
    paths = crm.http.get("/openapi.json").json()["paths"]
    marked = {
        (path.rsplit("/", 1)[1], verb)
        for path in paths
        for verb in paths[path]
        if "extension" in paths[path][verb]["tags"]
    }
    assert marked == {("companies", "post"), ("{companyId}", "put")}


def test_every_parameter_of_a_path_is_described(crm: Crm) -> None:
    """Each id in a path is listed with its call, beside what the query takes."""
    paths = crm.http.get("/openapi.json").json()["paths"]
    for path, calls in paths.items():
        for call in calls.values():
            listed = [found["name"] for found in call["parameters"] if found["in"] == "path"]
            assert listed == [part[1:-1] for part in path.split("/") if part.startswith("{")]
    query = paths[next(path for path in paths if path.endswith("{appId}/contacts"))]["get"]["parameters"]
    assert {found["name"] for found in query if found["in"] == "query"} == {"page", "pageSize", "search"}


def test_the_description_says_who_may_call_and_what_is_answered(crm: Crm) -> None:
    """Each call names the bearer's scheme and the refusals that are really sent; a token needs no bearer."""
    described = crm.http.get("/openapi.json").json()
    assert described["components"]["securitySchemes"]["bearer"] == {"type": "http", "scheme": "bearer"}
    for path, calls in described["paths"].items():
        for verb, call in calls.items():
            refusals = set(call["responses"]) - {"200", "201"}
            assert {"400", "401", "500"} <= refusals
            assert "422" not in refusals
            assert call.get("security", []) == ([] if path == wire.TOKEN_PATH else [{"bearer": []}])
            assert ("413" in refusals) == ("requestBody" in call), (verb, path)


@given(digits=st.text("0123456789", min_size=1), noise=st.text(" +-()/.", max_size=5))
def test_a_phone_is_its_digits(digits: str, noise: str) -> None:
    """Whatever stands between them, equal digits are one phone."""
    assert phone_key(noise + noise.join(digits)) == digits
    assert phone_key(noise) is None

"""The double of Salesforce refuses what Salesforce refuses."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from tests.vendors.salesforce import Vendor
from tests.vendors.salesforce_login import CLIENT, SECRET
from tests.vendors.salesforce_world import id_of, number_of

ROOT = "/services/data/v67.0"
SELECT = "SELECT Id FROM Contact"

Call = tuple[str, str, dict[str, Any]]


def asked(double: Vendor, *calls: Call) -> list[httpx.Response]:
    """The answers of calls that are made one after the other, by somebody who has logged in."""

    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(double.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="https://acme.my.salesforce.com") as client:
            form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
            token = (await client.post("/services/oauth2/token", data=form)).json()["access_token"]
            client.headers["authorization"] = f"Bearer {token}"
            return [await client.request(method, ROOT + path, **more) for method, path, more in calls]

    return asyncio.run(run())


def query(double: Vendor, soql: str, resource: str = "/query") -> httpx.Response:
    """The answer to one query."""
    return asked(double, ("GET", resource, {"params": {"q": soql}}))[0]


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id, Nam FROM Contact", "INVALID_FIELD"),
        ("SELECT Id, Id FROM Contact", "INVALID_FIELD"),
        ("SELECT Id FROM Contact WHERE Nam = 'x'", "INVALID_FIELD"),
        ("SELECT Id FROM Contact WHERE SystemModstamp > '2026-01-01T00:00:00Z'", "INVALID_FIELD"),
        ("SELECT Id FROM Contact WHERE LastName = 2026-01-01T00:00:00Z", "INVALID_FIELD"),
        ("SELECT Id FROM Contact WHERE Id > 'x'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Person", "INVALID_TYPE"),
        ("SELECT * FROM Contact", "MALFORMED_QUERY"),
        ("SELECT Id Contact", "MALFORMED_QUERY"),
        ("SELECT Id FROM Contact WHERE", "MALFORMED_QUERY"),
        (
            "SELECT Id FROM Contact WHERE IsDeleted = false AND Id = '003000000000001' OR Id = '003000000000002'",
            "MALFORMED_QUERY",
        ),
        ("SELECT Id FROM Contact ORDER SystemModstamp", "MALFORMED_QUERY"),
        ("SELECT Id FROM Contact LIMIT x", "MALFORMED_QUERY"),
        ("SELECT Id FROM Contact; DELETE", "MALFORMED_QUERY"),
        ("", "MALFORMED_QUERY"),
    ],
)
def test_a_query_of_another_form_is_refused(soql: str, code: str) -> None:
    """With a 400, and Salesforce's code for it."""
    answer = query(Vendor(), soql)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_queries_are_answered_as_asked() -> None:
    """Conditions, order, limit, count; deleted records by queryAll alone."""
    double = Vendor(contacts=30, same_moment=10)
    ids = double.ids("contacts")
    double.delete("contacts", ids[4])
    assert query(double, "SELECT COUNT() FROM Contact").json()["totalSize"] == 29
    assert query(double, "SELECT COUNT() FROM Contact", "/queryAll").json()["totalSize"] == 30
    backwards = query(double, "SELECT Id FROM Contact ORDER BY Id DESC LIMIT 3").json()["records"]
    assert [one["Id"] for one in backwards] == ids[:-4:-1]
    tie = query(double, SELECT.replace("Id", "SystemModstamp") + f" WHERE Id = '{ids[12]}'").json()["records"][0]
    stamp = tie["SystemModstamp"].replace("+0000", "Z")
    where = f"(SystemModstamp = {stamp} AND Id > '{ids[12]}') OR SystemModstamp > {stamp}"
    found = query(double, f"{SELECT} WHERE {where} ORDER BY SystemModstamp, Id").json()["records"]
    assert [one["Id"] for one in found] == ids[13:]
    assert "Sforce-Limit-Info" in query(double, "SELECT Id FROM Contact").headers


def test_jobs_take_no_order_no_count_and_no_compound_fields_and_are_read_when_complete() -> None:
    """Each wrong use has its refusal."""
    double = Vendor(contacts=3)
    job = {"operation": "query", "query": "SELECT Id FROM Contact"}
    wrong = ["SELECT COUNT() FROM Contact", "SELECT MailingAddress FROM Contact", "SELECT Id FROM Contact ORDER BY Id"]
    refused = asked(double, *(("POST", "/jobs/query", {"json": {**job, "query": soql}}) for soql in wrong))
    assert {answer.status_code for answer in refused} == {400}
    (made,) = asked(double, ("POST", "/jobs/query", {"json": job}))
    place = f"/jobs/query/{made.json()['id']}"
    get: Call = ("GET", place, {})
    results: Call = ("GET", f"{place}/results", {})
    states = asked(
        double, ("DELETE", place, {}), results, get, get, results, ("PATCH", place, {"json": {"state": "Aborted"}})
    )
    assert [answer.status_code for answer in states] == [400, 400, 200, 200, 200, 400]
    assert [states[place].json()["state"] for place in (2, 3)] == ["InProgress", "JobComplete"]
    assert states[4].headers["Sforce-Locator"] == "null"
    assert states[4].text.splitlines()[0] == '"Id"'
    bad, deleted, after = asked(
        double, ("GET", f"{place}/results", {"params": {"locator": "MTA="}}), ("DELETE", place, {}), get
    )
    assert (bad.status_code, deleted.status_code, after.status_code) == (400, 204, 404)


def test_a_session_that_nobody_gave_out_is_refused() -> None:
    """With a 401 and its code."""
    double = Vendor()

    async def run() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(double.asgi), base_url="https://a.test") as client:
            return await client.get(f"{ROOT}/query", params={"q": "SELECT Id FROM Contact"})

    answer = asyncio.run(run())
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_ids_are_salesforces() -> None:
    """Eighteen letters, of which the last three say which of the others are capitals."""
    assert id_of("Account", 0) == "001000000000000AAA"
    assert id_of("Organization", 0)[-3:] == "EAA"
    numbers = [0, 61, 62, 250_000]
    assert [number_of(id_of("Lead", number)) for number in numbers] == numbers

"""Every request of the connector, and every answer of the double, is as HubSpot's own OpenAPI documents have it."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from connectors.api import Means
from connectors.hubspot import Source
from tests.connectors.hubspot.account import clock_of, gathered, source
from tests.vendors.double import BEGINNING, Seen
from tests.vendors.hubspot import Vendor
from tests.vendors.openapi import Documents, documents_of

UNDOCUMENTED = ("/account-info/2026-09/details",)
"""Paths that HubSpot documents elsewhere than in these documents."""


def mend(document: dict[str, Any]) -> None:
    """Correct what HubSpot's documents are known to have wrong.

    A sort is an object and no text (HubSpot/hubspot-api-python#236), and a batch of which a part is not there is
    answered with 207.
    """
    schemas = document["components"]["schemas"]
    if "PublicObjectSearchRequest" in schemas:
        schemas["PublicObjectSearchRequest"]["properties"]["sorts"]["items"] = {
            "type": "object",
            "required": ["propertyName", "direction"],
            "properties": {
                "propertyName": {"type": "string"},
                "direction": {"type": "string", "enum": ["ASCENDING", "DESCENDING"]},
            },
        }
    for path, item in document["paths"].items():
        if path.endswith("/batch/read"):
            item["post"]["responses"]["207"] = item["post"]["responses"]["200"]


@pytest.fixture(scope="module")
def documents() -> Documents:
    """HubSpot's documents."""
    return documents_of("hubspot", mend)


class Recorded(httpx.AsyncBaseTransport):
    """The double in process, with its answers kept beside what it has logged."""

    def __init__(self, double: Vendor) -> None:
        self._inner = httpx.ASGITransport(double.asgi)
        self.answers: list[Any] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a call on."""
        response = await self._inner.handle_async_request(request)
        self.answers.append(json.loads(await response.aread()))
        return response


async def everything(opened: Source, double: Vendor) -> None:
    """All that the connector can be asked for."""
    async with opened:
        for name in double.streams:
            first = await gathered(opened.pull(name, None))
            double.advance(hours=1)
            one = double.ids(name)[0]
            double.touch(name, [one])
            double.delete(name, double.ids(name)[1])
            if name == "companies":
                double.associate(double.ids("contacts")[0], one)
            await gathered(opened.pull(name, first.cursor))
            await gathered(opened.window(name, BEGINNING, double.now))
        await opened.check()


def test_all_that_is_asked_and_answered_is_documented(documents: Documents) -> None:
    """Paths, parameters, bodies and answers, of pulls, windows and the check."""
    double = Vendor(contacts=330, companies=20, activities=25)
    recorded = Recorded(double)
    plain = source(double)
    means = Means("hubspot", "V", plain._means.secret, recorded, clock_of(double))
    asyncio.run(everything(Source(plain._options, means), double))
    assert len(recorded.answers) == len(double.log) > 50
    assert {one.path.split("/")[-1] for one in double.log} >= {"search", "read", "contacts", "notes", "details"}
    checked = [_checked(documents, seen, answer) for seen, answer in zip(double.log, recorded.answers, strict=True)]
    assert sum(checked) == len(checked) - 1


def _checked(documents: Documents, seen: Seen, answer: Any) -> bool:
    if seen.path in UNDOCUMENTED:
        return False
    documents.check(seen.method, seen.path, seen.query, seen.body, seen.status, answer)
    return True


def test_the_exchange_of_tokens_is_documented(documents: Documents) -> None:
    """OAuth's form is as documented."""
    double = Vendor(contacts=3, companies=2, activities=0)

    async def run() -> None:
        async with source(double, secret=double.oauth_secret, client_id=double.client_id) as opened:
            await gathered(opened.pull("contacts", None))

    asyncio.run(run())
    (seen,) = double.asked("/oauth/")
    documents.check(seen.method, seen.path, seen.query, seen.body, seen.status, None)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("contacts/search", {"filterGroups": [], "sorts": [], "properties": [], "limit": 201, "after": "0"}),
        ("contacts/search", {"filterGroups": [], "sorts": [], "properties": [], "limit": 200, "after": "9900"}),
        ("contacts/batch/read", {"inputs": [{"id": "1"}] * 101, "properties": [], "propertiesWithHistory": []}),
    ],
)
def test_refusals_of_the_double_are_documented(documents: Documents, path: str, body: Any) -> None:
    """What the double refuses, it refuses in HubSpot's words' form."""
    double = Vendor(contacts=3, companies=2, activities=0)

    async def run() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(double.asgi), base_url="http://127.0.0.1") as client:
            key = {"authorization": f"Bearer {double.secret}"}
            return await client.post(f"/crm/objects/2026-09/{path}", json=body, headers=key)

    answer = asyncio.run(run())
    assert answer.status_code == 400
    documents.check("POST", f"/crm/objects/2026-09/{path}", {}, body, 400, answer.json())

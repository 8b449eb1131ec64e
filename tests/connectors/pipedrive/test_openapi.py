"""Pipedrive's own documents say that our calls are right, and that the double answers as the API does."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any, Final

import httpx

from tests.connectors.pipedrive.reading import SINCE, source_of, taken
from tests.vendors.double import BEGINNING
from tests.vendors.openapi import documents_of
from tests.vendors.pipedrive import Vendor

UNDOCUMENTED: Final = ("/v1/users/me",)
"""The documents at hand hold the calls for records and their fields alone."""


class Recording(httpx.AsyncBaseTransport):
    """Keeps each request with its answer."""

    def __init__(self, double: Vendor) -> None:
        self._inner = httpx.ASGITransport(double.asgi)
        self.kept: list[tuple[httpx.Request, int, Any]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it on."""
        answer = await self._inner.handle_async_request(request)
        await answer.aread()
        self.kept.append((request, answer.status_code, json.loads(answer.content)))
        return answer


def may_be_null(document: dict[str, Any]) -> None:
    """Say of each value in an answer that it may be null, as the API's answers and the documents' own words do."""
    for path in document["paths"].values():
        for response in path.get("get", {}).get("responses", {}).values():
            for media in response.get("content", {}).values():
                _nullable(media["schema"])


def _nullable(schema: dict[str, Any]) -> None:
    schema["nullable"] = True
    parts = [*schema.get("properties", {}).values(), schema.get("items")]
    for part in (*parts, *(one for kind in ("allOf", "anyOf", "oneOf") for one in schema.get(kind, ()))):
        if isinstance(part, dict):
            _nullable(part)


def kept(double: Vendor) -> list[tuple[httpx.Request, int, Any]]:
    """All that a first pull, a second one, a window and a check ask, and what they are answered."""
    recording = Recording(double)

    async def body() -> None:
        async with source_of(double, transport=recording) as source:
            for stream in double.streams:
                await taken(source.pull(stream, None))
                await taken(source.pull(stream, SINCE))
                await taken(source.window(stream, BEGINNING, datetime.fromisoformat("2026-04-01T00:00:00Z")))
            await source.check()

    asyncio.run(body())
    return recording.kept


def test_every_call_and_every_answer_is_as_the_documents_say() -> None:
    """Paths, parameters and answers of all that the connector asks hold against the vendor's documents."""
    documents = documents_of("pipedrive", may_be_null)
    double = Vendor(contacts=1_100, companies=600, activities=2_800)
    double.nameless_changes = double.shows_deleted = True
    for stream in double.streams:
        double.delete(stream, "3")
        double.touch(stream, ["4", "5"])
    calls = kept(double)
    assert {"/v1/notes/3", "/v1/notes/4"} <= (paths := {request.url.path for request, _, _ in calls})
    assert {path for path in paths if not path.startswith("/v1/notes/")} == {
        *("/api/v2/persons", "/api/v2/organizations", "/api/v2/activities", "/v1/notes", "/v1/recents"),
        *("/api/v2/personFields", "/api/v2/organizationFields", "/v1/users/me"),
    }
    assert {request.url.path for request, _, _ in calls if "ids" in request.url.params} == {
        *("/api/v2/persons", "/api/v2/organizations", "/api/v2/activities")
    }
    for request, status, answer in calls:
        if request.url.path not in UNDOCUMENTED:
            query = dict(request.url.params)
            documents.check(request.method, request.url.path, query, None, status, answer)
            assert status == 200

"""A double of HubSpot's CRM API, 2026-09: a request that the real one refuses is refused here."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.vendors.double import Double, Flaw
from tests.vendors.hubspot_filters import SCOPES, Refusal, bounds, inputs, number, said_of, sorted_by_change
from tests.vendors.hubspot_people import NAMES, definitions
from tests.vendors.hubspot_shelf import millis, written
from tests.vendors.hubspot_world import ENGAGEMENTS, World, default_properties

VERSION: Final = "2026-09"
CALLS: Final = 100
"""Calls in ten seconds."""

DAILY: Final = 250_000
PORTAL: Final = 4711
DETAILS: Final = {
    "portalId": 4711,
    "accountType": "STANDARD",
    "timeZone": "Europe/Berlin",
    "uiDomain": "app.hubspot.com",
}


class Vendor(Double):
    """An account of HubSpot's."""

    kind = "hubspot"
    streams = {"companies": "companies", "contacts": "contacts", **dict.fromkeys(ENGAGEMENTS, "activities")}  # noqa: RUF012 - the base's ClassVar
    secret = "pat-eu1-00000000-made-up-token"

    requests_for_changes = dict.fromkeys(("contacts", *ENGAGEMENTS), 4)
    requests_more_after_a_day = dict.fromkeys(("contacts", *ENGAGEMENTS), 1)

    client_id = "8d4e0a5c-made-up"
    oauth_secret = '{"client_secret": "made-up-client-secret", "refresh_token": "na1-made-up-refresh-token"}'

    def __init__(self, **given: int) -> None:
        """Make the world."""
        super().__init__(**given)
        self.world = World(self.counts, self.moment_of)
        self.pace: int | None = None
        """How many calls in ten seconds, and searches in one second, before a 429; None: as many as come."""
        self.search_pace: int | None = None
        self.longest_search = 3_000
        """Characters of a search's body beyond which it is refused."""
        self.daily_left = DAILY
        self.missing: set[str] = set()
        """Scopes that the app lacks."""
        self._calls: deque[float] = deque()
        self._searches: deque[float] = deque()
        self._issued: set[str] = set()
        self._tokens: dict[str, float] = {}

    # What a test does

    @property
    def lag(self) -> timedelta:
        """How much later than everything else the search knows of a change."""
        return timedelta(milliseconds=self.world.lag)

    @lag.setter
    def lag(self, lag: timedelta) -> None:
        self.world.lag = int(lag.total_seconds() * 1000)

    def options(self, base_url: str) -> dict[str, Any]:
        """The double has no pace of its own unless a test sets one."""
        return {"base_url": base_url, "searches_per_second": 10_000}

    def ids(self, stream: str) -> list[str]:
        """The ids of all records that stand."""
        return [str(one) for one in self.world.shelves[stream].ids]

    def touch(self, stream: str, ids: Sequence[str], **values: str) -> None:
        """Change records now."""
        self.world.touch(stream, [int(one) for one in ids], values, millis(self.now))

    def delete(self, stream: str, record: str) -> None:
        """Archive a record now."""
        self.world.archive(stream, int(record), millis(self.now))

    def restore(self, stream: str, record: str) -> None:
        """Bring an archived record back now."""
        self.world.restore(stream, int(record), millis(self.now))

    def merge(self, stream: str, loser: str, winner: str) -> None:
        """Merge a record into another now."""
        self.world.merge(stream, int(loser), int(winner), millis(self.now))

    def spoil(self, stream: str, record: str, flaw: Flaw) -> None:
        """Show a record with a flaw from now on."""
        self.world.flaws[stream, int(record)] = flaw

    def secrets(self) -> Mapping[str, Mapping[str, Any]]:
        """A token, or what OAuth exchanges for one."""
        return {self.secret: {}, self.oauth_secret: {"client_id": self.client_id}}

    @property
    def access_tokens(self) -> Collection[str]:
        """Those that OAuth gave out."""
        return self._tokens.keys()

    def associate(self, contact: str, company: str, *, primary: bool = False) -> None:
        """Let a contact belong to one more company now; only as its primary one does that move the contact itself."""
        self.world.associate(int(contact), int(company), millis(self.now), primary=primary)

    def part(self, contact: str, company: str) -> None:
        """Let a contact belong to a company no more."""
        self.world.part(int(contact), int(company), millis(self.now))

    def error(self, status: int) -> tuple[Any, dict[str, str]]:
        """HubSpot's own form of an error."""
        category = {401: "INVALID_AUTHENTICATION", 403: "MISSING_SCOPES", 429: "RATE_LIMITS"}.get(status, "ERROR")
        said = said_of(category, f"This is a made-up error {status}.")
        return (said | {"policyName": "TEN_SECONDLY_ROLLING"} if status == 429 else said), {}

    # The server

    def routes(self) -> list[Route]:
        """The paths that are there."""
        objects, associations = f"/crm/objects/{VERSION}", f"/crm/associations/{VERSION}"
        return [
            Route(f"{objects}/{{kind}}", self._guarded(self._list), methods=["GET"]),
            Route(f"{objects}/{{kind}}/search", self._guarded(self._search, search=True), methods=["POST"]),
            Route(f"{objects}/{{kind}}/batch/read", self._guarded(self._batch), methods=["POST"]),
            Route(f"{associations}/{{kind}}/{{to}}/batch/read", self._guarded(self._associations), methods=["POST"]),
            Route(f"/crm/properties/{VERSION}/{{kind}}", self._guarded(self._properties), methods=["GET"]),
            Route(f"/account-info/{VERSION}/details", self._guarded(self._details), methods=["GET"]),
            Route(f"/oauth/{VERSION}/token", self._token, methods=["POST"]),
        ]

    def _guarded(
        self, handle: Callable[[Request, Any], Any], *, search: bool = False
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            headers = {}
            try:
                self._admit(request)
                headers = self._metered(search=search)
                raw = self._short_enough(await request.body(), search=search)
                answer = handle(request, json.loads(raw) if raw else None)
            except Refusal as refusal:
                body = {**said_of(refusal.category, refusal.message), **refusal.more}
                return JSONResponse(body, refusal.status, headers)
            return JSONResponse(answer, 207 if "numErrors" in answer else 200, headers)

        return endpoint

    def _short_enough(self, raw: bytes, *, search: bool) -> bytes:
        if search and len(raw) > self.longest_search:
            raise Refusal(400, "VALIDATION_ERROR", "The request body is longer than a search may be")
        return raw

    def _admit(self, request: Request) -> None:
        if len(str(request.url)) - len(f"{request.url.scheme}://{request.url.netloc}") > 2000:
            raise Refusal(414, "VALIDATION_ERROR", "URI Too Long")
        if request.method == "POST" and not request.headers.get("content-type", "").startswith("application/json"):
            raise Refusal(415, "VALIDATION_ERROR", "Unsupported Media Type")
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        ends = float("inf") if token == self.secret else self._tokens.get(token, 0.0)
        if ends <= self.now.timestamp():
            raise Refusal(401, "INVALID_AUTHENTICATION", "Authentication credentials not found.")
        kind = request.path_params.get("kind")
        if kind is not None and kind not in NAMES:
            raise Refusal(404, "OBJECT_NOT_FOUND", "Unable to infer object type")
        if kind is not None and (scope := SCOPES.get(kind, SCOPES["contacts"])) in self.missing:
            said = [{"message": "missing scopes", "context": {"requiredGranularScopes": [scope]}}]
            raise Refusal(403, "MISSING_SCOPES", "This app hasn't been granted all required scopes.", errors=said)

    def _metered(self, *, search: bool) -> dict[str, str]:
        now = self.now.timestamp()
        if self.daily_left <= 0:
            raise Refusal(429, "RATE_LIMITS", "You have reached your daily limit.", policyName="DAILY")
        self.daily_left -= 1
        calls, span, pace = (self._searches, 1.0, self.search_pace) if search else (self._calls, 10.0, self.pace)
        while calls and calls[0] <= now - span:
            calls.popleft()
        policy = "SECONDLY" if search else "TEN_SECONDLY_ROLLING"
        if pace is not None and len(calls) >= pace:
            raise Refusal(429, "RATE_LIMITS", f"You have reached your {policy.lower()} limit.", policyName=policy)
        if pace is not None:
            calls.append(now)
        if search:
            return {}
        return {
            "x-hubspot-ratelimit-max": str(pace or CALLS),
            "x-hubspot-ratelimit-remaining": str((pace or CALLS) - len(calls)),
            "x-hubspot-ratelimit-interval-milliseconds": "10000",
            "x-hubspot-ratelimit-daily": str(DAILY),
            "x-hubspot-ratelimit-daily-remaining": str(self.daily_left),
        }

    def _list(self, request: Request, _: Any) -> Any:
        kind, query = request.path_params["kind"], request.query_params
        limit = number(query.get("limit", "10"), 1, 100)
        if "associations" in query or "propertiesWithHistory" in query:
            raise Refusal(400, "VALIDATION_ERROR", "this double has no associations and no history in lists")
        shelf = self.world.shelves[kind]
        ids = sorted(shelf.archived) if query.get("archived") == "true" else shelf.ids
        after = query.get("after")
        if after is not None and after not in self._issued:
            raise Refusal(400, "VALIDATION_ERROR", "the after parameter is not a cursor that was issued")
        start = 0 if after is None else bisect_left(ids, int(after[1:]))
        names = [one for one in query.get("properties", "").split(",") if one] or default_properties(kind)
        answer: dict[str, Any] = {
            "results": [self.world.record(kind, one, names) for one in ids[start : start + limit]]
        }
        if start + limit < len(ids):
            self._issued.add(token := f"L{ids[start + limit]}")
            answer["paging"] = {"next": {"after": token, "link": f"{request.url.path}?after={token}"}}
        return answer

    def _search(self, request: Request, body: Any) -> Any:
        kind = request.path_params["kind"]
        limit, after = number(body.get("limit", 10), 1, 200), number(body.get("after") or 0, 0, 10_000_000)
        if after + limit > 10_000:
            raise Refusal(400, "VALIDATION_ERROR", "paging beyond 10,000 results of a search is not possible")
        changed, ids = bounds(kind, body["filterGroups"])
        by_change = sorted_by_change(kind, body.get("sorts", []))
        shelf = self.world.shelves[kind]
        shelf.settle(millis(self.now))
        found, start, end = shelf.search(changed, ids, by_change=by_change)
        first, last = start + after, min(start + after + limit, end)
        names = body.get("properties") or default_properties(kind)
        answer: dict[str, Any] = {
            "total": max(0, end - start),
            "results": [self.world.record(kind, one, names, indexed=True) for one in found[first:last]],
        }
        if last < end:
            answer["paging"] = {"next": {"after": str(after + limit)}}
        return answer

    def _batch(self, request: Request, body: Any) -> Any:
        kind, given = request.path_params["kind"], inputs(body, 100)
        if not isinstance(body.get("properties"), list) or not isinstance(body.get("propertiesWithHistory"), list):
            raise Refusal(400, "VALIDATION_ERROR", "properties and propertiesWithHistory are required")
        shelf = self.world.shelves[kind]
        known = [int(one["id"]) for one in given if shelf.has(int(one["id"]))]
        lost = [one["id"] for one in given if not shelf.has(int(one["id"]))]
        results = [self.world.record(kind, one, body["properties"]) for one in known]
        return self._answered(results, [("Could not get some records", {"ids": lost})] if lost else [])

    def _associations(self, request: Request, body: Any) -> Any:
        kind, to, given = request.path_params["kind"], request.path_params["to"], inputs(body, 1000)
        if to not in ("contacts", "companies"):
            raise Refusal(400, "VALIDATION_ERROR", "no such object")
        results, errors = list[Any](), list[tuple[str, dict[str, list[str]]]]()
        for one in given:
            found = self.world.associated(kind, int(one["id"]), to)
            start = int(one.get("after", "A0")[1:])
            if found:
                part: dict[str, Any] = {
                    "from": {"id": one["id"]},
                    "to": [{"toObjectId": str(id_), "associationTypes": types} for id_, types in found[start:][:500]],
                }
                if start + 500 < len(found):
                    part["paging"] = {"next": {"after": f"A{start + 500}"}}
                results.append(part)
            else:
                errors.append((f"No {to} are associated with {kind} {one['id']}.", {"fromObjectId": [one["id"]]}))
        return self._answered(results, errors)

    def _answered(self, results: list[Any], errors: list[tuple[str, dict[str, list[str]]]]) -> Any:
        now = written(millis(self.now))
        answer: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
        if errors:
            answer["numErrors"] = len(errors)
            answer["errors"] = [
                {"status": "error", "category": "OBJECT_NOT_FOUND", "message": said, "context": context}
                | {"errors": [], "links": {}}
                for said, context in errors
            ]
        return answer

    def _properties(self, request: Request, _: Any) -> Any:
        return {"results": definitions(request.path_params["kind"])}

    def _details(self, _: Request, __: Any) -> Any:
        return {"portalId": PORTAL, "accountType": "STANDARD", "uiDomain": "app.hubspot.com"}

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        known = {"grant_type": "refresh_token", "client_id": self.client_id, **json.loads(self.oauth_secret)}
        if form != known:
            return JSONResponse(said_of("BAD_REFRESH_TOKEN", "missing or invalid refresh token"), 400)
        token = f"CO-made-up-access-token-{len(self._tokens)}"
        self._tokens[token] = self.now.timestamp() + 1800
        return JSONResponse({"access_token": token, "token_type": "bearer", "expires_in": 1800})

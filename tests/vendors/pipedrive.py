"""A double of Pipedrive: v2's lists by cursors, v1's notes, recent changes and user, its limits and its refusals."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.vendors import pipedrive_world as world
from tests.vendors.double import Double, Flaw, flawed
from tests.vendors.pipedrive_calls import (
    Cursors,
    Meter,
    Refused,
    granted,
    guarded,
    limit_of,
    moment_of,
    named,
    number_of,
    query_of,
    times,
)
from tests.vendors.pipedrive_world import Record, Table, spaced

_PAGE: Final = {"limit", "cursor"}
_TIMES: Final = {"updated_since", "updated_until", "sort_by", "sort_direction"}
_COMMON: Final = _PAGE | _TIMES | {"filter_id", "ids", "owner_id", "include_fields"}
_NOTES: Final = {"user_id", "deal_id", "person_id", "org_id", "start", "limit", "sort", "updated_since"}
_SORTS: Final = {"id", "update_time", "add_time"}


class Vendor(Double):
    """One company's account, as an administrator sees it."""

    kind: ClassVar[str] = "pipedrive"
    streams: ClassVar[dict[str, str]] = {
        "companies": "companies",
        "contacts": "contacts",
        "activities": "activities",
        "notes": "activities",
    }
    secret: ClassVar[str] = "0123456789abcdef0123456789abcdef01234567"

    untold_in_windows: ClassVar[frozenset[str]] = frozenset(streams)

    client = ("app-4711", "the-client-secret", "the-refresh-token")
    """Id, secret and refresh token of the account's OAuth app."""
    access_token = "an-access-token"

    def __init__(self, *, contacts: int = 50, companies: int = 10, activities: int = 20, same_moment: int = 0) -> None:
        super().__init__(contacts=contacts, companies=companies, activities=activities, same_moment=same_moment)
        notes = activities // 4
        self.tables = {
            "companies": Table(1, self._moments(companies), world.organization),
            "contacts": Table(1, self._moments(contacts), world.person(companies)),
            "activities": Table(1, self._moments(activities - notes), world.activity(contacts, companies)),
            "notes": Table(1, self._moments(notes), world.note(contacts)),
        }
        self.shows_deleted = False
        """Whether v2's lists show what is deleted, which no document says."""
        self.nameless_deletions = False
        """Whether recent changes say nothing of a deleted record but its id."""
        self.nameless_changes = False
        """Whether recent changes say nothing of any record but its id."""
        self.has_campaigns = True
        """Whether the account knows marketing states."""
        self.may_see_recents = True
        self.flaws: dict[tuple[str, int], Flaw] = {}
        self.cursors = Cursors()
        self.meter = Meter()

    def routes(self) -> Sequence[Route]:
        """The calls that a connector may make."""
        guarded = {
            "/api/v2/persons": self._persons,
            "/api/v2/organizations": self._organizations,
            "/api/v2/activities": self._activities,
            "/api/v2/personFields": self._person_fields,
            "/api/v2/organizationFields": self._organization_fields,
            "/v1/notes": self._notes,
            "/v1/notes/{id}": self._note,
            "/v1/recents": self._recents,
            "/v1/users/me": self._me,
        }
        return [
            *(Route(path, self._guarded(answer), methods=["GET"]) for path, answer in guarded.items()),
            Route("/oauth/token", self._token, methods=["POST"]),
        ]

    def options(self, base_url: str) -> dict[str, Any]:
        """The address alone; the secret is the API token."""
        return {"base_url": base_url}

    def ids(self, stream: str) -> list[str]:
        """All that are not deleted."""
        table = self.tables[stream]
        return [str(number) for number in table.ids if number not in table.deleted]

    def touch(self, stream: str, ids: Sequence[str], **values: Any) -> None:
        """Change records now, or at the `update_time` that is given."""
        moment = self._now()
        if "update_time" in values:
            moment = int(datetime.fromisoformat(values.pop("update_time")).timestamp())
        for one in ids:
            self.tables[stream].touch(int(one), moment, values)

    def delete(self, stream: str, record: str) -> None:
        """Delete a record now; it can be seen for 30 days."""
        flag = {"active_flag": False} if stream == "notes" else {"is_deleted": True}
        self.touch(stream, [record], **flag)
        self.tables[stream].deleted.add(int(record))

    def restore(self, stream: str, record: str) -> None:
        """Take back a deletion now."""
        self.tables[stream].deleted.remove(int(record))
        self.touch(stream, [record], **({"active_flag": True} if stream == "notes" else {"is_deleted": False}))

    def spoil(self, stream: str, record: str, flaw: Flaw) -> None:
        """Show a record with a flaw from now on."""
        self.flaws[stream, int(record)] = flaw

    def secrets(self) -> Mapping[str, Mapping[str, Any]]:
        """An API token, or what OAuth exchanges for one."""
        name, client_secret, refresh_token = self.client
        app = json.dumps({"client_secret": client_secret, "refresh_token": refresh_token})
        return {self.secret: {}, app: {"client_id": name}}

    @property
    def access_tokens(self) -> Collection[str]:
        """The one that OAuth gives out."""
        return (self.access_token,)

    def associate(self, contact: str, company: str) -> None:
        """Give a person an organization now: the person itself changes by that."""
        self.touch("contacts", [contact], org_id=int(company))

    def expire_cursors(self) -> None:
        """Let no cursor count that was given so far."""
        self.cursors.expire()

    def error(self, status: int) -> tuple[Any, dict[str, str]]:
        """An error as the API writes it."""
        body = {"success": False, "error": f"error {status}", "errorCode": status, "error_info": "See the docs."}
        return body, {"retry-after": "1"} if status == 429 else {}

    # The calls

    def _guarded(self, answer: Callable[[Request], Any]) -> Callable[[Request], Any]:
        return guarded(answer, self._who, lambda: self.meter, lambda: self.now)

    def _persons(self, request: Request) -> Any:
        query = query_of(request, _COMMON | {"org_id", "deal_id", "custom_fields", "include_option_labels"})
        wanted = {one for one in query.get("include_fields", "").split(",") if one}
        if wanted - {"marketing_status"} or (wanted and not self.has_campaigns):
            raise Refused(400, "Validation failed", "include_fields")
        return self._listed("contacts", query, {"marketing_status": "no_consent"} if wanted else {})

    def _organizations(self, request: Request) -> Any:
        return self._listed("companies", query_of(request, _COMMON | {"custom_fields", "include_option_labels"}), {})

    def _activities(self, request: Request) -> Any:
        return self._listed("activities", query_of(request, _COMMON | {"deal_id", "lead_id", "org_id", "done"}), {})

    def _person_fields(self, request: Request) -> Any:
        query = query_of(request, _PAGE | {"include_fields"})
        return self._defined([*world.PERSON_FIELDS, *([world.MARKETING] if self.has_campaigns else [])], query)

    def _organization_fields(self, request: Request) -> Any:
        return self._defined(world.ORGANIZATION_FIELDS, query_of(request, _PAGE | {"include_fields"}))

    def _listed(self, stream: str, query: dict[str, str], more: Record) -> Any:
        """A page of v2, sorted as asked and then by id."""
        table, limit = self.tables[stream], limit_of(query)
        since, until = moment_of(query, "updated_since"), moment_of(query, "updated_until")
        by, backwards = query.get("sort_by", "id"), query.get("sort_direction", "asc") == "desc"
        if by not in _SORTS or query.get("sort_direction", "asc") not in ("asc", "desc"):
            raise Refused(400, "Validation failed", "sort_by")
        behind = self.cursors.take(query["cursor"], stream, by, self._now()) if "cursor" in query else None
        rank: Callable[[int], tuple[float, int]] = (
            (lambda number: (number, number)) if by == "id" else (lambda number: (table.moment(number), number))
        )
        numbers: Sequence[int] = named(query, table) if "ids" in query else table.ids
        if by != "id" or backwards:
            numbers = sorted(numbers, key=rank, reverse=backwards)
        elif behind is not None and "ids" not in query:
            numbers = range(int(behind[1]) + 1, table.ids.stop)
        found = self._matching(table, numbers, since, until)
        if behind is not None and (by != "id" or backwards or "ids" in query):
            found = (one for one in found if (rank(one) < behind if backwards else rank(one) > behind))
        page = [one for one, _ in zip(found, range(limit + 1), strict=False)]
        shown = page[:limit]
        cursor = self.cursors.give(stream, by, rank(shown[-1]), self._now()) if len(page) > limit else None
        data = [
            flawed({**more, **times(table.moment(one)), **table.record(one)}, self.flaws.get((stream, one)))
            for one in shown
        ]
        return {"success": True, "data": data, "additional_data": {"next_cursor": cursor}}

    def _matching(
        self, table: Table, numbers: Sequence[int], since: float | None, until: float | None
    ) -> Iterator[int]:
        for number in numbers:
            moment = table.moment(number)
            if (since is not None and moment < since) or (until is not None and moment >= until):
                continue
            if number not in table.gone and (self.shows_deleted or number not in table.deleted):
                yield number

    def _defined(self, fields: Sequence[Record], query: dict[str, str]) -> Any:
        limit_of(query)
        return {"success": True, "data": list(fields), "additional_data": {"next_cursor": None}}

    def _notes(self, request: Request) -> Any:
        query, table = query_of(request, _NOTES), self.tables["notes"]
        start, limit = number_of(query, "start", 0), limit_of(query)
        since = moment_of(query, "updated_since")
        if query.get("sort", "id ASC") != "id ASC":
            raise Refused(400, "Validation failed", "this double sorts notes by id alone")
        numbers = list(self._matching(table, table.ids, since, None))
        times = {"add_time": spaced(1767225600)}
        data = [
            flawed(
                {**times, "update_time": spaced(table.moment(one)), **table.record(one)}, self.flaws.get(("notes", one))
            )
            for one in numbers[start : start + limit]
        ]
        more = start + limit < len(numbers)
        pages = {"start": start, "limit": limit, "more_items_in_collection": more}
        if more:
            pages["next_start"] = start + limit
        return {"success": True, "data": data or None, "additional_data": {"pagination": pages}}

    def _note(self, request: Request) -> Any:
        query_of(request, set())
        table = self.tables["notes"]
        for one in self._matching(table, [int(request.path_params["id"])], None, None):
            data = {"add_time": spaced(1767225600), "update_time": spaced(table.moment(one)), **table.record(one)}
            return {"success": True, "data": data}
        raise Refused(404, "Note not found")

    def _recents(self, request: Request) -> Any:
        query = query_of(request, {"since_timestamp", "items", "start", "limit"})
        if not self.may_see_recents:
            raise Refused(403, "Scope and URL mismatch", "recents:read")
        try:
            since = datetime.strptime(query.get("since_timestamp", ""), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            raise Refused(400, "Bad request", "since_timestamp") from None
        stream = {"person": "contacts", "organization": "companies", "activity": "activities", "note": "notes"}.get(
            query.get("items", "")
        )
        if stream is None:
            raise Refused(400, "Bad request", "items")
        table, start, limit = self.tables[stream], number_of(query, "start", 0), limit_of(query)
        # "Changes that occurred after": a change of that very second is none.
        numbers = [one for one in table.ids if table.moment(one) > since.timestamp() and one not in table.gone]
        numbers.sort(key=lambda one: (table.moment(one), one))
        shown = numbers[start : start + limit]
        told: Record = {
            "since_timestamp": query["since_timestamp"],
            "pagination": {"start": start, "limit": limit, "more_items_in_collection": start + limit < len(numbers)},
        }
        if shown:
            told["last_timestamp_on_page"] = spaced(table.moment(shown[-1]))
        data = [{"item": query["items"], "id": one, "data": self._recent(table, one)} for one in shown]
        return {"success": True, "data": data or None, "additional_data": told}

    def _recent(self, table: Table, number: int) -> Record | None:
        if self.nameless_changes or (number in table.deleted and self.nameless_deletions):
            return None
        active = number not in table.deleted
        return {"id": number, "active_flag": active, "update_time": spaced(table.moment(number))}

    def _me(self, request: Request) -> Any:
        query_of(request, set())
        return {"success": True, "data": {"id": 1, "is_admin": 1, "company_id": 4711, "company_name": "Acme"}}

    async def _token(self, request: Request) -> Response:
        return granted(await request.body(), request.headers.get("authorization", ""), self.client, self.access_token)

    # Who calls

    def _who(self, request: Request) -> None:
        token, bearer = request.headers.get("x-api-token"), request.headers.get("authorization")
        if token != self.secret and bearer != f"Bearer {self.access_token}":
            raise Refused(401, "unauthorized access", "Please check developers.pipedrive.com")

    def _moments(self, count: int) -> list[int]:
        return [int(self.moment_of(number, count).timestamp()) for number in range(count)]

    def _now(self) -> int:
        return int(self.now.timestamp())

"""A double of Salesforce: logins, descriptions, SOQL by REST with its pages, query jobs of Bulk API 2.0, its limits."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.vendors import salesforce_world as world
from tests.vendors.double import Double, Flaw
from tests.vendors.salesforce_fields import FIELDS, SOBJECTS
from tests.vendors.salesforce_jobs import GOING, Job, Jobs
from tests.vendors.salesforce_lists import Lists
from tests.vendors.salesforce_login import CLIENT, REFRESH, SECRET, NoToken, checked
from tests.vendors.salesforce_soql import Refused
from tests.vendors.salesforce_world import Table, id_of, number_of

Answer = tuple[Any, dict[str, str]]

_CODES = {400: "UNKNOWN_EXCEPTION", 401: "INVALID_SESSION_ID", 403: "INSUFFICIENT_ACCESS", 404: "NOT_FOUND"}


class Vendor(Double):
    """One organisation, as an integration user with all rights sees it."""

    kind: ClassVar[str] = "salesforce"
    streams: ClassVar[dict[str, str]] = {
        "companies": "companies",
        "contacts": "contacts",
        "leads": "contacts",
        "tasks": "activities",
        "events": "activities",
    }
    secret: ClassVar[str] = SECRET
    version = "67.0"

    def __init__(self, *, contacts: int = 50, companies: int = 10, activities: int = 20, same_moment: int = 0) -> None:
        super().__init__(contacts=contacts, companies=companies, activities=activities, same_moment=same_moment)
        events = activities // 3
        self.tables = {
            "Account": Table("Account", self._stamps(companies), world.account),
            "Contact": Table("Contact", self._stamps(contacts), world.contact(companies)),
            "Lead": Table("Lead", self._stamps(contacts // 4), world.lead),
            "Task": Table("Task", self._stamps(activities - events), world.activity(contacts, companies, event=False)),
            "Event": Table("Event", self._stamps(events), world.activity(contacts, companies, event=True)),
            "Organization": Table("Organization", [0], lambda _: {"Name": "Acme GmbH", "IsSandbox": False}),
        }
        self.fields = {sobject: list(fields) for sobject, fields in FIELDS.items()}
        """Name, label and type of each object's fields: a test may add some, or hide some from the user."""
        self.lists = Lists(self.tables, self.fields)
        self.lists.root = f"/services/data/v{self.version}"
        self.jobs = Jobs()
        self.used, self.daily = 0, 100_000
        """Calls of 24 hours."""
        self.rotates = False
        """Whether each refresh hands out a new refresh token, and the old one counts no more."""
        self.refresh_token = REFRESH
        self.instance_url: Any = None
        """Where calls go, if not to where the token came from."""
        self.tokens: set[str] = set()
        self._given = 0

    def routes(self) -> Sequence[Route]:
        """The calls that a connector may make."""
        root = f"/services/data/v{self.version}"
        return [
            Route("/services/oauth2/token", self._token, methods=["POST"]),
            Route(f"{root}/sobjects/{{sobject}}/describe", self._guarded(self._describe)),
            Route(f"{root}/query", self._guarded(self._query)),
            Route(f"{root}/queryAll", self._guarded(self._query)),
            Route(f"{root}/query/{{locator}}", self._guarded(self._more)),
            Route(f"{root}/composite", self._guarded(self._composite), methods=["POST"]),
            Route(f"{root}/jobs/query", self._guarded(self._make_job), methods=["POST"]),
            Route(f"{root}/jobs/query/{{job}}", self._guarded(self._job), methods=["GET", "PATCH", "DELETE"]),
            Route(f"{root}/jobs/query/{{job}}/results", self._guarded(self._results)),
        ]

    def options(self, base_url: str) -> dict[str, Any]:
        """The address and the app; the secret is its consumer secret."""
        return {"login_url": base_url, "client_id": CLIENT}

    # What happens in the organisation

    def ids(self, stream: str) -> list[str]:
        """All that stand: neither deleted nor converted."""
        table = self._table(stream)
        over = {
            number for number, values in table.changed.items() if values.get("IsDeleted") or values.get("IsConverted")
        }
        numbers = (number for number in range(len(table.stamps)) if number not in over | table.gone)
        return [id_of(table.sobject, number) for number in numbers]

    def touch(self, stream: str, ids: Sequence[str], **values: Any) -> None:
        """Change records now, or at the `SystemModstamp` that is given."""
        stamp = self._now()
        if "SystemModstamp" in values:
            stamp = int(datetime.fromisoformat(values.pop("SystemModstamp")).timestamp() * 1000)
        for one in ids:
            self._table(stream).touch(number_of(one), stamp, values)

    def create(self, stream: str, *, late: float = 0, **values: Any) -> str:
        """Make a record that appears now, with a change time that lies so many seconds back; returns its id."""
        table = self._table(stream)
        made = {**table.make(len(table.stamps)), **values}
        return table.add(self._now() - int(late * 1000), made)

    def delete(self, stream: str, record: str) -> None:
        """Delete a record now: it lies in the recycle bin."""
        self.touch(stream, [record], IsDeleted=True)

    def restore(self, stream: str, record: str) -> None:
        """Take a record out of the recycle bin now: it stands again."""
        self.touch(stream, [record], IsDeleted=False)

    def spoil(self, stream: str, record: str, flaw: Flaw) -> None:  # noqa: ARG002 - ids tell objects apart
        """Show a record in lists with a flaw from now on."""
        self.lists.flaws[record] = flaw

    @property
    def access_tokens(self) -> Collection[str]:
        """The sessions' ids."""
        return self.tokens

    def purge(self, stream: str, record: str) -> None:
        """Take a record out of the recycle bin: no call shows it."""
        self._table(stream).gone.add(number_of(record))

    def merge(self, stream: str, loser: str, winner: str) -> None:
        """Merge a record into another one now."""
        self.touch(stream, [loser], IsDeleted=True, MasterRecordId=winner)
        self.touch(stream, [winner])

    def convert(self, lead: str) -> str:
        """Convert a lead now; returns the contact that it became."""
        said = self.tables["Lead"].record(number_of(lead))
        account = self.create("companies", Name=said["Company"])
        kept: dict[str, Any] = {name: said.get(name) for name in ("FirstName", "LastName", "Name", "Email", "Phone")}
        contact = self.create("contacts", AccountId=account, **kept)
        self.touch("leads", [lead], IsConverted=True, ConvertedContactId=contact, ConvertedAccountId=account)
        return contact

    def associate(self, contact: str, company: str) -> None:
        """Give a contact an account now."""
        self.touch("contacts", [contact], AccountId=company)

    def expire_cursors(self) -> None:
        """Forget all lists that were asked for, and all jobs."""
        self.lists.known.clear()
        self.jobs.known.clear()

    def end_sessions(self) -> None:
        """Let no token count that was given so far."""
        self.tokens.clear()

    def error(self, status: int) -> tuple[Any, dict[str, str]]:
        """An error as the API writes it."""
        return [{"message": f"error {status}", "errorCode": _CODES.get(status, "SERVER_UNAVAILABLE")}], {}

    # The calls

    def _guarded(self, answer: Callable[[Request], Awaitable[Answer]]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            self.used += 1
            headers = {"sforce-limit-info": f"api-usage={self.used}/{self.daily}"}
            try:
                self._who(request)
                body, more = await answer(request)
            except Refused as refusal:
                return JSONResponse(refusal.body, refusal.status, headers=headers)
            headers |= more
            if body is None:
                return Response(None, 204, headers=headers)
            if isinstance(body, bytes):
                return Response(body, headers=headers)
            text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
            return Response(text, media_type="application/json", headers=headers)

        return endpoint

    async def _describe(self, request: Request) -> Answer:
        sobject = request.path_params["sobject"]
        if sobject not in self.fields or sobject in self.lists.no_rights:
            raise Refused("NOT_FOUND", "The requested resource does not exist", 404)
        fields = [
            {"name": name, "label": label, "type": kind, "deprecatedAndHidden": False, "custom": name.endswith("__c")}
            for name, label, kind in self.fields[sobject]
        ]
        return {"name": sobject, "queryable": True, "fields": fields}, {}

    async def _query(self, request: Request) -> Answer:
        if len(request.url.path) + len(request.url.query) > 16_384:
            raise Refused("URI_TOO_LONG", "URI Too Long", 414)
        batch = request.headers.get("sforce-query-options", "batchSize=2000")
        return self.lists.listed(request.query_params.get("q", ""), request.url.path.endswith("All"), batch), {}

    async def _more(self, request: Request) -> Answer:
        return self.lists.more(request.path_params["locator"]), {}

    async def _composite(self, request: Request) -> Answer:
        (part,) = (await request.json())["compositeRequest"]
        url = urlsplit(part["url"])
        query = dict(parse_qsl(url.query))
        if (
            part["method"] != "GET"
            or not part["referenceId"].isalnum()
            or not url.path.endswith(("/query", "/queryAll"))
        ):
            raise Refused("PROCESSING_HALTED", "this double takes one query")
        batch = part.get("httpHeaders", {}).get("Sforce-Query-Options", "batchSize=2000")
        try:
            status, body = 200, self.lists.listed(query.get("q", ""), url.path.endswith("All"), batch)
        except Refused as refusal:
            status, body = refusal.status, refusal.body
        told = {"body": body, "httpHeaders": {}, "httpStatusCode": status, "referenceId": part["referenceId"]}
        return {"compositeResponse": [told]}, {}

    async def _make_job(self, request: Request) -> Answer:
        job = self.jobs.make(await request.json(), self.lists.read)
        kinds = self.lists.types(job.query.entity)
        if any(kinds[name] in ("address", "location", "base64") for name in job.query.columns):
            raise Refused("FEATURENOTENABLED", "compound data not supported in Bulk Query")
        return job.body, {}

    async def _job(self, request: Request) -> Answer:
        job = self.jobs.one(request.path_params["job"])
        if request.method == "GET":
            return self.jobs.look(job, self._run), {}
        if request.method == "DELETE":
            if job.state in GOING:
                raise Refused("API_ERROR", "a job that is being worked on cannot be deleted")
            del self.jobs.known[job.id]
            return None, {}
        if (await request.json()) != {"state": "Aborted"} or job.state not in GOING:
            raise Refused("INVALIDJOBSTATE", "it cannot be aborted")
        job.state = "Aborted"
        return job.body, {}

    async def _results(self, request: Request) -> Answer:
        job = self.jobs.one(request.path_params["job"])
        most = request.query_params.get("maxRecords", "100000")
        if not most.isdecimal() or int(most) < 1:
            raise Refused("INVALIDJOB", "maxRecords")
        kinds = self.lists.types(job.query.entity)
        return self.jobs.results(job, request.query_params.get("locator"), int(most), kinds)

    def _run(self, job: Job) -> None:
        """What a job reads; in which order its results come, nothing promises."""
        numbers = self.lists.found(job.query, True)
        job.numbers = [one for rest in range(7) for one in numbers[rest::7]][::-1]
        job.table = self.tables[job.query.entity].as_it_is()

    # Who calls

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        try:
            checked(form, self.now, self.refresh_token)
        except NoToken as refusal:
            return JSONResponse(refusal.body, 400)
        self._given += 1
        token = f"00D000000000001!AQ{self._given:04d}.sessionOfTheApp"
        self.tokens.add(token)
        address = self.instance_url or str(request.base_url).rstrip("/")
        said = {"access_token": token, "instance_url": address, "token_type": "Bearer", "scope": "api"}
        if self.rotates and form["grant_type"] == "refresh_token":
            self.refresh_token = said["refresh_token"] = f"{REFRESH}{self._given}"
        return JSONResponse({**said, "id": f"{address}/id/00D000000000001AAA/005000000000001AAA"})

    def _who(self, request: Request) -> None:
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            raise Refused("INVALID_SESSION_ID", "Session expired or invalid", 401)
        if self.used > self.daily:
            raise Refused("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", 403)

    def _table(self, stream: str) -> Table:
        return self.tables[SOBJECTS[stream]]

    def _stamps(self, count: int) -> list[int]:
        return [int(self.moment_of(number, count).timestamp() * 1000) for number in range(count)]

    def _now(self) -> int:
        return int(self.now.timestamp() * 1000)

"""Typed calls of the CRM's API, one method an endpoint.

All of them raise the errors of `connectors.errors`, as the table of `connectors.http` says. Creating and logging are
never repeated once they may have been applied; updates, fields and tags are repeated within the call's deadline.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, SecretStr

from connectors.errors import AccessError, ConfigurationError, Forbidden, NotApplied, NotFound, Rejected
from connectors.giant_context.answers import array_reader, model_reader, object_reader
from connectors.giant_context.wire import (
    DEFAULT_PAGE_SIZE,
    INSTANCE_HEADER,
    TOKEN_PATH,
    Activity,
    ActivityCreate,
    Company,
    CompanyWrite,
    Contact,
    ContactCreate,
    ContactUpdate,
    FieldWrite,
    Given,
    Page,
    TagWrite,
    Token,
    TokenRequest,
    app_path,
    project_path,
)
from connectors.http import AS_LIMITED, Answer, Clock, Http, Limits
from connectors.http.retry_after import http_date
from connectors.http.token import Grant, TokenKeeper

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

_TOKEN = object_reader(Token)
_CONTACT = object_reader(Contact)
_COMPANY = object_reader(Company)
_ACTIVITY = object_reader(Activity)
_ACTIVITIES = array_reader(Activity)


class GiantContext:
    """One CRM app. Use it as `async with GiantContext(…) as crm`."""

    def __init__(
        self,
        *,
        base_url: str,
        organization_id: str,
        project_id: str,
        app_id: str,
        api_key: SecretStr,
        transport: httpx.AsyncBaseTransport | None = None,
        limits: Limits | None = None,
        clock: Clock | None = None,
        update_method: Literal["PUT", "PATCH"] = "PUT",
    ) -> None:
        """Prepare the client; nothing is sent yet.

        Args:
            base_url: Where the API is, such as https://api.giantcontext.com.
            organization_id: The tenant.
            project_id: The project in it.
            app_id: The CRM app in that.
            api_key: Exchanged for a token before the first call.
            transport: Replaces the network, such as `httpx.ASGITransport(app, raise_app_exceptions=False)`.
            limits: Times, retries, rate, concurrency.
            clock: Time and chance, for tests.
            update_method: What the server takes for changing a contact.

        Raises:
            ConfigurationError: The base URL or an id cannot be used.
        """
        for name, value in (("organization_id", organization_id), ("project_id", project_id), ("app_id", app_id)):
            if value in {"", ".", ".."}:
                raise ConfigurationError(f"{name} is empty or no id.", guidance="Give the id that the CRM shows.")
        self._app = app_path(organization_id, project_id, app_id)
        self._people = f"{project_path(organization_id, project_id)}/people"
        self._key = api_key
        self._update_method = update_method
        self._instance: str | None = None
        self.dated: datetime | None = None
        """The server's clock as its newest answer to a list told it; None: it did not say."""
        self._clock = clock = clock or Clock()
        self._auth = TokenKeeper(self._grant, clock)
        self._http = Http(base_url, transport=transport, auth=self._auth, limits=limits, clock=clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._auth.aclose()
        await self._http.aclose()

    @property
    def places(self) -> int:
        """How many calls may be in flight at once, as the server's pace is known by now."""
        return self._http.places

    @property
    def identified(self) -> bool:
        """Whether it has a token that counts: the server was there, and took the key."""
        return self._auth.at_hand() is not None

    async def instance(self) -> str | None:
        """Return the id of an embedded CRM, told with the token; None: the server names none, or gives no token now.

        Raises:
            AccessError: The key was refused.
        """
        if self._auth.at_hand() is None:
            with suppress(NotApplied):
                await self._auth.headers()
        return self._instance

    async def exchange_token(self) -> Answer[Token]:
        """Exchange the API key for a token. The other calls do this by themselves."""
        body = TokenRequest(api_key=self._key.get_secret_value()).body()
        return await self._http.call("POST", TOKEN_PATH, route=TOKEN_PATH, read=_TOKEN, json=body, anonymous=True)

    async def _grant(self) -> Grant:
        """Exchange the key; the token is timed by the server's own clock: ours may be a day off."""
        answer = await self.exchange_token()
        self._instance = answer.headers.get(INSTANCE_HEADER)
        ends = answer.value.expires_at
        ends = ends if ends.tzinfo else ends.replace(tzinfo=UTC)
        now = http_date(answer.headers.get("date", "")) or self._clock.wall()
        return Grant(answer.value.token, (ends - now).total_seconds())

    async def list_contacts(
        self,
        page: int = 1,
        page_size: int = DEFAULT_PAGE_SIZE,
        search: str | None = None,
        attempts: int = AS_LIMITED,
    ) -> Page[Contact]:
        """Return one page of contacts; `search` matches first name, last name and e-mail.

        An account that has moved its contacts to its project's people raises AccessError, which names that generation.
        """
        try:
            return await self._list("contacts", Page[Contact], page, page_size, search, attempts)
        except NotFound as error:
            failure = error
        if await self._has_people():
            raise AccessError(
                'this account speaks a newer generation of the API, in which contacts are "people" of the project',
                method="GET",
                route=failure.route,
                status=failure.status,
                request_id=failure.request_id,
                guidance="crm-bridge does not support that generation yet.",
            )
        raise failure

    async def get_contact(self, contact_id: str) -> Contact:
        """Return a contact."""
        return await self._call("GET", "contacts/{contactId}", _CONTACT, contact_id)

    async def create_contact(self, contact: ContactCreate) -> Contact:
        """Create a contact. Conflict: its e-mail or phone stands on another one."""
        return await self._call("POST", "contacts", _CONTACT, body=contact)

    async def update_contact(self, contact_id: str, changes: ContactUpdate) -> Contact:
        """Change the given fields alone; given `properties` or `tags` replace the whole map or list."""
        method = self._update_method
        return await self._call(method, "contacts/{contactId}", _CONTACT, contact_id, changes, repeatable=True)

    async def set_contact_field(self, contact_id: str, key: str, value: Any) -> Contact:
        """Set one key of `properties`; the others stay."""
        body = FieldWrite(key=key, value=value)
        route = "contacts/{contactId}/fields"
        return await self._call("PUT", route, _CONTACT, contact_id, body, repeatable=True)

    async def tag_contact(self, contact_id: str, tag: str) -> Contact:
        """Add a tag; nothing changes where it is there already."""
        route = "contacts/{contactId}/tags"
        return await self._call("POST", route, _CONTACT, contact_id, TagWrite(tag=tag), repeatable=True)

    async def untag_contact(self, contact_id: str, tag: str) -> Contact:
        """Remove a tag; nothing changes where there is none."""
        route = "contacts/{contactId}/tags"
        return await self._call("DELETE", route, _CONTACT, contact_id, TagWrite(tag=tag), repeatable=True)

    async def contact_activities(self, contact_id: str) -> list[Activity]:
        """Return a contact's whole timeline, newest first."""
        return await self._call("GET", "contacts/{contactId}/activities", _ACTIVITIES, contact_id)

    async def list_companies(
        self,
        page: int = 1,
        page_size: int = DEFAULT_PAGE_SIZE,
        search: str | None = None,
        attempts: int = AS_LIMITED,
    ) -> Page[Company]:
        """Return one page of companies; `search` matches name and industry."""
        return await self._list("companies", Page[Company], page, page_size, search, attempts)

    async def get_company(self, company_id: str) -> Company:
        """Return a company."""
        return await self._call("GET", "companies/{companyId}", _COMPANY, company_id)

    async def create_company(self, company: CompanyWrite) -> Company:
        """EXTENSION: create a company. A target that cannot raises NotFound, or Rejected with status 405."""
        return await self._call("POST", "companies", _COMPANY, body=company)

    async def update_company(self, company_id: str, changes: CompanyWrite) -> Company:
        """EXTENSION: change the given fields alone. Raises as `create_company` does; 404 may mean the company too."""
        return await self._call("PUT", "companies/{companyId}", _COMPANY, company_id, changes, repeatable=True)

    async def list_activities(
        self,
        page: int = 1,
        page_size: int = DEFAULT_PAGE_SIZE,
        search: str | None = None,
        attempts: int = AS_LIMITED,
    ) -> Page[Activity]:
        """Return one page of activities, newest first; `search` is free text over the description."""
        return await self._list("activities", Page[Activity], page, page_size, search, attempts)

    async def log_activity(self, activity: ActivityCreate) -> Activity:
        """Log an activity. Not idempotent: after Ambiguous, read back by `data.externalId` before sending again."""
        return await self._call("POST", "activities", _ACTIVITY, body=activity)

    async def _has_people(self) -> bool:
        """Whether the project has a list of people, be it one that we may not read."""
        params = {"page": 1, "pageSize": 1}
        try:
            await self._http.call("GET", self._people, route="…/people", read=lambda _: None, params=params)
        except Forbidden:
            return True
        except Rejected:
            return False
        return True

    async def _list(
        self, route: str, model: type[M], page: int, page_size: int, search: str | None, attempts: int
    ) -> M:
        params: dict[str, str | int] = {"page": page, "pageSize": page_size}
        if search:
            params["search"] = search
        try:
            answer = await self._http.call(
                "GET",
                f"{self._app}/{route}",
                route=f"…/{route}",
                read=model_reader(model),
                params=params,
                attempts=attempts,
            )
        except Forbidden as error:  # whoever may not list is not told so of a row
            failure = error
        else:
            self.dated = http_date(answer.headers.get("date", ""))
            return answer.value
        raise AccessError(
            failure.reason, method="GET", route=failure.route, status=failure.status, request_id=failure.request_id
        )

    async def _call(
        self,
        method: str,
        route: str,
        read: Callable[[Any], T],
        item_id: str | None = None,
        body: Given | None = None,
        *,
        repeatable: bool = False,
    ) -> T:
        shown = f"…/{route}"
        if item_id in {"", ".", ".."}:  # they would name another path, encoded or not
            raise Rejected("the id is empty or no id", method=method, route=shown)
        head, brace, tail = route.partition("{")
        path = head + (quote(item_id or "", safe="", errors="surrogatepass") + tail.partition("}")[2] if brace else "")
        json = None if body is None else body.body()
        answer = await self._http.call(
            method, f"{self._app}/{path}", route=shown, read=read, json=json, repeatable=repeatable
        )
        return answer.value

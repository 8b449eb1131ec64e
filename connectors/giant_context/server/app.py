"""The embedded CRM as an ASGI app: the routes, and what they are wired to.

It needs no lifespan events, so that it can be called in process as well as served. Reads that touch one row or one page
by its index are answered where they are, which is faster than handing them to a thread; what may touch many rows
(a search, a timeline, a company's contacts) goes to one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BeforeValidator
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from connectors.giant_context import wire
from connectors.giant_context.server.access import ensure_api_key
from connectors.giant_context.server.description import DescribedApp
from connectors.giant_context.server.envelope import Envelope
from connectors.giant_context.server.hosts import LoopbackHosts
from connectors.giant_context.server.refusals import Refusal, answer_busy, answer_invalid, answer_refusal
from connectors.giant_context.server.routing import CrmRoute, OpenRoute
from connectors.giant_context.server.store import activities, companies, contacts
from connectors.giant_context.server.store.fields import Json
from connectors.giant_context.server.store.ids import Clock, now, stamp
from connectors.giant_context.server.store.listing import Listing, PageRequest
from connectors.giant_context.server.store.store import Store
from connectors.giant_context.server.tokens import TokenDesk

T = TypeVar("T")

_ROOT: Final = "/organizations/{organizationId}/projects/{projectId}/apps/crm/{appId}"
_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {code: {"model": wire.ErrorBody} for code in (400, 401, 500, 503)}
_MISSING: Final = _REFUSALS | {404: {"model": wire.ErrorBody}}
_CONFLICT: Final[dict[int | str, dict[str, Any]]] = {409: {"model": wire.ErrorBody}}

door = APIRouter(route_class=OpenRoute, responses=_REFUSALS)
crm = APIRouter(prefix=_ROOT, route_class=CrmRoute, responses=_MISSING, tags=["crm"])
extension = APIRouter(prefix=_ROOT, route_class=CrmRoute, responses=_MISSING, tags=["extension"])


def create_app(
    data_dir: Path,
    *,
    api_key: str | None = None,
    company_writes: bool = True,
    loopback_only: bool = False,
    token_lifetime: timedelta = timedelta(hours=1),
    clock: Clock = now,
) -> FastAPI:
    """Open the CRM of a data folder.

    Args:
        data_dir: Holds `crm.db`; made if it is not there.
        api_key: The key that callers must know; by default the folder's own.
        company_writes: Whether the extension that writes companies is offered; without it those calls answer 405.
        loopback_only: Whether to refuse calls whose Host is not a loopback name. For when it is served on a socket.
        token_lifetime: How long a token is good.
        clock: What time it is.

    Returns:
        The app. `app.state.store.close()` lets go of the file; a server does it when it stops.
    """
    store = Store(data_dir, clock=clock)
    # No interactive documentation: its pages load scripts from elsewhere. No redirects: they would carry the bearer on.
    app = DescribedApp(
        title="Embedded CRM",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={
            HTTPException: answer_refusal,
            RequestValidationError: answer_invalid,
            sqlite3.OperationalError: answer_busy,
        },
    )
    app.state.store = store
    app.state.desk = TokenDesk(
        api_key or ensure_api_key(data_dir),
        secret=store.token_secret,
        audience=store.instance_id,
        lifetime=token_lifetime,
        clock=clock,
    )
    app.offer(door, crm, *((extension,) if company_writes else ()))
    if loopback_only:
        app.add_middleware(LoopbackHosts)
    app.add_middleware(Envelope)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.store.close()


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _answer(value: Json | list[Json], status: int = 200) -> JSONResponse:
    try:
        return JSONResponse(value, status)
    except ValueError:  # kept by an earlier version, or put there past the API
        raise Refusal(500, "Something that is stored here cannot be written as JSON.") from None


async def _write(request: Request, job: Callable[..., Any], status: int = 200, /, **arguments: Any) -> JSONResponse:
    store = _store(request)

    def answered(connection: sqlite3.Connection) -> JSONResponse:
        # Encoded before the commit: a write that cannot be answered has no effect.
        return _answer(job(connection, clock=store.clock, **arguments), status)

    return await store.written(answered)


def _read(request: Request, read: Callable[[sqlite3.Connection], T]) -> T:
    with _store(request).snapshot() as connection:
        return read(connection)


async def _read_many(request: Request, read: Callable[[sqlite3.Connection], list[Json]]) -> JSONResponse:
    return _answer(await run_in_threadpool(_read, request, read))


def plain_digits(given: str) -> str:
    """Refuse numbers that Python reads and no caller means: 1.0, 1_000, blanks around one."""
    if not (given.isascii() and given.isdecimal()):
        raise ValueError("digits alone are a number here")
    return given


async def _wanted(
    page: Annotated[int, Query(ge=1), BeforeValidator(plain_digits)] = 1,
    page_size: Annotated[int, Query(ge=1, alias="pageSize"), BeforeValidator(plain_digits)] = wire.DEFAULT_PAGE_SIZE,
    search: Annotated[str | None, Query(max_length=500)] = None,
) -> PageRequest:
    return PageRequest(page, min(page_size, wire.MAX_PAGE_SIZE), (search or "").strip() or None)


Wanted = Annotated[PageRequest, Depends(_wanted)]


async def _page(request: Request, listing: Listing, wanted: PageRequest) -> JSONResponse:
    store = _store(request)
    if wanted.search:
        return _answer(await run_in_threadpool(store.page, listing, wanted))
    return _answer(store.page(listing, wanted))


@door.post(wire.TOKEN_PATH, response_model=wire.Token, tags=["access"])
async def issue_token(request: Request, body: wire.TokenRequest) -> JSONResponse:
    """Exchange an API key for a bearer token."""
    token, end = request.app.state.desk.issue(body.api_key)
    headers = {"cache-control": "no-store", wire.INSTANCE_HEADER: _store(request).instance_id}
    return JSONResponse({"token": token, "expiresAt": stamp(end)}, headers=headers)


@crm.get("/contacts", response_model=wire.Page[wire.Contact])
async def list_contacts(request: Request, wanted: Wanted) -> JSONResponse:
    """List contacts, newest first; `search` looks at first name, last name and e-mail."""
    return await _page(request, contacts.CONTACTS, wanted)


@crm.post("/contacts", response_model=wire.Contact, status_code=201, responses=_CONFLICT)
async def create_contact(request: Request, body: wire.ContactCreate) -> JSONResponse:
    """Create a contact."""
    return await _write(request, contacts.create, 201, given=body)


@crm.get("/contacts/{contactId}", response_model=wire.Contact)
async def get_contact(request: Request) -> JSONResponse:
    """Get a contact."""
    return _answer(_read(request, partial(contacts.CONTACTS.get, row_id=request.path_params["contactId"])))


@crm.put("/contacts/{contactId}", response_model=wire.Contact, responses=_CONFLICT)
@crm.patch("/contacts/{contactId}", response_model=wire.Contact, responses=_CONFLICT)
async def update_contact(request: Request, body: wire.ContactUpdate) -> JSONResponse:
    """Change the given fields of a contact."""
    return await _write(request, contacts.update, contact_id=request.path_params["contactId"], given=body)


@crm.put("/contacts/{contactId}/fields", response_model=wire.Contact)
async def set_contact_field(request: Request, body: wire.FieldWrite) -> JSONResponse:
    """Set one key of a contact's properties."""
    return await _write(request, contacts.set_field, contact_id=request.path_params["contactId"], given=body)


@crm.post("/contacts/{contactId}/tags", response_model=wire.Contact)
async def tag_contact(request: Request, body: wire.TagWrite) -> JSONResponse:
    """Add a tag; one that is there stays."""
    return await _write(request, contacts.tag, contact_id=request.path_params["contactId"], given=body, present=True)


@crm.delete("/contacts/{contactId}/tags", response_model=wire.Contact)
async def untag_contact(request: Request, body: wire.TagWrite) -> JSONResponse:
    """Remove a tag; one that is not there stays away."""
    return await _write(request, contacts.tag, contact_id=request.path_params["contactId"], given=body, present=False)


@crm.get("/contacts/{contactId}/activities", response_model=list[wire.Activity])
async def get_contact_activities(request: Request) -> JSONResponse:
    """Get a contact's timeline, newest first."""
    return await _read_many(request, partial(activities.of_contact, contact_id=request.path_params["contactId"]))


@crm.get("/companies", response_model=wire.Page[wire.Company])
async def list_companies(request: Request, wanted: Wanted) -> JSONResponse:
    """List companies, newest first; `search` looks at name and industry."""
    return await _page(request, companies.COMPANIES, wanted)


@crm.get("/companies/{companyId}", response_model=wire.Company)
async def get_company(request: Request) -> JSONResponse:
    """Get a company."""
    return _answer(_read(request, partial(companies.COMPANIES.get, row_id=request.path_params["companyId"])))


@crm.get("/companies/{companyId}/contacts", response_model=list[wire.Contact])
async def get_company_contacts(request: Request) -> JSONResponse:
    """Get a company's contacts by last name, then first name."""
    return await _read_many(request, partial(contacts.of_company, company_id=request.path_params["companyId"]))


@crm.get("/companies/{companyId}/activities", response_model=list[wire.Activity])
async def get_company_activities(request: Request) -> JSONResponse:
    """Get a company's timeline, newest first."""
    return await _read_many(request, partial(activities.of_company, company_id=request.path_params["companyId"]))


@crm.get("/activities", response_model=wire.Page[wire.Activity])
async def list_activities(request: Request, wanted: Wanted) -> JSONResponse:
    """List activities, newest first; `search` looks at the description."""
    return await _page(request, activities.ACTIVITIES, wanted)


@crm.post("/activities", response_model=wire.Activity, status_code=201)
async def log_activity(request: Request, body: wire.ActivityCreate) -> JSONResponse:
    """Append an activity to the timeline."""
    return await _write(request, activities.log, 201, given=body)


@crm.get("/activities/{activityId}", response_model=wire.Activity)
async def get_activity(request: Request) -> JSONResponse:
    """Get an activity."""
    return _answer(_read(request, partial(activities.ACTIVITIES.get, row_id=request.path_params["activityId"])))


@extension.post("/companies", response_model=wire.Company, status_code=201)
async def create_company(request: Request, body: wire.CompanyCreate) -> JSONResponse:
    """EXTENSION, not in the public API: create a company, since a fresh CRM could hold none otherwise."""
    return await _write(request, companies.create, 201, given=body)


@extension.put("/companies/{companyId}", response_model=wire.Company)
async def update_company(request: Request, body: wire.CompanyWrite) -> JSONResponse:
    """EXTENSION, not in the public API: change the given fields of a company."""
    return await _write(request, companies.update, company_id=request.path_params["companyId"], given=body)

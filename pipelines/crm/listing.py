"""The CRM's lists → tables: rows of contacts, companies and activities, read by a walk that notices drift."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from connectors.errors import BridgeError, CallError, NotFound
from connectors.giant_context.client import GiantContext
from connectors.giant_context.walk import Unread, Walk, over, tells_of_content
from connectors.giant_context.wire import Activity, Company, Contact
from pipelines.crm.names import COLUMNS
from pipelines.lake.engine import Engine
from pipelines.workspace import Workspace

BATCH: Final = 20_000
"""Rows that wait in memory before they go to the table."""

ASKED_AT_ONCE: Final = 500
"""Ids that are asked for side by side, as far as the CRM's pace allows, before the answers go to the table."""

MOMENT: Final = pa.timestamp("us", "UTC")

TEXTS: Final = tuple(column for name, column in COLUMNS.items() if name != "tags")
"""The columns of `current_contacts` that hold a field's one value."""

CONTACTS: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("crm_id", *TEXTS, "status", "source", "properties")),
        ("tags", pa.list_(pa.string())),
        ("email_subscribed", pa.bool_()),
        ("created_at", MOMENT),
        ("updated_at", MOMENT),
    ]
)
COMPANIES: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("crm_id", "name", "website", "industry", "size", "phone", "email")),
        *((name, pa.string()) for name in ("street", "city", "state", "country", "postal_code", "properties")),
        ("annual_revenue", pa.float64()),
        ("tags", pa.list_(pa.string())),
        ("created_at", MOMENT),
        ("updated_at", MOMENT),
    ]
)


ACTIVITIES: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("activity_id", "contact_id", "company_id", "source", "description")),
        *((name, pa.string()) for name in ("contact_first_name", "contact_last_name", "company_name")),
        ("external_id", pa.string()),
        ("occurred_text", pa.string()),
        ("created_at", MOMENT),
        ("data", pa.string()),
        ("raw", pa.string()),
    ]
)


def contact_row(contact: Contact) -> dict[str, Any]:
    """A contact as a row of `current_contacts`; empty text counts as nothing."""
    return {
        "crm_id": contact.id,
        **{name: getattr(contact, name) or None for name in TEXTS},
        "status": contact.status,
        "source": contact.source,
        "properties": compact(contact.properties),
        "tags": contact.tags,
        "email_subscribed": contact.email_subscribed,
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
    }


def company_row(company: Company) -> dict[str, Any]:
    """A company as a row of `current_companies`; empty text counts as nothing."""
    return {
        "crm_id": company.id,
        "name": company.name,
        "website": company.website or None,
        "industry": company.industry or None,
        "size": company.size or None,
        "phone": company.phone or None,
        "email": company.email or None,
        **{name: value or None for name, value in company.address.model_dump().items()},
        "properties": compact(company.properties),
        "annual_revenue": company.annual_revenue,
        "tags": company.tags,
        "created_at": company.created_at,
        "updated_at": company.updated_at,
    }


def activity_row(activity: Activity) -> dict[str, Any]:
    """An activity as a row; `occurred_text` is when it happened as its writer put it, `raw` all that the CRM said."""
    contact, company = activity.contact, activity.company
    return {
        "activity_id": activity.id,
        "contact_id": activity.contact_id,
        "company_id": activity.company_id,
        "source": activity.source,
        "description": activity.description,
        "contact_first_name": contact.first_name if contact else None,
        "contact_last_name": contact.last_name if contact else None,
        "company_name": company.name if company else None,
        "external_id": _text(activity.data.get("externalId")),
        "occurred_text": _text(activity.data.get("occurredAt")),
        "created_at": activity.created_at,
        "data": compact(activity.data),
        "raw": compact(activity.model_dump(mode="json", by_alias=True)),
    }


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def compact(value: Any) -> str:
    """JSON without blanks: the form in which DuckDB writes it too, so that texts can be compared."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Listing:
    """One of the CRM's lists: where it is, its table's columns, how an item becomes a row."""

    name: str
    schema: pa.Schema
    row: Callable[[Any], dict[str, Any]]

    @property
    def key(self) -> str:
        """The column that names an item."""
        return str(self.schema.names[0])


LISTINGS: Final = {
    "contacts": Listing("contacts", CONTACTS, contact_row),
    "companies": Listing("companies", COMPANIES, company_row),
    "activities": Listing("activities", ACTIVITIES, activity_row),
}


async def read(work: Workspace, engine: Engine, crm: GiantContext, name: str) -> tuple[Unread, ...]:
    """Read one whole list into the table `fetched_<name>`.

    Returns:
        The few rows that the CRM cannot show, which the table lacks.

    Raises:
        BridgeError: the list kept changing while it was read.
    """
    listing, limits = LISTINGS[name], work.settings.limits
    fetch: Any = {"contacts": crm.list_contacts, "companies": crm.list_companies, "activities": crm.list_activities}
    engine.put(f"fetched_{name}", listing.schema.empty_table())
    walk: Walk[Any] = over(fetch[name], page_size=limits.page_size, concurrency=limits.concurrency)
    with work.progress.task(f"reading the CRM's {name}") as advance:
        waiting: list[dict[str, Any]] = []
        async for items in walk:
            waiting.extend(listing.row(item) for item in items)
            advance(len(items))
            if len(waiting) >= BATCH:
                append(engine, listing, waiting)
                waiting = []
        append(engine, listing, waiting)
    if not walk.report.settled:
        raise BridgeError(
            f"the CRM's list of {name} kept changing: {walk.report.unique} of {walk.report.total} met in "
            f"{walk.report.passes} walks.",
            guidance="Run again when fewer people write to it.",
        )
    return walk.report.unread


async def fetch(
    engine: Engine, crm: GiantContext, name: str, ids: Sequence[str], unread: dict[str, str] | None = None
) -> list[str]:
    """Ask for contacts or companies by their ids, and put them into the table `fetched_<name>`.

    Args:
        engine: has the table.
        crm: the account.
        name: `contacts` or `companies`.
        ids: which ones.
        unread: takes the reason of each that the CRM cannot show; without it, the first such one is an error.

    Returns:
        The ids that the CRM answered 404 for.

    Raises:
        CallError: the CRM cannot be asked.
    """
    listing = LISTINGS[name]
    get: Any = crm.get_contact if name == "contacts" else crm.get_company
    gone: list[str] = []
    for start in range(0, len(ids), ASKED_AT_ONCE):
        group = ids[start : start + ASKED_AT_ONCE]
        answers = await asyncio.gather(*map(get, group), return_exceptions=True)
        rows = []
        for crm_id, answer in zip(group, answers, strict=True):
            if isinstance(answer, NotFound):
                gone.append(crm_id)
            elif unread is not None and isinstance(answer, CallError) and tells_of_content(answer):
                unread[crm_id] = str(answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                rows.append(listing.row(answer))
        append(engine, listing, rows)
    return gone


def keep_only(engine: Engine, name: str, ids: Sequence[str]) -> None:
    """Let go of what was fetched beside these ids."""
    engine.put("asked", pa.table({"crm_id": pa.array(ids, pa.string())}))
    engine.connection.execute(f"DELETE FROM fetched_{name} WHERE crm_id NOT IN (FROM asked)")  # noqa: S608 - constant names


def append(engine: Engine, listing: Listing, rows: list[dict[str, Any]]) -> None:
    """Put rows into the list's table; an item that was met before gives way to how it is now."""
    latest = {row[listing.key]: row for row in rows}
    engine.replace_rows(
        f"fetched_{listing.name}", listing.key, pa.Table.from_pylist(list(latest.values()), listing.schema)
    )

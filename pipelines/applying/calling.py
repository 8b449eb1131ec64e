"""An operation → its one call: with the ids it could not know before, and a body that the CRM's contract allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from connectors.giant_context.client import GiantContext
from connectors.giant_context.wire import (
    ActivityCreate,
    CompanyWrite,
    ContactCreate,
    ContactUpdate,
    FieldWrite,
    Given,
    TagWrite,
)
from connectors.records import CONTACT
from pipelines.applying.manner import Clears
from pipelines.applying.operations import NEW_COMPANY, resolve_company
from pipelines.crm.echo import echoed
from pipelines.crm.names import wire_name
from pipelines.ledger.effects import Effect, Operation
from pipelines.ledger.ledger import Ledger

MAY_BE_EMPTY: Final = frozenset(
    wire_name(name) for name in CONTACT.in_columns if name not in ("first_name", "last_name", "company", "tags")
)
"""Fields of a contact that may be empty text, by the API's names."""


def whole(ledger: Ledger, operation: Operation, takes_companies: bool) -> Operation | None:
    """The operation with every id that it could not know before; None when what it depends on did not happen."""
    if operation.kind == "log":
        contact = ledger.journal.target_of(operation.parent or "")
        if contact is None:
            return None
        return replace(operation, body={**operation.body, "contactId": contact}, crm_id=contact)
    if operation.object == "companies" and not takes_companies:
        return None
    company = str(operation.body.get("companyId", ""))
    if company.startswith(NEW_COMPANY):
        operation = resolve_company(operation, ledger.identities.crm_id("companies", company.removeprefix(NEW_COMPANY)))
    return operation if operation.body else None


def body_of(operation: Operation, clears: Clears) -> Given:
    """The body to send.

    Raises:
        pydantic.ValidationError: the CRM's own contract does not allow it.
    """
    return _model(operation).model_validate(_cleared(operation, clears))


def _cleared(operation: Operation, clears: Clears) -> Mapping[str, Any]:
    if clears != "empty" or operation.kind != "update" or operation.object != "contacts":
        return dict(operation.body)
    return {name: "" if value is None and name in MAY_BE_EMPTY else value for name, value in operation.body.items()}


def _model(operation: Operation) -> type[Given]:
    match operation.kind:
        case "log":
            return ActivityCreate
        case "field":
            return FieldWrite
        case "tag" | "untag":
            return TagWrite
    if operation.object == "companies":
        return CompanyWrite
    return ContactCreate if operation.kind == "create" else ContactUpdate


async def call(crm: GiantContext, operation: Operation, body: Given) -> Effect:
    """Make the call.

    Raises:
        CallError: it did not end in a usable answer.
    """
    crm_id = operation.crm_id
    match body:
        case ActivityCreate():
            return Effect(operation, (await crm.log_activity(body)).id, {})
        case CompanyWrite():
            company = await (crm.create_company(body) if crm_id is None else crm.update_company(crm_id, body))
            return Effect(operation, company.id, echoed(company, operation.values))
        case ContactCreate():
            contact = await crm.create_contact(body)
        case ContactUpdate():
            contact = await crm.update_contact(crm_id or "", body)
        case FieldWrite():
            contact = await crm.set_contact_field(crm_id or "", body.key, body.value)
        case TagWrite():
            contact = await (crm.tag_contact if operation.kind == "tag" else crm.untag_contact)(crm_id or "", body.tag)
        case _:
            raise TypeError(type(body).__name__)
    return Effect(operation, contact.id, echoed(contact, operation.values))

"""A 409 is evidence: whose e-mail or phone is it, and what may still be written?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from connectors.errors import CallError, Conflict
from connectors.giant_context.client import GiantContext
from connectors.giant_context.walk import searched
from connectors.giant_context.wire import Contact
from pipelines.crm.echo import fields_of, recovered, same
from pipelines.crm.names import field_name
from pipelines.ledger.effects import MARK, Effect, Operation

KEYS: Final = ("email", "phone")
"""What the CRM lets stand on one contact alone."""


@dataclass(frozen=True, slots=True)
class Collision:
    """A field that was left out, or a write that was: a merge candidate for a human."""

    op_key: str
    entity_id: str
    crm_id: str | None
    field: str
    holder_id: str | None
    """Who has the value; None where only the CRM knows."""
    reason: str
    request_id: str | None


@dataclass(frozen=True, slots=True)
class SamePerson:
    """A create whose person was created meanwhile by somebody else: who that is, and what is empty there."""

    contact: Contact
    body: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WithoutKey:
    """A write whose e-mail or phone stands on another contact: what of it may still be sent."""

    collision: Collision
    rest: Operation | Collision | CallError | None
    """The operation without the field that collides, else why nothing is sent: the collision leaves nothing useful, the
    contact cannot be read again, or (None) it has changed meanwhile."""


Verdict = Effect | SamePerson | WithoutKey


async def judge(crm: GiantContext, operation: Operation, refusal: Conflict) -> Verdict:
    """Say what a contact's 409 means.

    Raises:
        CallError: the CRM cannot be asked.
    """
    email = operation.body.get("email")
    holder = await _holder(crm, email) if email else None
    if holder is not None and holder.id == operation.crm_id:
        holder = None  # it is ours already: the phone is what collides
    if operation.kind == "create" and holder is not None:
        if holder.properties.get(MARK) == operation.entity_id:
            values = recovered(holder, operation) or operation.values
            return Effect(operation, holder.id, values, note="stood in the CRM already, under our mark")
        if _fit(holder, str(operation.body.get("lastName", ""))):
            return _same_person(operation, holder)
    return _without(operation, "email" if holder is not None else "phone", holder, refusal)


async def _holder(crm: GiantContext, email: str) -> Contact | None:
    async for contacts in searched(crm.list_contacts, email):
        for contact in contacts:
            if same("email", email, contact.email):
                return contact
    return None


def _fit(holder: Contact, last_name: str) -> bool:
    one, other = holder.last_name.strip().casefold(), last_name.strip().casefold()
    return not one or not other or one == other


def _same_person(operation: Operation, holder: Contact) -> SamePerson:
    """What of the create is empty on the one who is there; his tags and properties stay beside ours.

    Whom a human has archived is left as he is.
    """
    if holder.status == "archived":
        return SamePerson(holder, {}, {})
    stands = fields_of(holder)
    body: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for name, value in operation.body.items():
        field = field_name(name)
        if name == "properties":
            # Not the mark: it says who made a contact, and we have not made this one.
            new = {key: item for key, item in value.items() if key != MARK and not holder.properties.get(key)}
            body |= {name: {**holder.properties, **new}} if new else {}
            values |= {
                f"properties.{key}": operation.values.get(f"properties.{key}", item) for key, item in new.items()
            }
        elif name == "tags":
            added = [tag for tag in value if tag not in holder.tags]
            body |= {name: [*holder.tags, *added]} if added else {}
            values |= {name: added} if added else {}
        elif field in operation.values and not stands.get(field):
            body[name], values[field] = value, operation.values[field]
    return SamePerson(holder, body, values)


def _without(operation: Operation, key: str, holder: Contact | None, refusal: Conflict) -> WithoutKey:
    who = "another contact" if holder is None else "a contact of another name" if _is_new(operation) else "another"
    reason = f"merge candidate: its {key} stands on {who} ({refusal.reason})"
    collision = Collision(
        op_key=operation.op_key,
        entity_id=operation.entity_id,
        crm_id=operation.crm_id,
        field=key,
        holder_id=None if holder is None else holder.id,
        reason=reason,
        request_id=refusal.request_id,
    )
    body = {name: value for name, value in operation.body.items() if name != key}
    values = {name: value for name, value in operation.values.items() if name != key}
    keyless = _is_new(operation) and not any(body.get(name) for name in KEYS)
    if key not in operation.body or not body or keyless:
        return WithoutKey(collision, collision)
    return WithoutKey(collision, replace(operation, body=body, values=values))


def _is_new(operation: Operation) -> bool:
    return operation.kind == "create"

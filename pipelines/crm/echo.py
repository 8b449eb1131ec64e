"""What the server says now stands in the fields that we sent: the base of the next three-way comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectors.giant_context.wire import Company, Contact
from connectors.records import CONTACT
from pipelines.ledger.effects import Operation

LISTS: Final = ("tags", "properties.other_emails", "properties.other_phones")
"""Fields that are compared element by element: what we keep of them is which elements are ours."""

EQUALITIES: Final = {field.crm: field.equality for field in CONTACT.sent}
"""In which form two values of a contact's field are compared; a company's e-mail and phone as a contact's."""


def fields_of(item: Contact | Company) -> dict[str, Any]:
    """A contact or company by the plan's field names."""
    plain = item.model_dump(mode="json")
    flat = {name: value for name, value in plain.items() if name not in ("properties", "address", "company")}
    if isinstance(item, Contact):
        flat["company"] = item.company_id
    else:
        flat.update({f"address.{name}": value for name, value in plain["address"].items()})
    flat.update({f"properties.{name}": value for name, value in item.properties.items()})
    return flat


def echoed(item: Contact | Company, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were sent, as the answer has them.

    Lists are the exception: what we ever added stays on record, since an element that is missing later was taken away
    by a human and must not come back.
    """
    flat = fields_of(item)
    return {name: sent[name] if name in LISTS else flat.get(name) for name in sent}


def recovered(item: Contact | Company, operation: Operation) -> dict[str, Any] | None:
    """The fields that were sent and nobody has heard of since; None where nothing shows that they ever arrived.

    A call is applied as a whole, so one field that stands proves the others: one that stands no more was changed by a
    human meanwhile. It keeps what we sent as its base, so that the human's value is told from ours. A list proves
    something only when it is there just as the call had it: what of it is ours may have stood there before.
    """
    sent, flat = operation.values, fields_of(item)
    standing = {name for name, value in sent.items() if name not in LISTS and same(name, value, flat.get(name))}
    if not standing and not any(_is_whole(operation, name, flat.get(name)) for name in LISTS if name in sent):
        return None
    return {name: flat.get(name) if name in standing else value for name, value in sent.items()}


def _is_whole(operation: Operation, name: str, current: Any) -> bool:
    """Whether a list is there with the elements that the call had, and no others."""
    body = operation.body
    if operation.kind == "field":
        wanted = body["value"]
    else:
        group, _, key = name.partition(".")
        wanted = (body.get(group) or {}).get(key) if key else body.get(group)
    return {*map(folded, wanted or ())} == {*map(folded, current or ())}


def all_stand(item: Contact | Company, sent: Mapping[str, Any]) -> bool:
    """Whether everything that was sent is there."""
    flat = fields_of(item)
    return all(_stands(name, value, flat.get(name)) for name, value in sent.items())


def _stands(name: str, sent: Any, current: Any) -> bool:
    """Whether a value is there, whatever form the server gave it: the plan compares in the same way."""
    if name in LISTS:
        return bool(sent) and {*map(folded, sent)} <= {*map(folded, current or ())}
    return same(name, sent, current)


def folded(text: Any) -> str:
    """A tag, a name or an address as it is compared: case and blanks around it say nothing; None is nothing."""
    return "" if text is None else str(text).strip().lower()


def same(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a field say the same: a difference of format is none, and empty text is nothing."""
    if not isinstance(one, str) or not isinstance(other, str):
        return bool((one or None) == (other or None))
    match EQUALITIES.get(name):
        case "email":
            return one.strip().lower() == other.strip().lower()
        case "phone":
            return digits(one) == digits(other)
        case _:
            return one.strip() == other.strip()


def digits(text: str) -> str:
    """A phone number as it is compared."""
    return "".join(letter for letter in text if letter.isdecimal())

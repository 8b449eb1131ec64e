"""What the server makes of text before it stores or compares it."""

from __future__ import annotations

import unicodedata
from typing import Any

from connectors.giant_context.server.refusals import bad_request


def trimmed(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with their text trimmed; blank text is no text (null)."""
    return {key: (value.strip() or None) if isinstance(value, str) else value for key, value in fields.items()}


def required(fields: dict[str, Any], *keys: str) -> None:
    """Refuse a null, or blank text, in fields that may not be empty. Fields that were not given are not looked at.

    Raises:
        Refusal: 400, naming the field.
    """
    for key in keys:
        if key in fields and fields[key] is None:
            raise bad_request(f"{key} must not be empty.")


def tag_list(tags: list[str] | None) -> list[str]:
    """Return the tags trimmed, each once, in the order given."""
    return list(dict.fromkeys(one_tag(tag) for tag in tags or ()))


def one_tag(tag: str) -> str:
    """Return the tag trimmed.

    Raises:
        Refusal: 400, it is blank.
    """
    clean = tag.strip()
    if not clean:
        raise bad_request("A tag must not be empty.")
    return clean


def folded(text: str) -> str:
    """Return the form under which texts that differ in case only are equal."""
    return unicodedata.normalize("NFC", text).casefold()


def email_key(email: str | None) -> str | None:
    """Return the form under which two e-mails are the same."""
    return folded(email) if email else None


def phone_key(phone: str | None) -> str | None:
    """Return the digits alone, in ASCII whatever script they came in; without any digit there is nothing to compare."""
    return "".join(str(unicodedata.decimal(char)) for char in phone or "" if char.isdecimal()) or None


def search_text(*parts: str | None) -> str:
    """Return the text that a search looks through. A line break parts the fields, so that no hit spans two."""
    return "\n".join(folded(part).replace("\n", " ") for part in parts if part)

"""Request bodies: what strict JSON is, and texts that can be stored."""

from __future__ import annotations

import re
from typing import Any, Final

from connectors.giant_context.server.refusals import bad_request
from connectors.strict_json import Unreadable, decoded, parse

MAX_DEPTH: Final = 32
# Strict JSON has these by escape only, and most bodies have no such escape.
_SUSPECT: Final = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def parse_body(raw: bytes) -> Any:
    """Return the value that `raw` spells.

    Raises:
        Refusal: 400, it is not JSON in UTF-8, names a key twice, nests too deep, or holds what JSON or text cannot.
    """
    try:
        text = decoded(raw)
        value = parse(text, MAX_DEPTH)
    except Unreadable as error:
        raise bad_request(f"The body cannot be read as JSON: {error}.") from None
    if _SUSPECT.search(text):
        _check_texts(value)
    return value


def _check_texts(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise bad_request("Text must not hold a NUL character.")
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise bad_request("Text must not hold half a surrogate pair.")
    elif isinstance(value, dict | list):
        for item in value:
            _check_texts(item)
        if isinstance(value, dict):
            for item in value.values():
                _check_texts(item)

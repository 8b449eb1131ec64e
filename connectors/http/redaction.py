"""What a server says, made fit for errors and logs."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

_ADDRESS: Final = re.compile(r"\S+(?:@|%40)\S+")
_NUMBER: Final = re.compile(r"(?<![\w-])[+(]*\d[\d\s()./-]{4,}\d(?![\w-])")  # the look-arounds spare UUIDs


def redacted(text: str, sent: Iterable[str] = ()) -> str:
    """Return a server's words for errors: one line, at most 200 characters, no e-mail, no number, nothing we sent."""
    whole = len(text) <= 1000  # a cut could leave half an address, so the last word goes too
    words = "".join(letter if letter.isprintable() else " " for letter in text[:1000]).split()
    line = " ".join(words if whole else words[:-1])
    for part in sorted({part for part in sent if len(part) > 2}, key=len, reverse=True):
        line = re.sub(re.escape(part), "[…]", line, flags=re.IGNORECASE)
    return _NUMBER.sub("[…]", _ADDRESS.sub("[…]", line))[:200]


def texts(value: Any) -> Iterator[str]:
    """Yield the texts in a JSON value, without the keys of its objects."""
    if isinstance(value, Mapping):
        value = value.values()
    if isinstance(value, str):
        yield value
    elif isinstance(value, Iterable):
        for item in value:
            yield from texts(item)


def keys(headers: Iterable[str]) -> Iterator[str]:
    """Yield the words of headers, and what a word holds in Base64, as a login does: `name:password`."""
    for value in headers:
        for word in value.split():
            yield word
            try:
                yield from b64decode(word, validate=True).decode().split(":")
            except ValueError:
                continue

"""JSON as strangers send it: read whole, or refused.

Python's reader takes NaN, lets the last of two equal keys win, nests until it breaks, and hands out lone surrogates,
which no file or database stores.
"""

from __future__ import annotations

import json
import math
from typing import Any, Final

_CONTAINERS: Final = (dict, list)


class Unreadable(ValueError):
    """JSON that cannot be used. Its text goes into errors and answers: places and types, never values."""


def decoded(raw: bytes, *, bom: bool = False) -> str:
    """Return the text of `raw`, which is UTF-8; with `bom` a byte order mark before it is left out.

    Raises:
        Unreadable: It is not UTF-8.
    """
    try:
        return raw.decode("utf-8-sig" if bom else "utf-8")
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} is not UTF-8"
    raise Unreadable(reason)


def parse(text: str, max_depth: int) -> Any:
    """Return the value that `text` spells.

    Raises:
        Unreadable: It is no JSON, names a key twice, holds a number that is not finite or has thousands of digits, or
            nests deeper than `max_depth` objects and arrays.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_unique_keys, parse_constant=_finite_number, parse_float=_finite_number
        )
        if type(value) in _CONTAINERS:
            _check_depth(value, max_depth)
    except RecursionError:
        reason = "nested too deeply"
    except ValueError as error:
        reason = str(error)  # says what and where, not the text
    else:
        return value
    raise Unreadable(reason)


def mended(value: Any) -> Any:
    """Return the value with U+FFFD for each lone surrogate in its texts and keys."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, dict):
        return {mended(key): mended(item) for key, item in value.items()}
    return [mended(item) for item in value] if isinstance(value, list) else value


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _finite_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is not finite")
    return number


def _check_depth(value: Any, left: int) -> None:
    if not left:
        raise ValueError("nested too deeply")
    for item in value.values() if isinstance(value, dict) else value:
        if type(item) in _CONTAINERS:  # every item of every page passes here: no slower test
            _check_depth(item, left - 1)

"""JSON as strangers send it: read whole, or refused.

Python's reader takes NaN, lets the last of two equal keys win, and hands out lone surrogates that no database stores.
"""

from __future__ import annotations

import json
import math
from typing import Any, Final

from connectors.giant_context.server.refusals import bad_request

MAX_DEPTH: Final = 32


def parse(raw: bytes) -> Any:
    """Return the value that `raw` spells.

    Raises:
        Refusal: 400, it is not JSON in UTF-8, names a key twice, nests too deep, or holds what JSON or text cannot.
    """
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError:
        raise bad_request("The JSON body nests too deep.") from None
    except ValueError:  # also UnicodeDecodeError, JSONDecodeError, and a number of thousands of digits
        raise bad_request("The body is not valid JSON.") from None
    _inspect(value, MAX_DEPTH)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise bad_request("The JSON body names a key twice.")
    return result


def _constant(_name: str) -> Any:
    raise bad_request("NaN and Infinity are not JSON.")


def _inspect(value: Any, depth: int) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise bad_request("Text must not hold a NUL character.")
        if not value.isascii():
            try:
                value.encode("utf-8")
            except UnicodeEncodeError:
                raise bad_request("Text must not hold half a surrogate pair.") from None
    elif isinstance(value, float):
        if not math.isfinite(value):  # 1e999 reads as infinity
            raise bad_request("A number is out of range.")
    elif isinstance(value, dict | list):
        if depth == 0:
            raise bad_request("The JSON body nests too deep.")
        for item in value:
            _inspect(item, depth - 1)
        if isinstance(value, dict):
            for item in value.values():
                _inspect(item, depth - 1)

"""Texts → numbers as libphonenumber reads them, one by one: the judge of all that is not written plainly."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Final

import phonenumbers
import pyarrow as pa

NOTHING: Final = frozenset({"", "-", "--", ".", "n/a", "na", "none", "null", "nil", "no", "unknown", "#n/a", "0", "00"})
"""What people write when there is no number."""

SAYS_FAX: Final = re.compile(r"(?<![a-z])(?:tele)?fax", re.IGNORECASE)
SAYS_PHONE: Final = re.compile(
    r"(?<![a-z])(?:t|tel|telefon|telephone|fon|phone|ph|voice|mobile?|handy|cell)(?![a-z])", re.IGNORECASE
)

SCHEMA: Final = pa.schema(
    [(name, pa.string()) for name in ("text", "country", "region", "outcome", "number", "extension")]
)


PORTED: Final = re.compile(
    r"(?!.*0(?:[ ./()-]*0){5})"  # no six zeros: of a number that is nothing else it loses one
    r"[ -*,-/:<>-~]*"  # ASCII alone: it knows other digits than the library does
    r"\+?(?:[ ./()-]*[0-9]){5}"  # of two digits with an extension it thinks otherwise
    r"[ -\"$-<>-~]*"  # no number sign, which makes the last digits an extension, and no parameters of a URI
)
"""What the port may read: texts of the kind that it reads as the library does, as the tests keep trying to refute."""


@cache
def port(package: str = "rphonenumbers") -> ModuleType | None:
    """The port of libphonenumber to Rust, if it is installed and carries the same metadata as `phonenumbers`."""
    try:
        found = import_module(package)
    except ImportError:
        return None
    return found if getattr(found, "__phonenumbers_version__", None) == phonenumbers.__version__ else None


def read(rows: pa.Table, faster: ModuleType | None = None) -> pa.Table:
    """Read texts.

    Args:
        rows: `text`, `country` (as the record has it, "" for none) and `region` (the ISO code that it stands for, or
            the default one; null for none).
        faster: `port()`, to let it read what it reads the same.

    Returns:
        A row each: what was given, `outcome` (`phone_keys.sql` says what each means), `number` (E.164), `extension`.
    """
    texts, regions = rows["text"].to_pylist(), rows["region"].to_pylist()
    answers = [
        _read(faster if faster and PORTED.fullmatch(text) else phonenumbers, text, region)
        for text, region in zip(texts, regions, strict=True)
    ]
    outcomes, numbers, extensions = zip(*answers, strict=True) if answers else ((), (), ())
    return pa.table([rows["text"], rows["country"], rows["region"], outcomes, numbers, extensions], SCHEMA)


def _read(asked: ModuleType, cell: str, region: str | None) -> tuple[str, str | None, str | None]:
    text = cell.strip().removeprefix("* ")
    folded = text.casefold()
    if folded in NOTHING:
        return "nothing", None, None
    if "fax" in folded and SAYS_FAX.search(text) and not SAYS_PHONE.search(text):
        return "fax", None, None
    try:
        number = asked.parse(text, region)
    except asked.NumberParseException as error:
        homeless = error.error_type == asked.NumberParseException.INVALID_COUNTRY_CODE and region is None
        return "homeless" if homeless else "unreadable", None, None
    # `is_valid_number` is nothing but the question whether this type is known, and takes as long again.
    kind = asked.number_type(number)
    if kind == asked.PhoneNumberType.UNKNOWN:
        return "invalid", None, None
    if kind == asked.PhoneNumberType.PREMIUM_RATE:
        return "premium", None, None
    return "number", asked.format_number(number, asked.PhoneNumberFormat.E164), number.extension or None

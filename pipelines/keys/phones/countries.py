"""A country as people write it → its ISO code."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Final

import phonenumbers

ALSO_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "US": ("usa", "united states of america", "america"),
    "GB": ("uk", "great britain", "england", "scotland", "wales", "northern ireland"),
    "NL": ("holland",),
    "CZ": ("czechia",),
    "KR": ("republic of korea",),
    "RU": ("russian federation",),
    "AE": ("uae",),
    "MK": ("north macedonia",),
    "SZ": ("eswatini",),
    "VN": ("viet nam",),
    "IE": ("republic of ireland",),
}
"""Names of countries that libphonenumber's own list leaves out, in the form of `_plain`."""


@cache
def region_of(country: str) -> str | None:
    """Return the ISO code of a country given as a code or as its name in any language that libphonenumber knows."""
    code = country.strip().upper()
    if code in phonenumbers.SUPPORTED_REGIONS:
        return code
    return _region_names().get(_plain(country))


@cache
def _region_names() -> dict[str, str]:
    # A value such as "*en" points at another language of the same region.
    from phonenumbers.geodata.locale import LOCALE_DATA  # noqa: PLC0415 - takes most of a second, and few rows need it

    known = {
        _plain(name): region
        for region, names in LOCALE_DATA.items()
        for name in names.values()
        if not name.startswith("*") and region in phonenumbers.SUPPORTED_REGIONS
    }
    return {**known, **{name: region for region, names in ALSO_CALLED.items() for name in names}}


def _plain(name: str) -> str:
    """Letters and blanks alone, without case and accents: `Côte d’Ivoire`, `COTE D'IVOIRE`."""
    text = unicodedata.normalize("NFKD", name.casefold())
    words = "".join(" " if char.isspace() else char for char in text if char.isalpha() or char.isspace()).split()
    return " ".join(words[1:] if words[:1] == ["the"] else words)

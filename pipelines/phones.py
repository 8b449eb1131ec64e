"""Phone numbers → E.164, exactly as libphonenumber reads them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import phonenumbers
import pyarrow as pa
from phonenumbers import NumberParseException, PhoneNumberType

NOTHING = frozenset({"", "-", "--", ".", "n/a", "na", "none", "null", "nil", "no", "unknown", "#n/a", "0", "00"})
"""What people write when there is no number."""

NO_COUNTRY: Final = "a national number of no known country (set match.default_region)"
UNKNOWN_COUNTRY: Final = "a national number, and its row's country is none that we know"

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


def normalise(raws: Sequence[str], countries: Sequence[str], default_region: str | None) -> pa.Table:
    """Read distinct (number, country) pairs.

    Args:
        raws: the cells as received.
        countries: the record's country beside each, as code or name; "" for none.
        default_region: how to read a national number of a record without a country; None sets it aside.

    Returns:
        `raw`, `country`, `phone` (E.164, with ` ext. 12` where there is one), `extension` and `reason`: either phone
        or reason is null.
    """
    read = [_read(raw, country, default_region) for raw, country in zip(raws, countries, strict=True)]
    columns = {"raw": list(raws), "country": list(countries)}
    for index, name in enumerate(("phone", "extension", "reason")):
        columns[name] = [answer[index] for answer in read]  # type: ignore[misc]
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _read(raw: str, country: str, default_region: str | None) -> tuple[str | None, str | None, str | None]:
    text = raw.strip().removeprefix("* ")
    if text.casefold() in NOTHING:
        return None, None, 'stands for "no phone"'
    region = region_of(country) if country else default_region
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE and region is None:
            return None, None, UNKNOWN_COUNTRY if country else NO_COUNTRY
        return None, None, "not a phone number"
    if not phonenumbers.is_valid_number(number):
        return None, None, "no number that can be dialled"
    if phonenumbers.number_type(number) == PhoneNumberType.PREMIUM_RATE:
        return None, None, "a premium-rate number"
    phone = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # Two people behind one switchboard: the extension is what tells them apart, so it is part of the number.
    return f"{phone} ext. {number.extension}" if number.extension else phone, number.extension, None

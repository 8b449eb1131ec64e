"""Phone numbers → E.164, exactly as libphonenumber reads them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import phonenumbers
import pyarrow as pa
from phonenumbers import NumberParseException, PhoneNumberType
from phonenumbers.geodata.locale import LOCALE_DATA

NOTHING = frozenset({"", "-", "--", ".", "n/a", "na", "none", "null", "nil", "no", "unknown", "#n/a", "0", "00"})
"""What people write when there is no number."""


@cache
def region_of(country: str) -> str | None:
    """Return the ISO code of a country given as a code or as its name in any language that libphonenumber knows."""
    text = country.strip()
    code = text.upper()
    if code in phonenumbers.SUPPORTED_REGIONS:
        return code
    return _region_names().get(text.casefold(), {"USA": "US", "UK": "GB"}.get(code))


@cache
def _region_names() -> dict[str, str]:
    # A value such as "*en" points at another language of the same region.
    return {
        name.casefold(): region
        for region, names in LOCALE_DATA.items()
        for name in names.values()
        if not name.startswith("*") and region in phonenumbers.SUPPORTED_REGIONS
    }


def normalise(raws: Sequence[str], countries: Sequence[str], default_region: str | None) -> pa.Table:
    """Read distinct (number, country) pairs.

    Args:
        raws: the cells as received.
        countries: the record's country beside each, as code or name; "" for none.
        default_region: how to read a national number of a record without a country; None sets it aside.

    Returns:
        `raw`, `country`, `phone` (E.164), `extension` and `reason`: either phone or reason is null.
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
            return None, None, "a national number of no known country (set match.default_region)"
        return None, None, "not a phone number"
    if not phonenumbers.is_valid_number(number):
        return None, None, "no number that can be dialled"
    if phonenumbers.number_type(number) == PhoneNumberType.PREMIUM_RATE:
        return None, None, "a premium-rate number"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), number.extension, None

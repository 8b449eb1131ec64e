"""Phone numbers become E.164 exactly as libphonenumber reads them, or are set aside with a reason."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.phones import NO_COUNTRY, UNKNOWN_COUNTRY, normalise, region_of


def read(raw: str, country: str = "", default: str | None = None) -> tuple[str | None, str | None]:
    """The number and the reason of one cell."""
    (row,) = normalise([raw], [country], default).to_pylist()
    return row["phone"], row["reason"]


@pytest.mark.parametrize(
    ("raw", "country", "default", "expected"),
    [
        ("+1 312-555-0115", "", None, "+13125550115"),
        ("(312) 555-0115", "United States", None, "+13125550115"),
        ("312.555.0115", "", "US", "+13125550115"),
        ("* 312-555-0115", "", "US", "+13125550115"),
        ("３１２５５５０１１５", "", "US", "+13125550115"),
        ("\u202a+1 312-555-0115\u202c", "", None, "+13125550115"),
        ("tel:+13125550115", "", None, "+13125550115"),
        ("1-800-FLOWERS", "", "US", "+18003569377"),
        ("030 23125 550", "Deutschland", "US", "+493023125550"),
        ("+49 (0)30 23125-550", "", "US", "+493023125550"),
        ("0041 44 668 18 00", "DE", None, "+41446681800"),
        ("+44 20 7946 0958", "DE", None, "+442079460958"),
        ("+1 312-555-0100 ext. 12", "", None, "+13125550100 ext. 12"),
    ],
)
def test_number_is_read_by_its_own_country_first(raw: str, country: str, default: str | None, expected: str) -> None:
    """A country code in the number goes before the row's country, and that before the default region."""
    assert read(raw, country, default) == (expected, None)


@pytest.mark.parametrize(
    ("raw", "country", "default", "reason"),
    [
        ("312-555-0115", "", None, NO_COUNTRY),
        ("030 23125 550", "Narnia", "DE", UNKNOWN_COUNTRY),
        ("110", "DE", None, "no number that can be dialled"),
        ("900-555-0100", "", "US", "a premium-rate number"),
        ("1.31256E+10", "", "US", "not a phone number"),
        ("call me", "", "US", "not a phone number"),
        ("9" * 300, "", "US", "not a phone number"),
        ("n/a", "", "US", 'stands for "no phone"'),
        ("-", "", "US", 'stands for "no phone"'),
    ],
)
def test_number_that_cannot_be_dialled_is_set_aside(raw: str, country: str, default: str | None, reason: str) -> None:
    """What is no number, or a national one of no known country, is never guessed."""
    assert read(raw, country, default) == (None, reason)


@pytest.mark.parametrize(
    ("country", "region"),
    [
        *(("us", "US"), ("USA", "US"), ("U.S.A.", "US"), ("United States of America", "US"), (" United States ", "US")),
        *(("UK", "GB"), ("England", "GB"), ("Deutschland", "DE"), ("GERMANY", "DE"), ("Allemagne", "DE")),
        *(("Osterreich", "AT"), ("Côte d’Ivoire", "CI"), ("COTE D'IVOIRE", "CI"), ("The Netherlands", "NL")),
        *(("日本", "JP"), ("Czechia", "CZ"), ("Niger", "NE"), ("Nigeria", "NG"), ("Narnia", None), ("", None)),
    ],
)
def test_country_is_understood_by_code_and_by_name(country: str, region: str | None) -> None:
    """Names count in any language, case and spelling of accents; what is no country is none."""
    assert region_of(country) == region


def test_extension_keeps_two_people_behind_one_switchboard_apart() -> None:
    """The same number with two extensions is two numbers, and reading one of them again changes nothing."""
    first, second = read("+1 312-555-0100 x12"), read("+1 312-555-0100;ext=34")
    assert first == ("+13125550100 ext. 12", None)
    assert second == ("+13125550100 ext. 34", None)
    assert read(first[0] or "") == first


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("+0123456789 ()-./xext;=*#\u00a0\u200b٣３äN"), max_size=24),
    st.sampled_from(["", "DE", "US", "?"]),
)
def test_any_text_gives_a_valid_number_or_a_reason_and_reading_twice_is_reading_once(raw: str, country: str) -> None:
    """Whatever the cell holds: one of number and reason, the number valid, and a fixed point."""
    phone, reason = read(raw, country, "US")
    assert (phone is None) != (reason is None)
    if phone is not None:
        assert phonenumbers.is_valid_number(phonenumbers.parse(phone, None))
        assert read(phone) == (phone, None)

"""The number plans say of digits what libphonenumber says, and nothing that it does not."""

from __future__ import annotations

import random

import phonenumbers
import pytest
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from pipelines.keys.phones.plans import LONGEST, SHORTEST, Outcome, Ranges, international, national

CODES = frozenset({1, 7, 39, 44, 47, 49, 52, 54, 55, 61, 82, 225, 262, 358, 590, 599, 800, 979})
"""Calling codes that several regions share, that keep a leading zero, that re-write numbers, that belong to nobody."""

TRICKY = (
    *("US", "CA", "AG", "GB", "IM", "DE", "AR", "BR", "IT", "SM", "AU", "KR", "HK", "HU", "KZ", "JP", "MX", "CI", "BY"),
)
"""Regions with shared codes, odd prefixes, carriers, numbers that are re-written, and zeros that stay."""


def judged(text: str, region: str | None) -> tuple[Outcome | None, str | None]:
    """What the library makes of a number; no outcome where it is not valid."""
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None, None
    if not phonenumbers.is_valid_number(number):
        return None, None
    if phonenumbers.number_type(number) == PhoneNumberType.PREMIUM_RATE:
        return Outcome.PREMIUM, None
    return Outcome.NUMBER, phonenumbers.format_number(number, PhoneNumberFormat.E164)


def looked_up(plan: tuple[Ranges, ...], digits: str) -> tuple[Outcome | None, str | None]:
    """What a plan makes of digits; the number where it is one, or what is dialled abroad."""
    found = [
        part
        for part in plan
        if part.length == len(digits)
        and any(first <= int(digits) <= last for first, last in zip(part.firsts, part.lasts, strict=True))
    ]
    assert len(found) < 2, "ranges never overlap"
    if not found:
        return None, None
    number = f"+{found[0].lead}{digits[found[0].drop :]}"
    return found[0].outcome, number if found[0].outcome in (Outcome.NUMBER, Outcome.ABROAD) else None


def at_the_edges(plan: tuple[Ranges, ...], count: int) -> list[str]:
    """Digits just inside and just outside of ranges, where a plan would be wrong if it were."""
    chance = random.Random(1)  # noqa: S311 - which edges, not a secret
    found: set[str] = set()
    while len(found) < count:
        part = chance.choice(plan)
        place = chance.randrange(len(part.firsts))
        first, last = part.firsts[place], part.lasts[place]
        number = chance.choice((first, last, first - 1, last + 1, chance.randint(first, last)))
        if 0 <= number < 10**part.length:
            found.add(str(number).zfill(part.length))
    return sorted(found)


def agrees(plan: tuple[Ranges, ...], digits: str, text: str, region: str | None) -> bool:
    """Whether the plan says what the library says, or that it is not sure."""
    outcome, number = looked_up(plan, digits)
    if outcome is Outcome.UNSURE:
        return True
    if outcome is Outcome.ABROAD:
        assert number is not None
        return judged(text, region) == judged(number, None)
    return (outcome, number) == judged(text, region)


def test_numbers_behind_a_plus_are_what_the_library_says() -> None:
    """At the edges of its ranges, which several regions may share, the plan and the library agree."""
    plan = international(CODES)
    assert [digits for digits in at_the_edges(plan, 800) if not agrees(plan, digits, f"+{digits}", None)] == []


@pytest.mark.parametrize("region", TRICKY)
def test_national_numbers_are_what_the_library_says(region: str) -> None:
    """So do they for what is dialled within a region: its prefixes, its own country code, and calls abroad."""
    plan = national(region)
    assert [digits for digits in at_the_edges(plan, 120) if not agrees(plan, digits, digits, region)] == []


def test_plan_decides_most_numbers() -> None:
    """The library is asked about few: an example of each kind of each region's numbers is decided by its plan."""
    sure = total = 0
    for region in ("US", "DE", "GB", "FR", "BR", "IN", "JP"):
        plan = national(region)
        for kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.TOLL_FREE):
            if example := phonenumbers.example_number_for_type(region, kind):
                text = phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
                total += 1
                sure += looked_up(plan, "".join(filter(str.isdecimal, text)))[0] is Outcome.NUMBER
    assert sure >= 0.9 * total


def test_unknown_calling_codes_are_not_decided() -> None:
    """What is behind a plus and belongs to none of the codes that were asked for is left to the library."""
    assert looked_up(international(frozenset({49})), "13125550115") == (Outcome.UNSURE, None)
    assert looked_up(international(frozenset()), "99999") == (Outcome.UNSURE, None)


def test_plans_keep_to_their_lengths() -> None:
    """No range is of digits shorter or longer than a plan answers for."""
    assert all(SHORTEST <= part.length <= LONGEST for part in (*national("DE"), *international(CODES)))

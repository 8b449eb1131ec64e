"""What libphonenumber makes of digits, for all digit strings at once: its rules, applied to sets instead of numbers.

A plan says of every string of 5 to 15 digits what `phonenumbers.parse` and `is_valid_number` would make of it when it
is dialled in a region, or written behind a `+`. The rules are those of `phonenumberutil.py`, the expressions are those
of the installed metadata; nothing about any country is written here. What the rules below do not model exactly is
UNSURE, and the library is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, reduce
from operator import or_
from typing import Final

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, country_code_for_region, region_code_for_country_code
from phonenumbers.phonemetadata import PhoneMetadata, PhoneNumberDesc

from pipelines.keys.phones.digit_sets import (
    EMPTY,
    NONE,
    DigitSet,
    after,
    before,
    beginning,
    count,
    matching,
    of_lengths,
    ranges,
    up_to,
    words,
)

SHORTEST: Final = 5
"""Fewer digits than this are read by the library: what is too short to be a number has rules of its own."""
LONGEST: Final = 15
"""The most digits that E.164 allows, country code included; longer ones exist in some plans, and are the library's."""
ALL: Final = up_to(LONGEST)
TYPES: Final = (
    *("toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail", "fixed_line", "mobile"),
)
FEW_PREFIXES: Final = 20
"""Where a region has more prefixes than this, those of carriers, only the one-digit ones are taken apart."""


class Outcome(StrEnum):
    """What becomes of a range of digits; a range that no plan names cannot be dialled."""

    NUMBER = "number"
    PREMIUM = "premium"
    ABROAD = "abroad"
    """Behind the region's prefix for calls abroad: what follows is to be looked up as if it were behind a `+`."""
    UNSURE = "unsure"


@dataclass(frozen=True, eq=False)
class Ranges:
    """Ranges of equally long digit strings that share an outcome: from each of `firsts` to the one in `lasts`.

    The number, or what is dialled abroad, is `lead` followed by what is left when the first `drop` digits are dropped.
    """

    length: int
    firsts: Sequence[int]
    lasts: Sequence[int]
    outcome: Outcome
    lead: str
    drop: int


@dataclass(frozen=True)
class _Prefixes:
    """How a prefix is taken off: which one, off what; what keeps its digits; and what is not modelled."""

    taken: tuple[tuple[str, DigitSet], ...]
    kept: DigitSet
    unsure: DigitSet

    def leading_to(self, wanted: DigitSet) -> dict[int, DigitSet]:
        """How many digits are taken off → the strings that become one of those wanted."""
        found = {0: self.kept & wanted}
        for prefix, rest in self.taken:
            found[len(prefix)] = found.get(len(prefix), NONE) | before(prefix, rest & wanted)
        return found


@cache
def international(codes: frozenset[int]) -> tuple[Ranges, ...]:
    """The plan of what is written behind a `+`, certain for numbers of these calling codes alone."""
    known = sorted(codes)
    others = ALL - _joined(before(str(code), ALL) for code in known)
    return (*(part for code in known for part in _behind_plus(code)), *_ranges(others, Outcome.UNSURE))


@cache
def _behind_plus(code: int) -> tuple[Ranges, ...]:
    lead = str(code)
    prefixes = _national_prefixes(_main(code), by_length=True)
    made = [*_ranges(before(lead, prefixes.unsure), Outcome.UNSURE)]
    for outcome, wanted in _dialled(code).items():
        for drop, found in prefixes.leading_to(wanted).items():
            made += _ranges(before(lead, found), outcome, lead, len(lead) + drop)
    return tuple(made)


@cache
def national(region: str) -> tuple[Ranges, ...]:
    """The plan of what is dialled in a region, given by its ISO code."""
    code = country_code_for_region(region)
    metadata = _metadata(code, region)
    lead, general = str(code), _general(metadata)
    made: list[Ranges] = []

    exits = _taken_apart(metadata.international_prefix or "", None)
    abroad = NONE
    for prefix, rest in exits.taken:
        # No country code begins with a zero: what looks like a call abroad is none then.
        behind = before(prefix, rest & up_to(LONGEST, start="123456789"))
        made += _ranges(behind, Outcome.ABROAD, "", len(prefix))
        abroad |= behind
    unsure, home = exits.unsure, ALL - abroad

    # The country code without a plus: taken off if only then the number looks like one of the region's.
    loose, strict = _national_prefixes(metadata, by_length=False), _national_prefixes(_main(code), by_length=True)
    longer = frozenset(range(general.possible_length[-1] + 1, LONGEST + 1))
    local = frozenset(general.possible_length_local_only)
    numbers = _pattern(general)
    stripped = _joined(loose.leading_to(numbers).values())
    with_code = home & ((before(lead, stripped) - numbers) | of_lengths(longer - local, before(lead, ALL)))
    too_short = _joined(loose.leading_to(up_to(1)).values())
    doubtful = loose.unsure | too_short | _joined(loose.leading_to(strict.unsure).values())
    unsure |= before(lead, doubtful)

    own = _national_prefixes(metadata, by_length=True)
    unsure |= own.unsure - with_code
    certain = home - unsure
    for outcome, wanted in _dialled(code).items():
        for second, left in strict.leading_to(wanted).items():
            for first, found in loose.leading_to(left).items():
                sure = before(lead, found) & with_code & certain
                made += _ranges(sure, outcome, lead, len(lead) + first + second)
        for drop, found in own.leading_to(wanted).items():
            made += _ranges((found & certain) - with_code, outcome, lead, drop)
    return (*made, *_ranges(unsure - abroad, Outcome.UNSURE))


def _main(code: int) -> PhoneMetadata:
    """The metadata by which a calling code's numbers are parsed, whichever of its regions they are from."""
    return _metadata(code, region_code_for_country_code(code))


def _metadata(code: int, region: str) -> PhoneMetadata:
    found = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    if found is None:
        raise LookupError(f"libphonenumber knows no region {region} of +{code}")
    return found


def _general(metadata: PhoneMetadata) -> PhoneNumberDesc:
    if metadata.general_desc is None:
        raise LookupError(f"libphonenumber says nothing of the numbers of {metadata.id}")
    return metadata.general_desc


@cache
def _dialled(code: int) -> dict[Outcome, DigitSet]:
    """The valid national numbers of a calling code: `is_valid_number`, and `number_type` as far as we ask for it."""
    found = {Outcome.NUMBER: NONE, Outcome.PREMIUM: NONE}
    regions, left = COUNTRY_CODE_TO_REGION_CODE[code], ALL
    for region in regions:
        metadata = _metadata(code, region)
        general = _numbers(metadata.general_desc)
        premium = general & _numbers(metadata.premium_rate)
        typed = (general & _joined(_numbers(getattr(metadata, name)) for name in TYPES)) - premium
        # The first region that claims a number decides on it, by its leading digits where it has some.
        mine = beginning(matching(metadata.leading_digits), LONGEST) if metadata.leading_digits else typed | premium
        mine = left & (mine if len(regions) > 1 else ALL)
        left -= mine
        found[Outcome.NUMBER] |= typed & mine
        found[Outcome.PREMIUM] |= premium & mine
    return found


def _numbers(description: PhoneNumberDesc | None) -> DigitSet:
    found = _pattern(description)
    lengths = description.possible_length if description else ()
    return of_lengths(frozenset(lengths), found) if lengths else found


def _pattern(description: PhoneNumberDesc | None) -> DigitSet:
    pattern = description.national_number_pattern if description else None
    return matching(pattern) if pattern else NONE


def _national_prefixes(metadata: PhoneMetadata, *, by_length: bool) -> _Prefixes:
    """`_maybe_strip_national_prefix_carrier_code`; by length: only if enough is left, as `parse` wants it."""
    found = _taken_apart(metadata.national_prefix_for_parsing or "", metadata.national_prefix_transform_rule)
    general = _general(metadata)
    numbers, lengths = _pattern(general), general.possible_length
    enough = frozenset({*lengths, *range(lengths[-1] + 1, LONGEST + 1)}) - frozenset(general.possible_length_local_only)
    taken = []
    for prefix, rest in found.taken:
        # A number that looks like one of the region's is not made into one that does not.
        sound = rest - (after(prefix, numbers) - numbers)
        taken.append((prefix, of_lengths(enough, sound) if by_length else sound))
    kept = ALL - found.unsure - _joined(before(prefix, rest) for prefix, rest in taken)
    return _Prefixes(tuple(taken), kept, found.unsure)


@cache
def _taken_apart(pattern: str, transform: str | None) -> _Prefixes:
    """Which prefix `re.match` of an expression finds on which strings, provided that nothing but its length matters."""
    if not pattern:
        return _Prefixes((), ALL, NONE)
    whole, end, pattern_left = pattern.partition("$")
    unsure, searched = NONE, pattern
    if end:
        # "(…)$|…": a whole number that is to be re-written, before the prefixes proper.
        if not re.fullmatch(r"\([^()]*(?:\([^()]*\)[^()]*)*\)", whole):
            return _Prefixes((), NONE, ALL)
        unsure, searched = matching(whole), pattern_left.removeprefix("|")
    prefixes = matching(searched) - EMPTY if searched else NONE
    if count(prefixes) > FEW_PREFIXES:
        plain = prefixes & up_to(1)
        unsure |= beginning(prefixes - plain, LONGEST)
    else:
        plain = prefixes
    taken = []
    for word in words(plain):
        found = re.match(pattern, word)
        rest = up_to(LONGEST - len(word)) - beginning(after(word, prefixes) - EMPTY, LONGEST - len(word))
        if found is None or found.end() != len(word) or (transform and found.groups()[-1] is not None):
            unsure |= before(word, rest)
        else:
            taken.append((word, rest))
    taken = [(word, rest - after(word, unsure)) for word, rest in taken]
    return _Prefixes(tuple(taken), ALL - unsure - beginning(prefixes, LONGEST), unsure)


def _joined(sets: Iterable[DigitSet]) -> DigitSet:
    return reduce(or_, sets, NONE)


def _ranges(of: DigitSet, outcome: Outcome, lead: str = "", drop: int = 0) -> Iterator[Ranges]:
    for length, (firsts, lasts) in ranges(of).items():
        if SHORTEST <= length <= LONGEST:
            yield Ranges(length, firsts, lasts, outcome, lead, drop)

"""Phone cells made up for measuring: numbers of sixty regions in six notations, most of them good."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

from phonenumbers import PhoneNumberFormat, PhoneNumberType, example_number_for_type, format_number

REGIONS: Final = (
    *("US", "CA", "MX", "BR", "AR", "CL", "CO", "PE", "DO", "JM", "GB", "IE", "FR", "DE", "AT", "CH", "IT", "ES", "PT"),
    *("NL", "BE", "LU", "DK", "NO", "SE", "FI", "PL", "CZ", "SK", "HU", "RO", "BG", "GR", "HR", "UA", "RU", "KZ", "TR"),
    *("IL", "AE", "SA", "EG", "MA", "NG", "KE", "ZA", "IN", "PK", "BD", "LK", "TH", "VN", "MY", "SG", "ID", "PH", "JP"),
    *("KR", "CN", "AU"),
)
TYPES: Final = (
    *(PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.MOBILE),
    *(PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST),
)
EDITS: Final = "0123456789 -./()+xX#*;,:~[]aſ٣３\u00a0\u2011\u2013"


@cache
def _examples(region: str) -> tuple[tuple[str, str, str], ...]:
    """A region's example numbers, as E.164, international and national."""
    formats = (PhoneNumberFormat.E164, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.NATIONAL)
    found = (example_number_for_type(region, kind) for kind in TYPES)
    return tuple(
        (format_number(number, formats[0]), format_number(number, formats[1]), format_number(number, formats[2]))
        for number in found
        if number is not None
    )


def _renumbered(chance: random.Random, text: str, digits: int = 5) -> str:
    """The text with its last digits drawn anew: its area code stays."""
    drawn = iter(f"{chance.randrange(10**digits):0{digits}}")
    turned = [next(drawn, char) if char.isdecimal() else char for char in reversed(text)]
    return "".join(reversed(turned))


def _e164(chance: random.Random, example: tuple[str, str, str]) -> str:
    return _renumbered(chance, example[0])


def _international(chance: random.Random, example: tuple[str, str, str]) -> str:
    return _renumbered(chance, example[1])


def _national(chance: random.Random, example: tuple[str, str, str]) -> str:
    return _renumbered(chance, example[2])


def _bare(chance: random.Random, example: tuple[str, str, str]) -> str:
    return "".join(filter(str.isdecimal, _national(chance, example)))


def _punctuated(chance: random.Random, example: tuple[str, str, str]) -> str:
    start = chance.choice(("00", "00", "011", "+", "("))
    return start + _renumbered(chance, example[1])[1:].replace(" ", chance.choice((" / ", ".", "-", ") ", "\u00a0")))


def _spoilt(chance: random.Random, example: tuple[str, str, str]) -> str:
    text = list(_renumbered(chance, chance.choice(example)))
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(text))
        text[place : place + chance.randint(0, 1)] = [chance.choice(EDITS)]
    return "".join(text) + chance.choice(("", "", " ext. 12", " x7", "; 34", "#1", " or 5"))


def _with_words(chance: random.Random, example: tuple[str, str, str]) -> str:
    before, behind = chance.choice((("Tel.: ", ""), ("", " ext. 12"), ("", " x345"), ("tel:", ""), ("", ", Ext 9")))
    return before + _renumbered(chance, chance.choice(example)) + behind


def _with_letters(chance: random.Random, example: tuple[str, str, str]) -> str:
    return _renumbered(chance, example[2]) + chance.choice((" (home)", " mobil", "#1", "*", " Büro", "; 12"))


def _junk(chance: random.Random, example: tuple[str, str, str]) -> str:
    text = _renumbered(chance, example[2])
    return chance.choice((text[: len(text) // 2], text + "000", f"ask {chance.randrange(10**6)}", f"n/a {text[-3:]}"))


Notation = Callable[[random.Random, tuple[str, str, str]], str]
NOTATIONS: Final[tuple[Notation, ...]] = (_e164, _international, _national, _bare, _punctuated, _spoilt)
MIXED: Final[tuple[tuple[Notation, int], ...]] = (
    *((_e164, 24), (_international, 22), (_national, 26), (_bare, 10), (_punctuated, 10)),
    *((_with_words, 4), (_with_letters, 1), (_junk, 3)),
)


def evenly(count: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Yield so many cells, each with its region: every notation and region equally often, a sixth of all spoilt."""
    chance = random.Random(seed)
    for number in range(count):
        region = REGIONS[number // len(NOTATIONS) % len(REGIONS)]
        yield NOTATIONS[number % len(NOTATIONS)](chance, chance.choice(_examples(region))), region


def mixed(count: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Yield so many distinct cells as a large address book has them: 4 % with words, 1 % with letters, 3 % junk."""
    chance = random.Random(seed)
    notations, weights = zip(*MIXED, strict=True)
    met: set[tuple[str, str]] = set()
    while len(met) < count:
        region = chance.choice(REGIONS)
        cell = chance.choices(notations, weights)[0](chance, chance.choice(_examples(region))), region
        if cell not in met:
            met.add(cell)
            yield cell

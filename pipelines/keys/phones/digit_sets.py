"""Finite sets of digit strings, such as all numbers of a country, small enough to calculate with.

A set is the automaton that accepts it: whether the empty string is in it, and what may follow each first digit. Equal
sets are one object, so equality is identity, every operation is remembered, and all number plans of the world together
take some ten thousand objects. Method: hash-consed minimal acyclic automata (Daciuk, Mihov, Watson and Watson,
"Incremental Construction of Minimal Acyclic Finite-State Automata", 2000), combined pairwise as Bryant combines
decision diagrams.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, reduce
from typing import Final, TypeAlias

DIGITS: Final = "0123456789"
TOKEN: Final = re.compile(r"\\d|\[[0-9-]+\]|\(\?:|[()|?0-9]|\{\d+(?:,\d+)?\}")

_Alternatives: TypeAlias = "list[list[tuple[_Alternatives | str, int, int]]]"


class DigitSet:
    """A set of digit strings. Made by this module's functions alone, which give equal sets the same object."""

    __slots__ = ("after", "has_empty")

    def __init__(self, has_empty: bool, after: tuple[DigitSet, ...] | None) -> None:
        self.has_empty = has_empty
        self.after = (self,) * 10 if after is None else after

    def __or__(self, other: DigitSet) -> DigitSet:
        return _union(self, other)

    def __and__(self, other: DigitSet) -> DigitSet:
        return _intersection(self, other)

    def __sub__(self, other: DigitSet) -> DigitSet:
        return _difference(self, other)

    def __bool__(self) -> bool:
        return self is not NONE


NONE: Final = DigitSet(False, None)
"""The empty set."""


@cache
def _made(has_empty: bool, after: tuple[DigitSet, ...]) -> DigitSet:
    return DigitSet(has_empty, after) if has_empty or after != NONE.after else NONE


EMPTY: Final = _made(True, NONE.after)
"""The set of the empty string."""


def _one_of(digits: str, rest: DigitSet) -> DigitSet:
    return _made(False, tuple(rest if digit in digits else NONE for digit in DIGITS))


@cache
def _union(a: DigitSet, b: DigitSet) -> DigitSet:
    if a is b or b is NONE:
        return a
    if a is NONE:
        return b
    return _made(a.has_empty or b.has_empty, tuple(map(_union, a.after, b.after)))


@cache
def _intersection(a: DigitSet, b: DigitSet) -> DigitSet:
    if a is b:
        return a
    if a is NONE or b is NONE:
        return NONE
    return _made(a.has_empty and b.has_empty, tuple(map(_intersection, a.after, b.after)))


@cache
def _difference(a: DigitSet, b: DigitSet) -> DigitSet:
    if a is b or a is NONE:
        return NONE
    if b is NONE:
        return a
    return _made(a.has_empty and not b.has_empty, tuple(map(_difference, a.after, b.after)))


def after(digits: str, of: DigitSet) -> DigitSet:
    """What may follow these first digits."""
    return reduce(lambda rest, digit: rest.after[int(digit)], digits, of)


def before(digits: str, rest: DigitSet) -> DigitSet:
    """The set's strings with these digits put before each."""
    return reduce(lambda made, digit: _one_of(digit, made), reversed(digits), rest)


@cache
def up_to(length: int, start: str = DIGITS) -> DigitSet:
    """All strings of at most so many digits; of those that have a first digit, it is one of `start`."""
    return EMPTY if length == 0 else EMPTY | _one_of(start, up_to(length - 1))


@cache
def beginning(start: DigitSet, length: int) -> DigitSet:
    """All strings of at most so many digits that begin with one of the set's strings."""
    if start.has_empty or start is NONE or not length:
        return up_to(length) if start.has_empty else NONE
    return _made(False, tuple(beginning(rest, length - 1) for rest in start.after))


@cache
def of_lengths(lengths: frozenset[int], of: DigitSet) -> DigitSet:
    """The set's strings that have one of these lengths."""
    if of is NONE or not lengths:
        return NONE
    shorter = frozenset(length - 1 for length in lengths if length)
    return _made(of.has_empty and 0 in lengths, tuple(of_lengths(shorter, rest) for rest in of.after))


def words(of: DigitSet) -> Iterator[str]:
    """Yield every string of a set, in order; only for small ones."""
    if of.has_empty:
        yield ""
    for digit, rest in zip(DIGITS, of.after, strict=True):
        if rest:
            yield from (digit + word for word in words(rest))


@cache
def count(of: DigitSet) -> int:
    """How many strings are in the set."""
    return 0 if of is NONE else of.has_empty + sum(map(count, of.after))


@cache
def ranges(of: DigitSet) -> dict[int, tuple[list[int], list[int]]]:
    """The set as ranges of equally long strings: length → their first and their last ones, as numbers, in order."""
    found: dict[int, tuple[list[int], list[int]]] = {0: ([0], [0])} if of.has_empty else {}
    for digit, rest in enumerate(of.after):
        for length, (firsts, lasts) in ranges(rest).items() if rest else ():
            known_firsts, known_lasts = found.setdefault(length + 1, ([], []))
            start = digit * 10**length
            touching = bool(known_lasts) and known_lasts[-1] + 1 == start + firsts[0]
            if touching:
                known_lasts.pop()
            known_firsts.extend([start + first for first in firsts[touching:]])
            known_lasts.extend([start + last for last in lasts])
    return found


@cache
def matching(pattern: str) -> DigitSet:
    r"""All strings that a regular expression matches in full, of the kind that libphonenumber's metadata is made of.

    It knows digits, `\d`, classes, groups, `|`, `?` and `{m,n}`.

    Raises:
        ValueError: The expression has something else in it.
    """
    tokens = TOKEN.findall(pattern)
    if "".join(tokens) != pattern:
        raise ValueError(f"not an expression over digits: {pattern}")
    re.compile(pattern)
    return _followed(_parsed(tokens[::-1]), EMPTY)


def _parsed(tokens: list[str]) -> _Alternatives:
    """Read tokens, the next one last, up to the end of the group."""
    alternatives: _Alternatives = [[]]
    while tokens and (part := tokens.pop()) != ")":
        if part == "|":
            alternatives.append([])
            continue
        what = _parsed(tokens) if part.startswith("(") else _choice(part)
        times = tokens.pop() if tokens and tokens[-1][0] in "?{" else "{1}"
        least, _, most = times.replace("?", "{0,1}").strip("{}").partition(",")
        alternatives[-1].append((what, int(least), int(most or least)))
    return alternatives


def _choice(token: str) -> str:
    if token[0] in "?{":
        raise ValueError(f"not an expression over digits: …{token}…")
    return "".join(digit for digit in DIGITS if re.fullmatch(token, digit))


def _followed(alternatives: _Alternatives, rest: DigitSet) -> DigitSet:
    """What the alternatives match, followed by the rest: built from the end, so that equal endings are one object."""
    return reduce(_union, [reduce(_item, reversed(sequence), rest) for sequence in alternatives])


def _item(rest: DigitSet, item: tuple[_Alternatives | str, int, int]) -> DigitSet:
    what, least, most = item

    def once(then: DigitSet) -> DigitSet:
        return _one_of(what, then) if isinstance(what, str) else _followed(what, then)

    made = rest
    for _ in range(most - least):
        made = rest | once(made)
    for _ in range(least):
        made = once(made)
    return made

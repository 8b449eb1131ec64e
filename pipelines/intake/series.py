"""Which landings are of one file: those of one name, or of one series of names, such as exports with a time in theirs.

The settings say what a series is (`series = "people-*.csv"`); where two files look like one, a run proposes it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from glob import escape
from itertools import pairwise
from pathlib import PurePath
from typing import Any, Final

import pyarrow as pa

from pipelines.lake.lake import Landing
from pipelines.settings.sections import SourceSettings

PLACES: Final = pa.schema(
    [
        *(("landing", pa.string()), ("series", pa.string()), ("newest", pa.bool_()), ("pulled", pa.bool_())),
        *(("sequence", pa.int64()), ("dated", pa.timestamp("us", "UTC"))),
    ]
)
PAIRS: Final = pa.schema(
    [(name, pa.string()) for name in ("source", "object", "series", "landing", "file", "newer_landing", "newer_file")]
)

_COPY: Final = re.compile(r"\s*\(\d+\)(?=\.|$)")
_STAMP: Final = re.compile(r"(?<![^\W_])[0-9a-f]*\d[0-9a-f]*(?![^\W_])|\d+", re.IGNORECASE)
"""What differs between the names of one export's files: ` (1)`; `67`, `2026`, a digest."""

_WORD: Final = 3
"""Letters that names must have in common."""

_DAY_FIRST: Final = re.compile(r"(?<!\d)\d{1,2}\D\d{1,2}\D(?:19|20)\d\d(?!\d)")


PULLED: Final = "pulled"
"""The fact of a landing that holds what changed, and not everything: no other landing takes its place."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a landing stands: in which series (its file's name, where it is in none), and as which of its landings.

    `dated` is the date that counts: a file is at least as new as what it replaced, whatever date it bears.
    """

    series: str
    sequence: int
    dated: datetime
    newest: bool
    pulled: bool = False
    """Whether it holds what changed, and not everything."""


def places(landings: Sequence[Landing], sources: Mapping[str, SourceSettings]) -> dict[str, Place]:
    """Where each landing stands, by its id.

    A later file of a series is the one with the greater numbers in its name; where the names have other differences, or
    dates with the day first, it is the one whose file is newer. Of one name it is the one that landed later.
    """
    groups: dict[tuple[str, str, str], list[Landing]] = defaultdict(list)
    for landing in landings:
        patterns = (pattern for pattern in sources[landing.source].series if fnmatchcase(landing.name, pattern))
        groups[landing.source, landing.object, next(patterns, landing.name)].append(landing)
    found = {}
    for (_, _, series), group in groups.items():
        in_order, sequences = _ordered(group), sorted(one.sequence for one in group)
        dated = in_order[0].dated
        for landing, sequence in zip(in_order, sequences, strict=True):
            dated = max(dated, landing.dated)
            newest = landing is in_order[-1] or PULLED in landing.facts
            pulled = PULLED in landing.facts
            found[landing.id] = Place(series, sequence, dated, newest=newest, pulled=pulled)
    return found


def table(found: Mapping[str, Place]) -> pa.Table:
    """The places as the table `landing_places`."""
    rows = [
        {
            "landing": one,
            "series": place.series,
            "newest": place.newest,
            "pulled": place.pulled,
            "sequence": place.sequence,
            "dated": place.dated,
        }
        for one, place in found.items()
    ]
    return pa.Table.from_pylist(rows, PLACES)


def pairs(landings: Sequence[Landing], found: Mapping[str, Place], others: Collection[str]) -> pa.Table:
    """Files that may be of one series though nothing says so, each with the next: the table `file_pairs`.

    They are of one source and header, with names that differ in what looks like a number or a time. `others` are
    landings whose ids say already who is who.
    """
    alike: dict[tuple[Any, ...], list[Landing]] = defaultdict(list)
    for landing in landings:
        place = found[landing.id]
        if place.newest and place.series == landing.name and landing.id not in others:
            alike[landing.source, landing.object, landing.columns, _pattern(landing.name)].append(landing)
    rows = [row for (*_, pattern), group in alike.items() if pattern for row in _pairs(pattern, group)]
    return pa.Table.from_pylist(rows, PAIRS)


def _pairs(series: str, group: Sequence[Landing]) -> Iterator[dict[str, str]]:
    for older, newer in pairwise(_ordered(group)):
        yield {
            "source": older.source,
            "object": older.object,
            "series": series,
            "landing": older.id,
            "file": older.name,
            "newer_landing": newer.id,
            "newer_file": newer.name,
        }


def _pattern(name: str) -> str | None:
    """The pattern of a name without what looks like a number or a time; None where hardly a word is left."""
    path = PurePath(_COPY.sub("", name))
    start, *_, end = _STAMP.split(path.stem) if _STAMP.search(path.stem) else (path.stem, "")
    if len(re.sub(r"[\W\d_]", "", start + end)) < _WORD:
        return None
    return f"{escape(start)}*{escape(end + path.suffix)}"


def _ordered(group: Sequence[Landing]) -> list[Landing]:
    """The landings of a series, the oldest first."""
    names = {landing.name for landing in group}
    dates = {landing.name: landing.dated for landing in sorted(group, key=lambda one: one.sequence)}
    if len({re.sub(r"\d+", "#", name) for name in names}) > 1 or any(map(_DAY_FIRST.search, names)):
        return sorted(group, key=lambda one: (dates[one.name], one.sequence))
    return sorted(group, key=lambda one: (list(map(int, re.findall(r"\d+", one.name))), one.sequence))

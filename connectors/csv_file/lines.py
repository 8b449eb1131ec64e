"""What a row is: Python's csv module decides, whoever reads the file.

This reader is exact and streams; the faster one (`batches`) is used only where `scan` has proven that both
give the same. It also knows each row's physical line, which is worked out when someone asks.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple, TextIO

from connectors.csv_file.encoding import sha256
from connectors.csv_file.misfits import misfit, opened
from connectors.errors import SourceRefused

MAX_ROW: Final = 2_000_000
"""The longest row that is read, in characters."""

_SHOWN: Final = 1_000

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

_UNNAMED: Final = "a cell stands under a column that has no name"


class Record(NamedTuple):
    """One row: its first physical line, its cells, its raw text, and why it cannot be used (None: it can)."""

    line: int
    cells: list[str]
    text: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the rows begin and how they are cut.

    `lines` physical lines come before the first row. A row has `width` named cells and up to `spare` unnamed ones
    after them, which must be empty.
    """

    codec: str
    delimiter: str
    lines: int
    width: int
    spare: int = 0


@dataclass(slots=True)
class Lines:
    """Physical lines for a csv reader, which asks for another one only while a quote is open.

    `held` are the lines of the row being read; who reads empties it after each row. Lines over MAX_ROW become
    records in `overlong`. Raises SourceRefused when a quote is never closed.
    """

    file: TextIO
    name: str
    number: int = 0
    held: list[str] = field(default_factory=list)
    length: int = 0
    overlong: list[Record] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while True:
            first = self.number - len(self.held) + 1
            line = self.file.readline(MAX_ROW + 1)
            if not line and self.held:
                raise self._unclosed(first, "is never closed")
            if not line:
                raise StopIteration
            self.number += 1
            self.length += len(line)
            if self.length <= MAX_ROW:
                self.held.append(line)
                return line
            self._skip(line, first)

    def take(self) -> tuple[int, str]:
        """The first line number and the raw text of the row just read; the next row starts afresh."""
        first, text = self.number - len(self.held) + 1, "".join(self.held)
        self.held.clear()
        self.length = 0
        return first, text

    def _skip(self, line: str, first: int) -> None:
        """Set an over-long line aside; refuse the file where that would tear a quoted cell apart."""
        quotes, shown = line.count('"'), line[:_SHOWN]
        while not line.endswith(("\n", "\r")) and (line := self.file.readline(MAX_ROW)):
            quotes += line.count('"')
        if self.held or quotes % 2:
            raise self._unclosed(first, f"is not closed within {MAX_ROW:,} characters")
        self.length = 0
        reason = f"the line is longer than {MAX_ROW:,} characters; its first {_SHOWN:,} are kept"
        self.overlong.append(Record(self.number, [], shown, reason))

    def _unclosed(self, first: int, how: str) -> SourceRefused:
        return SourceRefused(
            f"a quote {how}, so the rows after it cannot be told apart.",
            name=self.name,
            line=first,
            guidance='Close it, or write a quote inside a cell as two (""), and drop the file again.',
        )


def reader(lines: Lines, delimiter: str) -> Iterator[list[str]]:
    """The csv module's reader over `lines`, for rows up to MAX_ROW."""
    if csv.field_size_limit() < MAX_ROW:  # the limit is the process's own; it is only ever raised
        csv.field_size_limit(MAX_ROW)
    return csv.reader(lines, delimiter=delimiter)


def records(path: Path, shape: Shape) -> Iterator[Record]:
    """Yield every row that is not a blank line, in file order. Raises SourceRefused when a quote is never closed."""
    neat = _neat(shape.delimiter)
    with opened(path, shape.codec) as file:
        lines = Lines(file, path.name)
        for _ in range(shape.lines):
            next(lines)
        lines.take()
        for cells in chain(reader(lines, shape.delimiter), [None]):
            if lines.overlong:
                yield from lines.overlong
                lines.overlong.clear()
            if cells is None:
                return
            line, text = lines.take()
            if cells:
                reason = None if text.isascii() else misfit(text, shape.codec)
                reason = reason or _fault(cells, text, shape, neat)
                yield Record(line, cells if reason else cells[: shape.width], text.rstrip("\r\n"), reason)


def survey(path: Path, shape: Shape) -> tuple[int, int, bool]:
    """Count the good rows and the others, and say whether control characters stand in the good ones.

    Raises SourceRefused when the file must not be read at all.
    """
    good = bad = 0
    controls = False
    for record in records(path, shape):
        if record.reason == _UNNAMED:
            guidance = "Name the column and drop the file again."
            raise SourceRefused(f"{_UNNAMED}.", name=path.name, line=record.line, guidance=guidance)
        if record.reason is None:
            good += 1
            controls = controls or (not record.text.isprintable() and _CONTROL.search(record.text) is not None)
        else:
            bad += 1
    return good, bad, controls


def _fault(cells: list[str], text: str, shape: Shape, neat: re.Pattern[str]) -> str | None:
    """Why a row cannot be used, in plain words."""
    if "\0" in text:
        return "the row holds a NUL character"
    if '"' in text and not neat.fullmatch(text) and _misquoted(text, shape.delimiter):
        return 'text follows a closing quote: a quote inside a cell is written as two ("")'
    if not shape.width <= len(cells) <= shape.width + shape.spare:
        return f"the row has {len(cells)} cells, the header {shape.width}"
    if any(cells[shape.width :]):
        return _UNNAMED
    return None


def _neat(delimiter: str) -> re.Pattern[str]:
    """A row whose quotes are beyond doubt; most are, and a pattern is faster than the strict reader."""
    cell = rf"""(?:"(?:[^"]++|"")*+"|[^"\r\n{re.escape(delimiter)}]*+)"""
    return re.compile(rf"{cell}(?:{re.escape(delimiter)}{cell})*+[\r\n]*+")


def _misquoted(text: str, delimiter: str) -> bool:
    """Whether text follows a closing quote. Quotes in the middle of an unquoted cell are letters like any other."""
    try:
        next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    return False


def physical_lines(path: Path, rows: Sequence[int], facts: Mapping[str, str]) -> dict[int, int] | None:
    """The physical line (1 = the file's first) of each good row in `rows` (0 = the first in the batches).

    `facts` are those of the landed part. None when the file is gone or is no longer the one that was landed.
    """
    try:
        if sha256(path) != facts["sha256"]:
            return None
    except OSError:
        return None
    shape = Shape(
        facts["codec"], facts["delimiter"], int(facts["first_line"]) - 1, int(facts["width"]), int(facts["spare"])
    )
    wanted, last, found = set(rows), max(rows, default=-1), {}
    good = (record.line for record in records(path, shape) if record.reason is None)
    for row, line in enumerate(good):
        if row > last:
            break
        if row in wanted:
            found[row] = line
    return found

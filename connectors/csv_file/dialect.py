"""How a file begins: an Excel `sep=` line, a preamble, the header, and the delimiter they imply."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from connectors.csv_file.lines import MAX_ROW, Lines, Shape, reader
from connectors.csv_file.misfits import misfit, opened
from connectors.errors import SourceRefused

_DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE: Final = 50
"""Rows that are looked at to tell the delimiter."""

MAX_COLUMNS: Final = 2_000
"""Columns that a file may have: more than any export's, and few enough for DuckDB to read in bounded memory."""

_SEP_LINE: Final = re.compile(r'"?sep=([^\r\n"])"?\s*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Opening:
    """A file's header and what stands before it.

    `skipped` counts the physical lines before the header. `newline` ends the header; it is None unless the header is
    one line, with at most a `sep=` line before it.
    """

    columns: tuple[str, ...]
    shape: Shape
    skipped: int
    newline: str | None


@dataclass(frozen=True, slots=True)
class _Trial:
    """The first rows as one delimiter cuts them."""

    delimiter: str
    header: list[str]
    first: int
    last: int
    newline: str
    widths: Sequence[int]

    @property
    def score(self) -> tuple[bool, float, int]:
        width = len(self.header)
        return width > 1, self.widths.count(width) / max(len(self.widths), 1), width


def read_opening(path: Path, codec: str, delimiter: str | None) -> Opening:
    """Find the header of the file. Raises SourceRefused when it has none that can be used."""
    with opened(path, codec) as file:
        start = file.readline(20)
    sep = _SEP_LINE.fullmatch(start)
    chosen = delimiter or (sep[1] if sep else None)
    trial = _best(path, codec, (chosen,) if chosen else _DELIMITERS, 1 if sep else 0)
    if misfit("".join(trial.header), codec):
        what = f"the header holds bytes that are not {codec.removesuffix('-sig')}."
        guidance = "Export it again as UTF-8, or set `encoding`."
        raise SourceRefused(what, name=path.name, line=trial.first, guidance=guidance)
    columns, spare = _named(trial.header, path.name, trial.first)
    shape = Shape(codec, trial.delimiter, trial.last, len(columns), spare)
    plain = trial.last == 1 or (sep is not None and trial.last == 2 and _ending(start) == trial.newline)
    return Opening(columns, shape, trial.first - 1, trial.newline if plain else None)


def _best(path: Path, codec: str, delimiters: Sequence[str], skip: int) -> _Trial:
    """The delimiter that gives several columns and the most even rows; ties go to the first named."""
    trials: list[_Trial] = []
    refusal: SourceRefused | None = None
    for delimiter in delimiters:
        try:
            trials.append(_try(path, codec, delimiter, skip))
        except SourceRefused as error:
            refusal = refusal or error
    best = max(trials, key=lambda trial: trial.score, default=None)
    # Where only a delimiter that the file does not hold gets through, the one that fails says what is wrong.
    if best is None or (refusal and len(best.header) == 1):
        raise refusal or SourceRefused("there is no header row.", name=path.name)
    return best


def _try(path: Path, codec: str, delimiter: str, skip: int) -> _Trial:
    with opened(path, codec) as file:
        lines = Lines(file, path.name)
        for _ in range(skip):
            next(lines)
        lines.take()
        rows: list[tuple[int, int, str, list[str]]] = []
        for cells in islice(reader(lines, delimiter), _SAMPLE):
            first, text = lines.take()
            rows.append((first, lines.number, _ending(text), cells))
    at = _header_at([cells for *_, cells in rows])
    if at is None:
        raise SourceRefused("there is no header row.", name=path.name, guidance="Export it with column names.")
    first, last, newline, header = rows[at]
    if len(header) > MAX_COLUMNS:
        raise SourceRefused(
            f"the header has {len(header):,} columns, and {MAX_COLUMNS:,} are read at most.",
            name=path.name,
            line=first,
            guidance="Export it with fewer columns.",
        )
    if lines.overlong and lines.overlong[0].line < first:
        reason = f"the header's line is longer than {MAX_ROW:,} characters."
        raise SourceRefused(reason, name=path.name, line=lines.overlong[0].line)
    return _Trial(delimiter, header, first, last, newline, [len(cells) for *_, cells in rows[at + 1 :] if cells])


def _ending(text: str) -> str:
    return text[len(text.rstrip("\r\n")) :]


def _header_at(rows: Sequence[Sequence[str]]) -> int | None:
    """The index of the header: the first row that is not blank, after LinkedIn's `Notes:` paragraph if there is one."""
    at = next((index for index, cells in enumerate(rows) if cells), None)
    if at is None or rows[at][0].strip().casefold() != "notes:" or any(rows[at][1:]):
        return at
    blank = next((index for index in range(at, len(rows)) if not any(rows[index])), None)
    if blank is not None:
        after = range(blank, len(rows))
        return next((index for index in after if any(rows[index])), None)
    return next((index for index in range(at, len(rows)) if sum(map(bool, rows[index])) > 1), None)


def _named(header: Sequence[str], name: str, line: int) -> tuple[tuple[str, ...], int]:
    """The trimmed column names, and how many unnamed columns trail behind them."""
    cells = [cell.strip() for cell in header]
    width = max((index + 1 for index, cell in enumerate(cells) if cell), default=0)
    columns = tuple(cells[:width])
    mend = "Give every column a name of its own and drop the file again."
    if not columns:
        raise SourceRefused("the header row is empty.", name=name, line=line, guidance=mend)
    if "" in columns:
        at = columns.index("") + 1
        raise SourceRefused(f"column {at} has no name.", name=name, line=line, guidance=mend)
    if any("\0" in cell for cell in columns):
        guidance = 'If it is UTF-16 without a mark, set `encoding = "utf-16-le"`.'
        raise SourceRefused("the header holds NUL characters.", name=name, line=line, guidance=guidance)
    counts = Counter(cell.casefold() for cell in columns)
    twins = [str(place) for place, cell in enumerate(columns, 1) if counts[cell.casefold()] > 1]
    if twins:  # by their places: in a file without a header the names are somebody's
        raise SourceRefused(f"columns {', '.join(twins)} share a name.", name=name, line=line, guidance=mend)
    return columns, len(cells) - width

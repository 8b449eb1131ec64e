"""Proof that a file is plain: every row has the right width and quotes stand only where RFC 4180 puts them.

For such a file any CSV reader gives the same rows, so DuckDB may read it at full speed. DuckDB alone is no witness: it
accepts NULs and a trailing delimiter in silence. The proof costs a few passes of numpy over the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LONGEST: Final = 500_000
"""Bytes in a row that still count as plain: a vector of 2,048 such rows fits an Arrow text array (2 GiB)."""

_TAB, _LF, _CR, _BLANK, _QUOTE = 9, 10, 13, 32, 34

_C1: Final = re.compile(rb"\xc2[\x80-\x9f]")
"""The control characters from U+0080 on, in UTF-8."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A plain file: its number of rows, the bytes of its longest, whether a quoted cell holds a line break.

    `controls`: whether control characters stand in it beyond tabs and line ends. `newline` ends every row: a line feed,
    alone or after a carriage return; empty when no row has an end.
    """

    rows: int
    longest: int
    line_breaks: bool
    controls: bool
    newline: str


class _NotPlain(Exception):
    """The file needs the exact reader."""


@dataclass(slots=True)
class _State:
    """What is known between two chunks. A chunk ends with a line feed, which may stand inside a quoted cell."""

    delimiter: int
    width: int
    quoted: int = 0
    cells: int = 0
    length: int = 0
    rows: int = 0
    returns: int = 0
    longest: int = 0
    line_breaks: bool = False
    controls: bool = False

    def feed(self, chunk: bytes) -> None:
        if b"\0" in chunk:
            raise _NotPlain
        data = np.frombuffer(chunk, np.uint8)
        marked = (data < _BLANK) | (data == self.delimiter)
        if b'"' in chunk:
            marked |= data == _QUOTE
        at = np.flatnonzero(marked)
        kind = data[at]
        meant = (kind == _LF) | (kind == self.delimiter) | (kind == _QUOTE) | (kind == _CR)
        if not meant.all():  # tabs, and what is no text
            self.controls = self.controls or bool(np.any(kind[~meant] != _TAB))
            at, kind = at[meant], kind[meant]
        self.controls = self.controls or b"\x7f" in chunk or (b"\xc2" in chunk and bool(_C1.search(chunk)))
        at, kind = self._outside_quotes(data, at, kind)
        returns = at[kind == _CR]
        if np.any(data[returns + 1] != _LF):
            raise _NotPlain
        self.returns += len(returns)
        lines = kind != _CR
        self._rows(data, at[lines], kind[lines], len(chunk))

    def _outside_quotes(
        self, data: NDArray[np.uint8], at: NDArray[np.intp], kind: NDArray[np.uint8]
    ) -> tuple[NDArray[np.intp], NDArray[np.uint8]]:
        """Check where quotes stand and keep the delimiters and line ends that no quotes enclose."""
        is_quote = kind == _QUOTE
        quotes = at[is_quote]
        if not len(quotes) and not self.quoted:
            return at, kind
        opening, closing = quotes[self.quoted :: 2], quotes[1 - self.quoted :: 2]
        # A chunk that starts with an opening quote starts a row: its `before` is the previous chunk's line feed.
        before = np.where(opening > 0, data[opening - 1], _LF)
        after = data[closing + 1]
        if not np.all((before == self.delimiter) | (before == _LF) | (before == _QUOTE)):
            raise _NotPlain
        if not np.all((after == self.delimiter) | (after == _LF) | (after == _CR) | (after == _QUOTE)):
            raise _NotPlain
        inside = (np.cumsum(is_quote) + self.quoted) % 2 == 1
        self.quoted = (self.quoted + len(quotes)) % 2
        enclosed = kind[inside & ~is_quote]
        if np.any(enclosed == _CR):
            raise _NotPlain
        self.line_breaks = self.line_breaks or bool(np.any(enclosed == _LF))
        outside = ~inside & ~is_quote
        return at[outside], kind[outside]

    def _rows(self, data: NDArray[np.uint8], at: NDArray[np.intp], kind: NDArray[np.uint8], size: int) -> None:
        """Check that every row that ends in this chunk has the right number of cells and is not a blank line."""
        ends = np.flatnonzero(kind == _LF)
        if not len(ends):
            self.cells += len(at)
            self.length += size
            self.measure(self.length)
            return
        cells = np.diff(ends, prepend=-1)
        cells[0] += self.cells
        if np.any(cells != self.width):
            raise _NotPlain
        breaks = at[ends]
        lengths = np.diff(breaks, prepend=-1)
        lengths[0] += self.length
        if self.width == 1:
            self._no_blanks(data, breaks, lengths)
        self.measure(int(lengths.max()))
        self.rows += len(ends)
        self.cells = len(at) - 1 - int(ends[-1])
        self.length = size - 1 - int(breaks[-1])

    def _no_blanks(self, data: NDArray[np.uint8], breaks: NDArray[np.intp], lengths: NDArray[np.intp]) -> None:
        if np.any(lengths == 1) or np.any(data[breaks[lengths == 2] - 1] == _CR):
            raise _NotPlain

    def measure(self, length: int) -> None:
        self.longest = max(self.longest, length)
        if self.longest > LONGEST:
            raise _NotPlain


def prove(chunks: Iterable[bytes], delimiter: str, width: int) -> Proof | None:
    """Look at the rows after the header; None when the exact reader is needed. `delimiter` is one ASCII character."""
    if not delimiter.isascii():
        return None
    state = _State(ord(delimiter), width)
    rest = b""
    try:
        for chunk in chunks:
            held = rest + chunk
            cut = held.rfind(b"\n") + 1
            rest = held[cut:]
            state.measure(len(rest))
            if cut:
                state.feed(held[:cut])
        if rest.endswith(b"\r"):
            return None
        if rest:
            state.feed(rest + b"\n")
    except _NotPlain:
        return None
    ended = state.rows - bool(rest)
    if state.quoted or state.returns not in {0, ended}:
        return None
    newline = "\r\n" if state.returns else "\n" if ended else ""
    return Proof(state.rows, state.longest, state.line_breaks, state.controls, newline)

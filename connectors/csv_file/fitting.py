"""How many rows of a file fit an encoding: line by line, where the bytes alone do not say that all of them do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors.csv_file.misfits import is_alike, is_single_byte, misfit, opened

PART: Final = 10
"""One line in so many counts as a part of the file, and as no matter of single rows."""

LINE: Final = 1 << 22
"""Characters that are read as one line at most."""

SAMPLE: Final = 1 << 16
"""Bytes of odd lines that are kept."""


@dataclass(slots=True)
class Fit:
    """How many lines that are not ASCII fit an encoding, and how many are odd; of these, the ones nearly UTF-8."""

    good: int = 0
    odd: int = 0
    alike: int = 0
    lines: int = 0
    sample: bytes = b""
    """The first odd lines; of UTF-8 alone."""

    @property
    def is_none(self) -> bool:
        """Whether the encoding is not the file's: more than a row, and than most rows that could tell, is odd."""
        return self.odd > max(1, self.good, self.lines // PART)

    @property
    def is_utf8(self) -> bool:
        """Whether a file whose lines fit UTF-8 in so many cases is UTF-8, whatever its other lines are.

        Letters of a legacy encoding hardly ever make UTF-8 by chance: a part of such rows is proof enough.
        """
        return (self.good + self.alike) * PART >= self.odd - self.alike


def fit(path: Path, codec: str, *, most: int | None = None) -> Fit:
    """Look at the lines of a file that are not ASCII, at `most` of them where that is said."""
    found, sample = Fit(), bytearray()
    with opened(path, codec) as file:
        while (most is None or found.good + found.odd < most) and (line := file.readline(LINE)):
            found.lines += 1
            if line.isascii():
                continue
            if misfit(line, codec) is None:
                found.good += 1
                continue
            found.odd += 1
            if codec in {"utf-8", "utf-8-sig"}:
                found.alike += is_alike(line)
                if len(sample) < SAMPLE:
                    sample += line.encode("utf-8", "surrogateescape")
    found.sample = bytes(sample[:SAMPLE])
    return found


def surely_fits(path: Path, codec: str) -> bool:
    """Whether no row of a file that decodes can be odd: its bytes hold nothing that could be UTF-8."""
    import numpy as np  # noqa: PLC0415 - few files are not UTF-8

    if not is_single_byte(codec):
        return True
    last = b""
    with path.open("rb") as file:
        while chunk := file.read(LINE):
            data = np.frombuffer(last + chunk, np.uint8)
            first, second = data[:-1], data[1:]
            if np.any((first >= 0xC2) & (first <= 0xF4) & (second >= 0x80) & (second <= 0xBF)):
                return False
            last = chunk[-1:]
    return True

"""Bytes that do not fit a file's encoding: they are kept as they are until their row is set aside, and shown as bytes.

A byte that cannot be decoded becomes the lone surrogate U+DC00 plus its value, which no text has by itself. Python's
own `surrogateescape` knows bytes from 128 on alone; UTF-16 and the double-byte encodings need the others, too.
"""

from __future__ import annotations

import codecs
import re
from functools import cache
from pathlib import Path
from typing import Final, TextIO

_KEEP: Final = "crm-bridge-keep"
_KEPT: Final = re.compile("[\udc00-\udcff]")
_CESU: Final = re.compile("(?:\udced[\udca0-\udcaf][\udc80-\udcbf]\udced[\udcb0-\udcbf][\udc80-\udcbf])+")
"""A character beyond U+FFFF as some databases write it: each half of its surrogate pair as if it were a character."""


def _keep(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in bad), error.end


codecs.register_error(_KEEP, _keep)


def opened(path: Path, codec: str) -> TextIO:
    """Open a file as text, line ends as they are; bytes that do not fit its encoding are kept."""
    return path.open(encoding=codec, errors=_KEEP, newline="")


def misfit(text: str, codec: str) -> str | None:
    """Why a row's text does not fit its file's encoding; None where it does."""
    if text.isascii():
        return None
    try:
        text.encode()
    except UnicodeEncodeError:  # much faster than to look for what was kept
        return f"the row holds bytes that are not {codec.removesuffix('-sig')}"
    if is_single_byte(codec) and _is_utf8(text, codec):
        return f"the row is UTF-8, and its file is {codec}"
    return None


def is_alike(text: str) -> bool:
    """Whether text that is not UTF-8 is nearly so: pairs of surrogates are all that does not fit."""
    return not _KEPT.search(_CESU.sub("", text))


def shown(text: str) -> str:
    r"""The text with each byte that does not fit written out, as `\xfc`."""
    return _KEPT.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", text)


def _is_utf8(text: str, codec: str) -> bool:
    # Letters of a single-byte encoding make valid UTF-8 only where somebody wrote UTF-8.
    try:
        raw = text.encode(codec)
        raw.decode("utf-8")
    except UnicodeError:
        return False
    return not raw.isascii()  # as UTF-7 is, whatever it says


@cache
def is_single_byte(codec: str) -> bool:
    """Whether each byte is a character of its own."""

    def waits(lead: int) -> bool:
        try:
            return not codecs.getincrementaldecoder(codec)().decode(bytes([lead]))
        except UnicodeError:
            return False

    return not any(map(waits, range(128, 256)))

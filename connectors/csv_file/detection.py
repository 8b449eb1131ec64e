"""Which legacy encoding a file is in, where it is neither marked nor UTF-8: charset-normalizer's judgement."""

from __future__ import annotations

import re
from typing import Final

ENCODINGS: Final = (
    *("cp1252", "mac_roman", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp932", "euc_jp"),
    *("gb18030", "big5", "cp949", "koi8_r", "iso8859_2", "cp850"),
)
"""What spreadsheets and databases write by themselves somewhere in the world; of equals the first named counts."""

_CHAOS: Final = 0.35
"""Encodings that give more of a mess than this, from 0 to 1, are none."""

_NEAR: Final = 0.02
"""Two that differ by less fit equally well."""


_LETTER: Final = re.compile(r"(?![\x00-\x7f])[^\W\d_]|[A-Za-z](?![\x00-\x7f’])[^\w][A-Za-z]")
"""A letter beyond ASCII, or a sign in the place of one."""


def detect(sample: bytes) -> tuple[str, str] | None:
    """The encoding of some rows that are not ASCII, and how sure that is, in words; None where no encoding fits."""
    from charset_normalizer import CharsetMatch, from_bytes  # noqa: PLC0415 - few files are not UTF-8

    if _has_signs_alone(sample):
        return "cp1252", "signs such as ’ and – alone, and no letter to tell it by"
    found = list(
        from_bytes(
            sample, steps=20, threshold=_CHAOS, cp_isolation=list(ENCODINGS), enable_fallback=False, explain=False
        )
    )
    if not found:
        return None
    best = min(one.chaos for one in found)

    def name(one: CharsetMatch) -> str:
        # Encodings that give the very same text are one match.
        return min(set(one.could_be_from_charset) & set(ENCODINGS), key=ENCODINGS.index)

    equals = sorted((one for one in found if one.chaos - best < _NEAR), key=lambda one: ENCODINGS.index(name(one)))
    chosen, rivals = equals[0], [name(one) for one in equals[1:]]
    sure = f"{(1 - chosen.chaos) / len(equals):.0%}".replace("%", " % sure")
    words = f", {', '.join(rivals)} {'fits' if len(rivals) == 1 else 'fit'} as well" if rivals else ""
    return name(chosen), sure + words


def _has_signs_alone(sample: bytes) -> bool:
    # Apostrophes, dashes and the euro are the same in all of Windows's encodings, and a mess to who counts letters.
    try:
        return not _LETTER.search(sample.decode("cp1252"))
    except UnicodeDecodeError:
        return False

"""What a file's bytes say: its digest, and how they decode.

The order is: the declared encoding, a byte order mark, UTF-8, and then what `detection` makes of it, with a note. Rows
that do not fit are set aside, each as a row; where most rows that could tell do not fit, the encoding is not the
file's, and it is refused. Nothing is ever replaced by a stand-in character.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from connectors.csv_file.detection import detect
from connectors.csv_file.fitting import fit, surely_fits
from connectors.errors import SourceRefused

CHUNK: Final = 1 << 22
"""Bytes read at a time."""

UTF8: Final = frozenset({"utf-8", "utf-8-sig"})
"""Codecs whose files need no transcoding."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_FOREIGN: Final = (
    (b"\x1f\x8b", "it is compressed with gzip", "Unpack it first."),
    (b"PK\x03\x04", "it is a zip archive or an Excel workbook", "Save it as CSV (UTF-8) first."),
    (b"PAR1", "it is a Parquet file", "Export it as CSV first."),
)

UNICODE: Final = UTF8 | {"utf-16", "utf-32", "utf-16-le", "utf-16-be"}
"""Codecs in which nothing that decodes may be something else."""

_GLANCE: Final = 1 << 16
"""Bytes that are looked at where a file is not read whole."""

_ENOUGH: Final = 50_000
"""Lines that are not ASCII which tell whether a file is UTF-8, and which other encoding it is in."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A file's content: its SHA-256 in hex, its size in bytes, its codec, and whether that decodes every row."""

    digest: str
    size: int
    codec: str
    note: str | None = None
    whole: bool = True


def identify(path: Path, declared: str | None) -> Identity:
    """Hash the file and find its codec; reads a UTF-8 file once, others some times more.

    Raises SourceRefused when it is empty, not text at all, or in no encoding that can be told.
    """
    with path.open("rb") as file:
        mark = _mark(file.read(4), path)
    codec = _declared(declared, mark) if declared else mark or "utf-8"
    digest, size, bad = _check(path, codec)
    if bad is None and codec in UNICODE:
        return Identity(digest, size, codec)
    if declared or mark:
        return _known(path, Identity(digest, size, codec), bad, "declared" if declared else "marked by its first bytes")
    lines = fit(path, codec, most=_ENOUGH)
    if lines.is_utf8:
        return Identity(digest, size, codec, _left_out(codec), whole=False)
    found = detect(lines.sample)
    if found is None or (odd := _odd(path, found[0], _check(path, found[0])[2])) is None:
        guidance = "Export it again as UTF-8, or set `encoding`."
        if b"\0" in lines.sample:
            guidance = 'If it is UTF-16 without a mark, set `encoding = "utf-16-le"`.'
        raise SourceRefused("it is not UTF-8, and its encoding cannot be told.", name=path.name, guidance=guidance)
    codec, sure = found
    note = f"not UTF-8: read as {codec} ({sure}); set `encoding` if names look wrong"
    return Identity(digest, size, codec, f"{note}; {_left_out(codec)}" if odd else note, whole=not odd)


def codec_at_a_glance(path: Path, declared: str | None) -> str | None:
    """The file's codec as far as its first bytes tell; None: they are not UTF-8, and only the whole file tells.

    Raises SourceRefused as `identify` does for those bytes.
    """
    with path.open("rb") as file:
        head = file.read(_GLANCE)
    mark = _mark(head, path)
    if declared or mark:
        return _declared(declared, mark) if declared else mark
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _mark(head: bytes, path: Path) -> str | None:
    """The codec that a byte order mark names; refuses what the first bytes show to be no text."""
    if not head:
        raise SourceRefused("the file is empty.", name=path.name, guidance="Export it again, with its header row.")
    for magic, what, guidance in _FOREIGN:
        if head.startswith(magic):
            raise SourceRefused(f"{what}, not a CSV file.", name=path.name, guidance=guidance)
    return next((codec for mark, codec in _MARKS if head.startswith(mark)), None)


def _known(path: Path, as_said: Identity, bad: int | None, why: str) -> Identity:
    """The identity of a file whose encoding is known; refuses it where that cannot be. `bad` is the first odd byte."""
    codec = as_said.codec
    odd = _odd(path, codec, bad)
    if odd is None:
        what = f"byte {bad} is not {codec.removesuffix('-sig')}" if bad is not None else f"it is UTF-8, and not {codec}"
        guidance = "Export it again as UTF-8, or set `encoding` to what it really is."
        raise SourceRefused(f"{what}, the encoding {why}.", name=path.name, guidance=guidance)
    return replace(as_said, note=_left_out(codec), whole=False) if odd else as_said


def _odd(path: Path, codec: str, bad: int | None) -> int | None:
    """How many rows do not fit an encoding; None where it is not the file's. `bad` is the first byte that does not."""
    if bad is None and surely_fits(path, codec):
        return 0
    lines = fit(path, codec)
    return None if lines.is_none else lines.odd


def _left_out(codec: str) -> str:
    return f"rows that are not {codec.removesuffix('-sig')} are set aside"


def sha256(path: Path) -> str:
    """The SHA-256 of the file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def utf8_chunks(path: Path, codec: str) -> Iterator[bytes]:
    """Yield the text as UTF-8 bytes without a byte order mark, in bounded chunks that may cut a character."""
    with path.open("rb") as file:
        if codec in UTF8:
            if codec == "utf-8-sig":
                file.seek(len(codecs.BOM_UTF8))
            while chunk := file.read(CHUNK):
                yield chunk
            return
        decoder = codecs.getincrementaldecoder(codec)()
        while chunk := file.read(CHUNK):
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()


def _declared(declared: str, mark: str | None) -> str:
    """The declared codec in the form that also takes the byte order mark away, if the file has one."""
    name = codecs.lookup(declared).name
    family = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(name, name)
    if mark and mark.startswith(family):
        return mark
    return "utf-8" if name == "utf-8-sig" else name


def _check(path: Path, codec: str) -> tuple[str, int, int | None]:
    """Digest, size, and the offset of the first byte that does not decode (None: all do)."""
    # Plain UTF-8 reads the mark as a character, so that offsets count its bytes.
    decoder = codecs.getincrementaldecoder("utf-8" if codec in UTF8 else codec)()
    digest, size, bad = hashlib.sha256(), 0, None
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            digest.update(chunk)
            if bad is None:
                held = len(decoder.getstate()[0])
                try:
                    decoder.decode(chunk, final=not chunk)
                except UnicodeDecodeError as error:
                    bad = size - held + error.start
            size += len(chunk)
            if not chunk:
                return digest.hexdigest(), size, bad

"""What a file's bytes say: its digest, and how they decode.

The order is: the declared encoding, a byte order mark, strict UTF-8, and then Windows-1252 with a note. Bytes that the
declared or marked encoding does not know refuse the file; nothing is ever replaced by a stand-in character.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

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

_FALLBACK_NOTE: Final = "not UTF-8: read as Windows-1252; set `encoding` if names look wrong"


@dataclass(frozen=True, slots=True)
class Identity:
    """A file's content: its SHA-256 in hex, its size in bytes, and the codec that decodes all of it."""

    digest: str
    size: int
    codec: str
    note: str | None = None


def identify(path: Path, declared: str | None) -> Identity:
    """Hash the file and find the codec that decodes all of it; reads the file once, twice for the fallback.

    Raises SourceRefused when it is empty, not text at all, or holds bytes that its encoding does not know.
    """
    with path.open("rb") as file:
        head = file.read(4)
    if not head:
        raise SourceRefused("the file is empty.", name=path.name, guidance="Export it again, with its header row.")
    for magic, what, guidance in _FOREIGN:
        if head.startswith(magic):
            raise SourceRefused(f"{what}, not a CSV file.", name=path.name, guidance=guidance)
    mark = next((codec for mark, codec in _MARKS if head.startswith(mark)), None)
    codec = _declared(declared, mark) if declared else mark or "utf-8"
    digest, size, bad = _check(path, codec)
    if bad is None:
        return Identity(digest, size, codec)
    if declared or mark:
        why = "declared" if declared else "marked by its first bytes"
        raise SourceRefused(
            f"byte {bad} is not {codec.removesuffix('-sig')}, the encoding {why}.",
            name=path.name,
            guidance="Export it again as UTF-8, or set `encoding` to what it really is.",
        )
    digest, size, bad = _check(path, "cp1252")
    if bad is not None:
        raise SourceRefused(
            f"its text is neither UTF-8 nor Windows-1252 (byte {bad}).",
            name=path.name,
            guidance="Export it again as UTF-8, or set `encoding`.",
        )
    return Identity(digest, size, "cp1252", _FALLBACK_NOTE)


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

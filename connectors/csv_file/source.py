"""CSV files on disk: exports of address books, CRMs and event tools, and tables kept by hand.

What a file cannot say is set aside row by row with its line and reason; what makes the whole file unsafe to read
(unknown bytes, twin columns, a quote never closed) refuses that file, and the others go on.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from connectors.contract import Glimpse, Layout, Part
from connectors.csv_file.dialect import Opening, read_opening
from connectors.csv_file.encoding import Identity, codec_at_a_glance, identify
from connectors.csv_file.layouts import find_layout, object_of, told_by_name
from connectors.csv_file.lines import physical_lines, survey
from connectors.csv_file.paths import find_files
from connectors.errors import SourceRefused, unexpected

if TYPE_CHECKING:
    from connectors.csv_file.scan import Proof


T = TypeVar("T")


class Options(BaseModel):
    """What can be said of CSV files in sync.toml; all but `path` is worked out when it is not said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path = Field(description="a file, a folder of *.csv, *.tsv and *.txt files, or a pattern such as in/*.csv")
    object: Literal["auto", "contacts", "companies"] = Field("auto", description="what a row is")
    delimiter: str | None = Field(None, description="the character between cells")
    encoding: str | None = Field(None, description="the files' encoding, such as cp1252")
    id_column: str | None = Field(None, description="the column that holds the record's own id")
    date_format: str | None = Field(None, description="how dates are written, such as %d.%m.%Y; ISO 8601 if unset")

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        if value is not None and (len(value) != 1 or value in '"\r\n\0'):
            raise ValueError('must be one character such as "," or ";" or "\\t"')
        return value

    @field_validator("encoding")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                "".encode(value)
                codecs.getincrementaldecoder(value)
            except LookupError:
                raise ValueError("must be an encoding that Python knows, such as utf-8 or cp1252") from None
        return value

    @field_validator("date_format")
    @classmethod
    def _has_fields(cls, value: str | None) -> str | None:
        if value is not None and "%" not in value:
            raise ValueError("must be a strptime form such as %d.%m.%Y")
        return value


class Source:
    """The files that `Options.path` means."""

    def __init__(self, options: BaseModel) -> None:
        """Take the options; files are looked for by `read`."""
        if not isinstance(options, Options):
            raise TypeError(f"csv_file takes its own Options, not {type(options).__name__}")
        self.options = options

    def read(self) -> Iterator[Part | SourceRefused]:
        """Yield one part per file, by name, or the reason why that file is refused."""
        return self._each(self._part)

    def glance(self) -> Iterator[Glimpse | SourceRefused]:
        """Yield what each file's first rows tell of it, or the reason why they refuse it; none is read to its end."""
        return self._each(self._glimpse)

    def sizes(self) -> Iterator[int]:
        """Yield the bytes of each file."""
        for found in find_files(self.options.path):
            if not isinstance(found, SourceRefused):
                yield found.stat().st_size

    def _each(self, make: Callable[[Path], T]) -> Iterator[T | SourceRefused]:
        for found in find_files(self.options.path):
            if isinstance(found, SourceRefused):
                yield found
                continue
            try:
                yield make(found)
            except SourceRefused as refusal:
                yield refusal
            except OSError as error:
                yield SourceRefused(f"it cannot be read: {error.strerror}.", name=found.name)
            except Exception as error:  # noqa: BLE001 - an odd file must not stop the others
                yield unexpected(error, found.name)

    def layout(self, object_name: str, columns: Sequence[str]) -> Layout:
        """Say what the columns mean, by their names; `id_column` and `date_format` of the options come first."""
        layout = find_layout(object_name, columns)
        if self.options.id_column:
            layout = replace(layout, columns={**layout.columns, "source_id": (self._id_column(columns),)})
        if self.options.date_format:
            layout = replace(layout, date_format=self.options.date_format)
        return layout

    def told_by_name(self, layout: Layout, name: str) -> dict[str, str]:
        """Say what a file's name says of all its rows."""
        return told_by_name(layout, name)

    def places(self, name: str, rows: Sequence[int], facts: Mapping[str, str]) -> dict[int, str]:
        """Say in which line of its file each row stands, the file's first line being 1."""
        base = self.options.path
        path = base / name if base.is_dir() else base.with_name(name)
        return {row: f"line {line}" for row, line in (physical_lines(path, rows, facts) or {}).items()}

    def _part(self, path: Path) -> Part:
        from connectors.csv_file.batches import Rows, stamp  # noqa: PLC0415 - it imports DuckDB, for reading alone

        before = stamp(path)
        identity = identify(path, self.options.encoding)
        opening = read_opening(path, identity.codec, self.options.delimiter)
        if self.options.id_column:
            self._id_column(opening.columns, path.name)
        object_name = self.options.object
        if object_name == "auto":
            object_name = object_of(opening.columns, path.name)
        proof = _proof(path, opening) if identity.whole else None
        good, bad, controls = (proof.rows, 0, proof.controls) if proof else survey(path, opening.shape)
        if stamp(path) != before:
            raise SourceRefused("the file changed while it was read.", name=path.name, guidance="Run again.")
        rows = Rows(path, opening, proof, before)
        return Part(
            object=object_name,
            name=path.name,
            digest=self._digest(identity),
            dated=datetime.fromtimestamp(path.stat().st_mtime, UTC),
            columns=opening.columns,
            batches=rows.batches,
            rejected=rows.rejected,
            facts=_facts(identity, opening, good, bad, controls=controls, fast=proof is not None),
        )

    def _glimpse(self, path: Path) -> Glimpse:
        codec = codec_at_a_glance(path, self.options.encoding)
        if codec is None:
            return Glimpse(path.name)
        columns = read_opening(path, codec, self.options.delimiter).columns
        if self.options.id_column:
            self._id_column(columns, path.name)
        object_name = self.options.object
        return Glimpse(path.name, object_of(columns, path.name) if object_name == "auto" else object_name, columns)

    def _digest(self, identity: Identity) -> str:
        """The bytes and what we are told of how to read them: another encoding makes other rows."""
        if self.options.encoding is None and self.options.delimiter is None:
            return identity.digest
        told = f"{identity.digest}\n{self.options.encoding}\n{self.options.delimiter}"
        return hashlib.sha256(told.encode()).hexdigest()

    def _id_column(self, columns: Sequence[str], name: str = "csv_file") -> str:
        wanted = (self.options.id_column or "").strip().casefold()
        found = next((column for column in columns if column.casefold() == wanted), None)
        if found is None:
            guidance = "Set `id_column` to the name of a column as it stands in the file's header."
            raise SourceRefused(f"there is no column `{self.options.id_column}`.", name=name, guidance=guidance)
        return found


def _proof(path: Path, opening: Opening) -> Proof | None:
    """That the fast reader will do; None where the exact one is needed."""
    from connectors.csv_file.batches import body  # noqa: PLC0415 - it imports DuckDB, for reading alone
    from connectors.csv_file.scan import prove  # noqa: PLC0415 - it imports numpy, for reading alone

    shape = opening.shape
    if shape.spare or opening.newline not in {"\n", "\r\n"}:
        return None
    proof = prove(body(path, shape.codec, shape.lines), shape.delimiter, shape.width)
    return proof if proof and proof.newline in {"", opening.newline} else None


def _facts(identity: Identity, opening: Opening, good: int, bad: int, *, controls: bool, fast: bool) -> dict[str, str]:
    """How the file was read. The first six also lead back from a row to its line: see `lines`."""
    shape = opening.shape
    facts = {
        "sha256": identity.digest,
        "codec": identity.codec,
        "delimiter": shape.delimiter,
        "first_line": str(shape.lines + 1),
        "width": str(shape.width),
        "spare": str(shape.spare),
        "bytes": str(identity.size),
        "rows": str(good),
        "set_aside": str(bad),
        "controls": "yes" if controls else "no",
        "reader": "duckdb" if fast else "csv",
    }
    notes = [identity.note] if identity.note else []
    if opening.skipped:
        facts["lines_skipped"] = str(opening.skipped)
    if shape.spare:
        notes.append(f"{shape.spare} empty columns without a name were left out")
    if not good + bad:
        notes.append("the file has a header and no rows")
    if notes:
        facts["note"] = "; ".join(notes)
    return facts

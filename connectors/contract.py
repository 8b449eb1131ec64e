"""The contract of a source: what it gives (`read`) and what its columns mean (`layout`).

A connector is one module in this package (or an entry point in the group `crm_bridge.sources`) with two names:
`Options`, a pydantic model that forbids extra keys, and `Source`, built from those options. `sync.toml` names the
connector by the module's name. Rows travel as Arrow batches of text columns, never as row objects.

This is the contract of sources of files. `connectors.api` has that of sources of an API, which share the layout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

import pyarrow as pa
from pydantic import BaseModel

from connectors.errors import SourceRefused

REJECTED_SCHEMA: Final = pa.schema([("line", pa.int64()), ("reason", pa.string()), ("text", pa.string())])
"""A row that could not be read: its first physical line (1 = the file's first), why, and its text as received."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of one part mean.

    `columns` maps a field of `connectors.records` to the source's columns, best first. A cell of a `many` field is
    split at `separators`. `date_format` is the strptime form of `modified_at` and of other times; None means ISO 8601.
    `labels` names, for a column of phones, the column that says of what kind each number is: a fax number is no phone.
    `told` is what the part as a whole says of each of its rows, by field: it counts as one more cell of a `many` field.
    """

    name: str
    object: str
    columns: Mapping[str, tuple[str, ...]]
    separators: tuple[str, ...] = ()
    date_format: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a source gives in one go: a file, or one pull of one object.

    `name` and `digest` together say whether it is new: the same digest as the newest landing of that name means
    there is nothing to land. `batches()` may be called once; `rejected()` is complete when its batches are drained.
    Rows in = rows in `batches()` + rows in `rejected()`.
    """

    object: str
    name: str
    digest: str
    dated: datetime
    columns: tuple[str, ...]
    batches: Callable[[], Iterator[pa.RecordBatch]]
    rejected: Callable[[], pa.Table]
    facts: Mapping[str, str] = field(default_factory=dict)
    """How it was read (encoding, delimiter, lines skipped …): kept with the landing, for people.

    `controls` = `no` says that no cell holds a control character beyond tabs and line ends: then nobody looks for one.
    """


class Source(Protocol):
    """A place that records come from."""

    def __init__(self, options: BaseModel) -> None:
        """Take the connector's own `Options`; connects to nothing yet."""

    def read(self) -> Iterator[Part | SourceRefused]:
        """Yield the parts that are there now, in a stable order.

        A part that cannot be read is yielded as the error, so that the others go on. Raises SourceRefused when
        nothing at all can be read (the folder is missing, the account refuses).
        """
        ...

    def layout(self, object_name: str, columns: Sequence[str]) -> Layout:
        """Say what `columns` mean. Pure: a corrected mapping is replayed over old landings with this call.

        Raises SourceRefused when the columns say nothing about people or companies.
        """
        ...


class Named(Protocol):
    """What a source may also answer: what a part's name says of all its rows."""

    def told_by_name(self, layout: Layout, name: str) -> Mapping[str, str]:
        """Say what the name of a part with this layout says of each row, by field; pure, as `layout` is."""
        ...


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a part is as far as its beginning tells; no columns: that tells nothing of them."""

    name: str
    object: str = ""
    columns: tuple[str, ...] = ()


class Glanced(Protocol):
    """What a source may also answer: what is there, without reading it."""

    def glance(self) -> Iterator[Glimpse | SourceRefused]:
        """Yield each part as far as its beginning tells, or why it will be refused; otherwise as `Source.read`."""
        ...

    def sizes(self) -> Iterator[int]:
        """Yield the bytes of each part."""
        ...


class Placed(Protocol):
    """What a source may also answer: where a person can look at a row that it gave."""

    def places(self, name: str, rows: Sequence[int], facts: Mapping[str, str]) -> Mapping[int, str]:
        """Say where rows of a landed part stand: `line 12`, a record's address, `contact 4711`.

        Args:
            name: the part's name.
            rows: the rows' numbers in the landing, from 0.
            facts: the part's facts as they were kept with the landing.

        Returns:
            A place for each row whose place is known: none where the part is no longer what was landed.
        """
        ...

"""Where a row stands in its source: the line of a file, a record's address. Its source says so when someone asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

import pyarrow.parquet as pq

from connectors.contract import Placed
from pipelines.intake.facts import labels
from pipelines.lake.lake import Landing
from pipelines.settings import sources
from pipelines.workspace import Workspace

if TYPE_CHECKING:  # sources of files need no HTTP
    from connectors.api import ApiSource


class Place(NamedTuple):
    """Where a row stands."""

    file: str
    """The file; the source, where it is one of an API. Empty where the landing is gone."""
    place: str
    """`line 12`, or `contact 4711 (hubspot/contacts)`."""

    def within(self, file: str) -> str:
        """Both in words; `file` is what a table calls the file."""
        return f"{self.file or file} {self.place}"


def places(work: Workspace, rows: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Place]:
    """Say of each row, named by its landing and number, where it stands: `line 12`.

    Where the source cannot say so (a file is no longer what landed, the source has left the settings), the place is the
    number among the readable rows, and when they were read: `row 11 of what was read on 2026-11-26`.
    """
    landings = {landing.id: landing for landing in work.lake.landings()}
    wanted: dict[str, list[int]] = defaultdict(list)
    for name, row in rows:
        wanted[name].append(row)
    answer: dict[tuple[str, int], Place] = {}
    for name, numbers in wanted.items():
        landing = landings.get(name)
        known = _known(work, landing, numbers)
        read = f" of what was read on {landing.landed_at:%Y-%m-%d}" if landing else ""
        file = "" if landing is None else landing.name
        if landing is not None and pulled(work, landing):
            file, known = landing.source, {row: f"{place} ({stream(landing)})" for row, place in known.items()}
        answer.update({(name, row): Place(file, known.get(row) or f"row {row + 1}{read}") for row in numbers})
    return answer


def pulled(work: Workspace, landing: Landing) -> bool:
    """Whether a landing is of a source of an API that the settings still have."""
    return landing.source in work.settings.sources and sources.pulls(landing.source, work.settings)


def stream(landing: Landing) -> str:
    """The source and the stream that a landing is of: `hubspot/contacts`."""
    return f"{landing.source}/{landing.name}"


def record(work: Workspace, landing: Landing, source_id: str) -> str:
    """Where the record of an id is to be seen in the source of a pulled landing: `contact 4711`, or a URL."""
    source = cast("ApiSource", sources.build(landing.source, work.settings))
    return source.places(landing.name, {0: source_id}, landing.facts).get(0, source_id)


def _known(work: Workspace, landing: Landing | None, rows: list[int]) -> Mapping[int, str]:
    """The places that the landing's own source can name."""
    if landing is None or landing.source not in work.settings.sources:
        return {}
    source = sources.build(landing.source, work.settings)
    if pulled(work, landing):
        return cast("ApiSource", source).places(landing.name, _ids(work, landing, rows), landing.facts)
    if not hasattr(source, "places"):
        return {}
    return cast("Placed", source).places(landing.name, rows, landing.facts)


def _ids(work: Workspace, landing: Landing, rows: list[int]) -> dict[int, str]:
    """The records' own ids, by their rows in a pulled landing; none of a row without one."""
    layout = sources.layout_of(
        landing.source, work.settings, landing.object, landing.columns, landing.name, labels(landing)
    )
    named = {column.casefold() for column in layout.columns.get("source_id", ())}
    columns = [column for column in landing.columns if column.casefold() in named]
    if not columns:
        return {}
    found = pq.read_table(landing.path, columns=columns[:1]).column(0).take(rows).to_pylist()
    return {row: text for row, text in zip(rows, found, strict=True) if text}

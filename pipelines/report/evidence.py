"""Where a row stands in its source, such as the physical line of a file: its source says so when someone asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import cast

from connectors.contract import Placed
from pipelines.lake.lake import Landing
from pipelines.settings import sources
from pipelines.workspace import Workspace


def places(work: Workspace, rows: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Say of each row, named by its landing and number, where it stands: `line 12`.

    Where the source cannot say so (a file is no longer what landed, the source has left the settings), the place is the
    number among the readable rows, and when they were read: `row 11 of what was read on 2026-11-26`.
    """
    landings = {landing.id: landing for landing in work.lake.landings()}
    wanted: dict[str, list[int]] = defaultdict(list)
    for name, row in rows:
        wanted[name].append(row)
    answer: dict[tuple[str, int], str] = {}
    for name, numbers in wanted.items():
        landing = landings.get(name)
        known = _known(work, landing, numbers)
        read = f" of what was read on {landing.landed_at:%Y-%m-%d}" if landing else ""
        answer.update({(name, row): known.get(row) or f"row {row + 1}{read}" for row in numbers})
    return answer


def _known(work: Workspace, landing: Landing | None, rows: list[int]) -> Mapping[int, str]:
    """The places that the landing's own source can name."""
    if landing is None or landing.source not in work.settings.sources:
        return {}
    source = sources.build(landing.source, work.settings)
    if not hasattr(source, "places"):
        return {}
    return cast("Placed", source).places(landing.name, rows, landing.facts)

"""Where a row stands in its file: the physical line, worked out when someone asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from connectors.csv_lines import physical_lines
from pipelines import sources
from pipelines.lake import Landing
from pipelines.workspace import Workspace


def places(work: Workspace, rows: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Say of each row, named by its landing and number, where it stands: `line 12`.

    Where the file is no longer what landed, or its source has left the settings, it is the number among the readable
    rows, and when they were read: `row 11 of what was read on 2026-11-26`.
    """
    landings = {landing.id: landing for landing in work.lake.landings()}
    wanted: dict[str, list[int]] = defaultdict(list)
    for name, row in rows:
        wanted[name].append(row)
    answer: dict[tuple[str, int], str] = {}
    for name, numbers in wanted.items():
        landing = landings.get(name)
        lines = _lines(work, landing, numbers)
        read = f" of what was read on {landing.landed_at:%Y-%m-%d}" if landing else ""
        answer.update(
            {(name, row): f"line {lines[row]}" if row in lines else f"row {row + 1}{read}" for row in numbers}
        )
    return answer


def _lines(work: Workspace, landing: Landing | None, rows: list[int]) -> dict[int, int]:
    if landing is None or landing.source not in work.settings.sources:
        return {}
    options = getattr(sources.build(landing.source, work.settings), "options", None)
    base = getattr(options, "path", None)
    if not isinstance(base, Path):
        return {}
    path = base / landing.name if base.is_dir() else base.with_name(landing.name)
    return physical_lines(path, rows, landing.facts) or {}

"""What is kept with a landing that was pulled, beside what its source says of it."""

from __future__ import annotations

import json
from typing import Final

from pipelines.lake.lake import Landing

LABELS: Final = "labels"
"""The fact of a landing with the names by which people know its columns, as JSON by column."""

RUN: Final = "run"
"""The fact of a landing with the run that pulled it."""

WINDOW: Final = "window"
"""The fact of a landing with the window that it was asked for: start/end, half-open."""


def labels(landing: Landing) -> dict[str, str]:
    """The names by which people know a landing's columns, by column."""
    found: dict[str, str] = json.loads(landing.facts.get(LABELS, "{}"))
    return found

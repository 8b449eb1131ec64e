"""What a check finds, as tests compare it."""

from __future__ import annotations

from pipelines.report.doctor.finding import Check
from pipelines.report.doctor.together import together


def found(check: Check, seconds: float = 5.0) -> list[tuple[str, str]]:
    """Level and words."""
    return [(one.level.value, one.said) for one in together({"it": check}, seconds)]

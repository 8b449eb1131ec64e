"""Checks side by side, and an end in time."""

from __future__ import annotations

import time
from collections.abc import Iterator

from pipelines.report.doctor.finding import Finding, ok
from pipelines.report.doctor.together import SILENT, together


def test_whatever_hangs_the_others_are_told_and_it_ends_in_time() -> None:
    """A check that never ends is said so; what it found before is told, too, and the order is that of the checks."""

    def stuck() -> Iterator[Finding]:
        yield ok("stuck", "this far")
        time.sleep(60)

    def stumbles() -> Iterator[Finding]:
        raise ValueError("jane@acme.example")

    def slow() -> Iterator[Finding]:
        time.sleep(0.2)
        yield ok("slow", "fine")

    began = time.monotonic()
    told = list(together({"stuck": stuck, "stumbles": stumbles, "slow": slow}, 0.5))
    assert time.monotonic() - began < 2
    assert [(one.level.value, one.what, one.said) for one in told] == [
        ("ok", "stuck", "this far"),
        ("wrong", "stuck", SILENT),
        ("wrong", "stumbles", "unexpected ValueError."),
        ("ok", "slow", "fine"),
    ]

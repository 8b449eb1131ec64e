"""The gates before apply: how much one run may do at once before somebody has to allow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connectors.errors import ConfigurationError, GateClosed
from pipelines.counted import counted
from pipelines.settings import Gates

KINDS: Final = ("created", "overwritten", "retracted", "dropped")
"""What is gated; `dropped` is about the records of the sources, the others about contacts."""

WORDS: Final = {
    "created": "contacts would be created",
    "overwritten": "contacts would have something overwritten or cleared",
    "retracted": "contacts would have a value taken back",
    "dropped": "records are gone since a run was last applied",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan would do of one kind: `count` of `total`; `by_share` is off where a share of it means nothing."""

    kind: str
    count: int
    total: int
    by_share: bool = True
    whose: str = ""
    """The source that it is about, if it is about one."""


def closed(limits: Gates, asked: Sequence[Asked], allowed: Mapping[str, int]) -> list[str]:
    """The gates that are closed, each as a line that says which limit it is and how to open it once."""
    return [line for one in asked if (line := _line(limits, one, allowed.get(one.kind, 0))) is not None]


def check(lines: Sequence[str]) -> None:
    """Let a plan pass, or raise.

    Raises:
        GateClosed: a gate is closed.
    """
    if lines:
        raise GateClosed("nothing was sent: " + " ".join(lines))


def _line(limits: Gates, one: Asked, allowed: int) -> str | None:
    if one.count < max(1, limits.floor) or one.count <= allowed:
        return None
    number, share = getattr(limits, one.kind), getattr(limits, f"{one.kind}_share")
    over = []
    if one.count > number:
        over.append(f"gates.{one.kind} = {number:,}")
    if one.by_share and one.count > share * one.total:
        over.append(f"gates.{one.kind}_share = {share:g}")
    if not over:
        return None
    source = f" of the source {one.whose}" if one.whose else ""
    beside = f" (of {one.total:,})" if one.by_share else ""
    limit = " and ".join(over)
    what = counted(one.count, WORDS[one.kind])
    return f"{what}{source}{beside}, over {limit}. Allow it once: --allow {one.kind}={one.count}"


def parse(words: Sequence[str]) -> dict[str, int]:
    """Read what is allowed once, such as `created=1200`.

    Raises:
        ConfigurationError: a word is not of that form.
    """
    found: dict[str, int] = {}
    for word in words:
        kind, _, count = word.partition("=")
        if kind not in KINDS or not count.isdecimal():
            raise ConfigurationError(
                f"--allow {word}: not a kind of change and a number, such as created=1200.",
                guidance=f"Kinds are {', '.join(KINDS)}.",
            )
        found[kind] = int(count)
    return found

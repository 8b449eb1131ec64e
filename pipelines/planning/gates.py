"""The gates before apply: how much one run may do at once before somebody has to allow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connectors.errors import ConfigurationError, GateClosed
from pipelines.settings.sections import Gates

KINDS: Final = ("created", "overwritten", "retracted", "dropped")
"""What is gated; `dropped` is about the records of the sources, the others about contacts."""

WORDS: Final = {
    "created": ("contact would be created", "contacts would be created"),
    "overwritten": (
        "contact would have something overwritten or cleared",
        "contacts would have something overwritten or cleared",
    ),
    "retracted": ("contact would have a value taken back", "contacts would have a value taken back"),
    "dropped": (
        "record is gone{source} since a run was last applied",
        "records are gone{source} since a run was last applied",
    ),
}
"""What a plan would do of each kind, in words: for one, and for another number."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan would do of one kind: `count` of `total`; `by_share` is off where a share of it means nothing."""

    kind: str
    count: int
    total: int
    by_share: bool = True
    whose: str = ""
    """The source that it is about, if it is about one."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed gate: in words what is over which limit, and of what kind and how much has to be allowed."""

    words: str
    kind: str
    count: int


def closed(limits: Gates, asked: Sequence[Asked], allowed: Mapping[str, int]) -> list[Closed]:
    """The gates that are closed."""
    return [gate for one in asked if (gate := _closed(limits, one, allowed.get(one.kind, 0))) is not None]


def check(gates: Sequence[Closed]) -> None:
    """Let a plan pass, or raise.

    Raises:
        GateClosed: a gate is closed; the message names all of them, and what opens all of them at once.
    """
    if gates:
        raise GateClosed(f"nothing was sent: {words(gates)}.", guidance=f"Allow it once: {key(gates)}")


def words(gates: Sequence[Closed]) -> str:
    """What is over which limit, one after the other."""
    return "; ".join(gate.words for gate in gates)


def key(gates: Sequence[Closed]) -> str:
    """The options that open all of them once."""
    # Several sources may have lost records: the largest number lets all of them pass.
    most: dict[str, int] = {}
    for gate in gates:
        most[gate.kind] = max(gate.count, most.get(gate.kind, 0))
    return " ".join(f"--allow {kind}={count}" for kind, count in most.items())


def _closed(limits: Gates, one: Asked, allowed: int) -> Closed | None:
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
    source = f" from the source {one.whose}" if one.whose else ""
    beside = f" (of {one.total:,})" if one.by_share else ""
    limit = " and ".join(over)
    what = WORDS[one.kind][one.count != 1].replace("{source}", source)
    return Closed(f"{one.count:,} {what}{beside}, over {limit}", one.kind, one.count)


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

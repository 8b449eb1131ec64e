"""How a run sends: what the settings say, and whether its plan waited in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

CALLS_A_PLACE: Final = 6
"""How many operations become SENT together for each call that may be in flight."""

Clears = Literal["null", "empty", "never"]
"""How a field is cleared: `crm.clears`."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run sends."""

    run: str
    clears: Clears
    reread: Literal["always", "overwrites", "never"]
    calls_a_place: int = CALLS_A_PLACE
    """How many operations may be SENT for each call that may be in flight."""
    waited: bool = False
    """Whether the plan was kept in a file. Such a plan says all that may be written: a person whom somebody else has
    created since is only linked, not filled. And the CRM's companies were not read since: each is looked for before it
    is created."""

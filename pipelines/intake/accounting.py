"""Every row that was read has ended somewhere: rejected, replaced by a newer one, gone, unmatched, or as a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from connectors.errors import BridgeError
from pipelines.workspace import Workspace

ENDS: Final = ("rows_rejected", "rows_replaced", "rows_gone", "unmatched", "contact_records", "company_records")
"""Where a row that was read can end up."""


@dataclass(frozen=True)
class Account:
    """How many rows clean has read, and how many of them have ended somewhere."""

    rows_read: int
    rows_ended: int

    @property
    def balanced(self) -> bool:
        """Whether no row is lost, and none is counted twice."""
        return self.rows_read == self.rows_ended


def account(work: Workspace) -> Account:
    """Count the rows that clean has read, and where they have ended."""
    with work.engine() as engine:
        engine.read("clean_counts")
        counts: dict[str, int] = dict(engine.rows("SELECT name, rows FROM clean_counts"))
    return Account(counts["rows_read"], sum(counts[name] for name in ENDS))


def require_balance(work: Workspace) -> None:
    """Let a run go on only when every row is accounted for.

    Raises:
        BridgeError: a row is lost, or counted twice.
    """
    found = account(work)
    if not found.balanced:
        raise BridgeError(
            f"clean: of {found.rows_read:,} rows that were read, {found.rows_ended:,} are accounted for.",
            guidance="Nothing was planned. This is a fault of crm-bridge: please report it.",
        )

"""What was learned about the account, in the ledger: a text by name, such as that its companies are read-only."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pipelines.ledger.access import LedgerAccess


class Trait(StrEnum):
    """What is learned about an account, by the name under which it is kept."""

    COMPANIES = "companies"
    """`READ_ONLY` where the CRM takes no companies from us."""
    PACE = "calls_per_second"
    """How many calls a second the CRM took in the last larger run."""
    APPLIED = "applied"
    """Its being there says that a run was applied to its end."""
    CRM = "crm"
    """The id of the embedded CRM that answers there."""
    RECORDS = "records:"
    """Of each source: how many records it had when a run was last applied."""
    GONE = "gone:"
    """Of each source: how many records that had stood it had deleted, archived, merged or converted by then."""
    CARRIED_OUT = "plan:"
    """Of each plan that waited in a file, by its digest: the runs that have carried it out."""

    def of(self, whose: str) -> str:
        """The name of the trait of one source or plan."""
        return f"{self}{whose}"


READ_ONLY: Final = "read-only"
"""The value of the trait `COMPANIES`."""


class Traits:
    """The ledger's table `traits`."""

    def __init__(self, access: LedgerAccess) -> None:
        self._access = access

    def get(self, name: str) -> str | None:
        """The trait's value; None: nothing was learned under this name."""
        row = self._access.row("SELECT value FROM traits WHERE account = ? AND name = ?", self._access.account, name)
        return None if row is None else str(row[0])

    def with_prefix(self, prefix: str) -> list[tuple[str, str]]:
        """Names and values of all traits whose names begin with the prefix, ordered by name."""
        rows = self._access.rows("SELECT name, value FROM traits WHERE account = ? ORDER BY name", self._access.account)
        return [(name, value) for name, value in rows if name.startswith(prefix)]

    def set(self, name: str, value: str) -> None:
        """Keep a trait; a value that it had before is replaced."""
        with self._access.writing() as database:
            database.execute("INSERT OR REPLACE INTO traits VALUES (?, ?, ?)", (self._access.account, name, value))

    def forget(self, name: str) -> None:
        """Remove a trait, if there is one of this name."""
        with self._access.writing() as database:
            database.execute("DELETE FROM traits WHERE account = ? AND name = ?", (self._access.account, name))

"""The ledger: SQLite, one row an operation, durable before anything leaves the machine.

WAL and `synchronous=FULL`: what a method has returned from survives power loss. The file is never reset; a damaged or
newer one is refused.
"""

from __future__ import annotations

from pipelines.identities import Identities
from pipelines.journal import Journal


class Ledger(Journal, Identities):
    """The ledger of one account within the file."""

    def trait(self, name: str) -> str | None:
        """What we learned about the account under this name."""
        row = self._row("SELECT value FROM traits WHERE account = ? AND name = ?", self.account, name)
        return None if row is None else str(row[0])

    def learn(self, name: str, value: str) -> None:
        """Keep something about the account."""
        with self._reading() as database:
            database.execute("INSERT OR REPLACE INTO traits VALUES (?, ?, ?)", (self.account, name, value))

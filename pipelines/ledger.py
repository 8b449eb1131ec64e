"""The ledger: SQLite, one row an operation, durable before anything leaves the machine.

WAL and `synchronous=FULL`: what a method has returned from survives power loss. The file is never reset; a damaged or
newer one is refused.
"""

from __future__ import annotations

from pipelines.identities import Identities
from pipelines.journal import Journal


class Ledger(Journal, Identities):
    """The ledger of one account within the file."""

    @property
    def ledger_id(self) -> str:
        """The ledger's own name, by which its traces in the CRM are told from another ledger's."""
        return self._meta("ledger_id") or ""

    @property
    def generation(self) -> int:
        """0, or a number that grew each time the ledger went back in time: it was restored, or made of the CRM.

        It is part of the keys of updates: a number that was used before the loss, and is forgotten since, names another
        update then.
        """
        return int(self._meta("generation") or 0)

    def _meta(self, name: str) -> str | None:
        row = self._row("SELECT value FROM meta WHERE name = ?", name)
        return None if row is None else str(row[0])

    def trait(self, name: str) -> str | None:
        """What we learned about the account under this name."""
        row = self._row("SELECT value FROM traits WHERE account = ? AND name = ?", self.account, name)
        return None if row is None else str(row[0])

    def learn(self, name: str, value: str) -> None:
        """Keep something about the account."""
        with self._reading() as database:
            database.execute("INSERT OR REPLACE INTO traits VALUES (?, ?, ?)", (self.account, name, value))

    def traits(self, prefix: str) -> list[tuple[str, str]]:
        """The account's traits whose names begin so, with their values."""
        rows = self._rows("SELECT name, value FROM traits WHERE account = ? ORDER BY name", self.account)
        return [(name, value) for name, value in rows if name.startswith(prefix)]

    def forget(self, name: str) -> None:
        """Forget a trait of the account."""
        with self._reading() as database:
            database.execute("DELETE FROM traits WHERE account = ? AND name = ?", (self.account, name))

"""The ledger: SQLite, one row an operation, durable before anything leaves the machine.

WAL and `synchronous=FULL`: what a method has returned from survives power loss. The file is never reset; a damaged or
newer one is refused.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipelines.ledger.access import LedgerAccess, to_json
from pipelines.ledger.cursors import Cursors
from pipelines.ledger.effects import Effect
from pipelines.ledger.identities import Identities
from pipelines.ledger.journal import Journal
from pipelines.ledger.last_written import LastWritten
from pipelines.ledger.stood import Stood
from pipelines.ledger.traits import Traits


class Ledger:
    """The ledger of one account within the open file: its parts, and what is about all of them."""

    def __init__(self, path: Path, account: str) -> None:
        """Open the file, or make it when it is missing.

        Raises:
            StateRefused: the file is damaged, empty, no ledger, or written by a newer version.
        """
        self._access = LedgerAccess(path, account)
        self.written = LastWritten(self._access)
        self.journal = Journal(self._access, self.written)
        self.identities = Identities(self._access)
        self.stood = Stood(self._access)
        self.traits = Traits(self._access)
        self.cursors = Cursors(self._access)

    def close(self) -> None:
        """Close the file."""
        self._access.close()

    @property
    def account(self) -> str:
        """The name of the account that all parts speak of."""
        return self._access.account

    @property
    def ledger_id(self) -> str:
        """The ledger's own name, by which its traces in the CRM are told from another ledger's."""
        return self._access.meta("ledger_id") or ""

    @property
    def generation(self) -> int:
        """0, or a number that grew each time the ledger went back in time: it was restored, or made of the CRM.

        It is part of the keys of updates: a number that was used before the loss, and is forgotten since, names another
        update then.
        """
        return int(self._access.meta("generation") or 0)

    def accounts(self) -> list[str]:
        """Every account that the file knows operations of."""
        return [account for (account,) in self._access.rows("SELECT DISTINCT account FROM journal ORDER BY account")]

    def own_ids(self) -> set[str]:
        """The ids whose traces are ours: this ledger's, and those it adopted."""
        adopted = self._access.rows("SELECT ledger_id FROM adopted WHERE account = ?", self.account)
        return {self.ledger_id, *(ledger_id for (ledger_id,) in adopted)}

    def position(self) -> str:
        """A text that changes whenever the ledger gains something a plan is made from."""
        done, last = self.journal.done_so_far()
        return f"{done}:{last}" + (f":{self.generation}" if self.generation else "")

    def moment(self) -> str:
        """How far the ledger is: a text by which it tells later what has come since."""
        done, last = self.journal.done_so_far()
        at = max(time.time(), last)
        placed = self.identities.last_place()
        return to_json({"at": at, "done": done, "placed": placed, "generation": self.generation})

    def goes_on_from(self, moment: str) -> bool:
        """Whether it can tell what has come since: neither the ledger nor the clock went back in time."""
        then = json.loads(moment)
        return bool(self.generation == then["generation"] and self.journal.done_until(then["at"]) == then["done"])

    def adopt(self, *ledger_ids: str) -> None:
        """Keep that other ledgers' traces in the account count as ours from now on."""
        now = time.time()
        with self._access.writing() as database:
            database.executemany(
                "INSERT OR IGNORE INTO adopted VALUES (?, ?, ?)",
                ((self.account, ledger_id, now) for ledger_id in ledger_ids),
            )

    def went_back(self, *, at_least: int = 0) -> None:
        """Keep that the ledger went back in time: numbers of updates that it gave since are forgotten, not free.

        The new generation is larger than any before, the forgotten ones included: hence the clock.
        """
        number = max(self.generation + 1, at_least + 1, int(time.time()))
        with self._access.writing() as database:
            database.execute("INSERT OR REPLACE INTO meta VALUES ('generation', ?)", (str(number),))

    def replace_with(self, effects: Sequence[Effect], ledger_ids: Iterable[str]) -> None:
        """Forget all that is known of the account, and keep these effects as done, all at once."""
        # Adopted or gone back in vain does no harm; the other way round a ledger could take itself for what it is not.
        self.adopt(*ledger_ids)
        self.went_back()
        with self._access.writing() as database:
            for table in ("journal", "entities", "links", "written", "stood", "person_changes"):
                database.execute(f"DELETE FROM {table} WHERE account = ?", (self.account,))  # noqa: S608 - constant names
            self.journal.insert_done(database, effects)

"""The ledger: SQLite, one row an operation, durable before anything leaves the machine.

WAL and `synchronous=FULL`: what a method has returned from survives power loss. The file is never reset; a damaged or
newer one is refused.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipelines.ledger.access import to_json
from pipelines.ledger.effects import Effect
from pipelines.ledger.identities import Identities
from pipelines.ledger.journal import Journal


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

    def traits(self, prefix: str) -> list[tuple[str, str]]:
        """The account's traits whose names begin so, with their values."""
        rows = self._rows("SELECT name, value FROM traits WHERE account = ? ORDER BY name", self.account)
        return [(name, value) for name, value in rows if name.startswith(prefix)]

    def forget(self, name: str) -> None:
        """Forget a trait of the account."""
        with self._reading() as database:
            database.execute("DELETE FROM traits WHERE account = ? AND name = ?", (self.account, name))

    def adopt(self, *ledger_ids: str) -> None:
        """Keep that other ledgers' traces in the account count as ours from now on."""
        now = time.time()
        with self._transaction() as database:
            database.executemany(
                "INSERT OR IGNORE INTO adopted VALUES (?, ?, ?)",
                ((self.account, ledger_id, now) for ledger_id in ledger_ids),
            )

    def own_ids(self) -> set[str]:
        """The ids whose traces are ours: this ledger's, and those it adopted."""
        adopted = self._rows("SELECT ledger_id FROM adopted WHERE account = ?", self.account)
        return {self.ledger_id, *(ledger_id for (ledger_id,) in adopted)}

    def went_back(self, *, at_least: int = 0) -> None:
        """Keep that the ledger went back in time: numbers of updates that it gave since are forgotten, not free.

        The new generation is larger than any before, the forgotten ones included: hence the clock.
        """
        number = max(self.generation + 1, at_least + 1, int(time.time()))
        with self._reading() as database:
            database.execute("INSERT OR REPLACE INTO meta VALUES ('generation', ?)", (str(number),))

    def knows_writes(self) -> bool:
        """Whether this ledger has ever done anything in this account, or may have."""
        wrote = "SELECT 1 FROM journal WHERE account = ? AND state IN ('DONE', 'SENT', 'UNKNOWN') LIMIT 1"
        return self._row(wrote, self.account) is not None

    def moment(self) -> str:
        """How far the ledger is: a text by which it tells later what has come since."""
        done, last = self._reached()
        ((placed,),) = self._rows("SELECT coalesce(max(sequence), 0) FROM entities")
        at = max(time.time(), last)
        return to_json({"at": at, "done": done, "placed": placed, "generation": self.generation})

    def goes_on_from(self, moment: str) -> bool:
        """Whether it can tell what has come since: neither the ledger nor the clock went back in time."""
        then = json.loads(moment)
        ((done,),) = self._rows(
            "SELECT count(*) FROM journal WHERE account = ? AND state = 'DONE' AND ended_at <= ?",
            *(self.account, then["at"]),
        )
        return bool(self.generation == then["generation"] and done == then["done"])

    def touched_since(self, moment: str) -> list[tuple[str, str, str | None, str, str]]:
        """Object, entity, CRM id, state and run of all that was written since, or may have been."""
        return self._rows(
            "SELECT DISTINCT object, entity_id, crm_id, state, run FROM journal WHERE account = ? AND kind <> 'log' "
            "AND (state = 'SENT' OR state IN ('DONE', 'UNKNOWN') AND ended_at > ?)",
            *(self.account, json.loads(moment)["at"]),
        )

    def placed_since(self, moment: str) -> list[tuple[str, str, str]]:
        """Object, record key and entity of every record that was placed since, for the first time or anew."""
        return self._rows(
            "SELECT object, record_key, entity_id FROM entities WHERE account = ? AND sequence > ?",
            *(self.account, json.loads(moment)["placed"]),
        )

    def written_beyond(self, earlier: Path) -> int:
        """To how many contacts and companies it has written, or may have, that an earlier copy knows nothing of."""
        with self._reading() as database:
            database.execute("ATTACH DATABASE ? AS earlier", (str(earlier),))
            try:
                ((count,),) = database.execute(
                    "SELECT count(*) FROM (SELECT DISTINCT object, coalesce(crm_id, entity_id) FROM main.journal "
                    "WHERE account = ? AND kind <> 'log' AND state IN ('DONE', 'SENT', 'UNKNOWN') "
                    "AND (op_key, state, attempts) NOT IN (SELECT op_key, state, attempts FROM earlier.journal))",
                    (self.account,),
                )
            finally:
                database.execute("DETACH DATABASE earlier")
        return int(count)

    def accounts(self) -> list[str]:
        """Every account that the file knows operations of."""
        return [account for (account,) in self._rows("SELECT DISTINCT account FROM journal ORDER BY account")]

    def replace_with(self, effects: Sequence[Effect], ledger_ids: Iterable[str]) -> None:
        """Forget all that is known of the account, and keep these effects as done, all at once."""
        # Adopted or gone back in vain does no harm; the other way round a ledger could take itself for what it is not.
        self.adopt(*ledger_ids)
        self.went_back()
        with self._transaction() as database:
            for table in ("journal", "entities", "links", "written", "person_changes"):
                database.execute(f"DELETE FROM {table} WHERE account = ?", (self.account,))  # noqa: S608 - constant names
            self._insert_done(database, effects)

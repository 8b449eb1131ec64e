"""The embedded CRM's store: what a process needs to read and write one `crm.db`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

from connectors.giant_context.server.store import bulk
from connectors.giant_context.server.store.activities import ACTIVITIES
from connectors.giant_context.server.store.companies import COMPANIES
from connectors.giant_context.server.store.contacts import CONTACTS
from connectors.giant_context.server.store.database import Readers, database_file, open_database, read_meta
from connectors.giant_context.server.store.fields import Json
from connectors.giant_context.server.store.gathering import Gathering
from connectors.giant_context.server.store.ids import Clock, now
from connectors.giant_context.server.store.listing import Listing, PageRequest
from connectors.giant_context.server.store.search import Finder
from connectors.giant_context.server.store.writer import Writer

T = TypeVar("T")

ROWS_A_TRANSACTION: Final = 50_000


class Store:
    """One process's way to the file. Any number of processes may each have one."""

    def __init__(self, data_dir: Path, *, clock: Clock = now) -> None:
        path = database_file(data_dir)
        with closing(open_database(path)) as connection:
            self.instance_id = read_meta(connection, "instance_id")
            self.token_secret = read_meta(connection, "token_secret")
        self.clock = clock
        self._readers = Readers(path)
        self._writer = Writer(path)
        self._gathering = Gathering(self._writer)
        self._finders = {listing.table: Finder(listing.table) for listing in (CONTACTS, COMPANIES, ACTIVITIES)}

    def snapshot(self) -> AbstractContextManager[sqlite3.Connection]:
        """Lend a connection for reading; every statement on it sees the same state."""
        return self._readers.snapshot()

    def page(self, listing: Listing, wanted: PageRequest) -> Json:
        """Return one page of a list."""
        with self.snapshot() as connection:
            return listing.page(connection, wanted, self._finders[listing.table])

    def write(self, job: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Queue a write; the future is done once it is durable."""
        return self._writer.submit(job)

    async def written(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Write from an event loop: return what the job returns once it is durable."""
        return await self._gathering.write(job)

    def load_contacts(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Fill the store, 50,000 contacts a transaction, and return how many there were.

        Args:
            rows: Values by column name: first_name, last_name, and maybe email, phone, title, department, company_id.
        """
        waiting, loaded = iter(rows), 0
        while group := list(islice(waiting, ROWS_A_TRANSACTION)):
            loaded += self.write(partial(bulk.insert_contacts, rows=group, clock=self.clock)).result()
        return loaded

    def remove_contact(self, contact_id: str) -> None:
        """Delete a contact as a human at the database would. There is no such call in the API."""
        self.write(lambda connection: bulk.remove_contact(connection, contact_id)).result()

    def close(self) -> None:
        """Finish the writes under way and let go of the file."""
        self._writer.close()
        self._readers.close()

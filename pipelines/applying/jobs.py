"""What goes on side by side while a batch is sent: calls and looks in the event loop, commits in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")


class Commit(Enum):
    """What the ledger's thread does; never two of a kind at the same time."""

    DEPARTURES = "a group becomes SENT"
    ANSWERS = "answers are kept"


class Jobs:
    """Jobs that go on. Each time one has ended, `ended` is called with the error that ended it, or None."""

    def __init__(self, ended: Callable[[BaseException | None], None]) -> None:
        self.requests: set[asyncio.Task[None]] = set()
        """Calls and looks: what takes a place of the CRM's."""
        self.commits: dict[Commit, asyncio.Task[None]] = {}
        self._ended = ended
        self._thread = ThreadPoolExecutor(1, "ledger")

    def request(self, job: Coroutine[Any, Any, None]) -> None:
        """Start a call or a look."""
        task = asyncio.get_running_loop().create_task(job)
        self.requests.add(task)

        def over(task: asyncio.Task[None]) -> None:
            self.requests.discard(task)
            self._tell(task)

        task.add_done_callback(over)

    def commit(self, kind: Commit, job: Coroutine[Any, Any, None]) -> None:
        """Start a commit; none of its kind may be going on."""
        task = asyncio.get_running_loop().create_task(job)
        self.commits[kind] = task

        def over(task: asyncio.Task[None]) -> None:
            del self.commits[kind]
            self._tell(task)

        task.add_done_callback(over)

    async def in_thread(self, job: Callable[[], T]) -> T:
        """Do something where the ledger is written, one after the other."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)

    async def wind_up(self) -> None:
        """Stop calls and looks where they wait, and let commits come to their end."""
        for task in self.requests:
            task.cancel()
        await asyncio.gather(*self.requests, *self.commits.values(), return_exceptions=True)
        self._thread.shutdown()

    def _tell(self, task: asyncio.Task[None]) -> None:
        self._ended(None if task.cancelled() else task.exception())

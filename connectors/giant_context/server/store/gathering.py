"""Writes that are asked for in one turn of an event loop go to the writer together, and their answers come back so.

One by one, each would wake the other thread, and the two would then take turns at the interpreter's lock for every
statement. Together they cost one handover there, one commit, and one handover back.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from connectors.giant_context.server.store.writer import Writer

T = TypeVar("T")
Asked = tuple[Callable[[sqlite3.Connection], Any], "asyncio.Future[Any]"]
Promise = tuple["asyncio.Future[Any]", "Future[Any]"]


class Gathering:
    """Stands between any number of event loops and a writer."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._asked: dict[asyncio.AbstractEventLoop, list[Asked]] = {}

    async def write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Return what the job returns once its effect is durable, or raise what undid it.

        A caller that is cancelled before the job's turn leaves no effect.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        if loop not in self._asked:
            self._asked[loop] = []
            loop.call_soon(self._hand_over, loop)
        self._asked[loop].append((job, answer))
        return await answer

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        asked = [(job, answer, Future[Any]()) for job, answer in self._asked.pop(loop) if not answer.done()]
        promises = [(answer, future) for _, answer, future in asked]
        for answer, future in promises:
            answer.add_done_callback(partial(_give_up, future))
        try:
            self._writer.put([(job, future) for job, _, future in asked], partial(_bring_back, loop, promises))
        except RuntimeError as closed:
            for answer, _ in promises:
                answer.set_exception(closed)


def _give_up(future: Future[Any], answer: asyncio.Future[Any]) -> None:
    if answer.cancelled():
        future.cancel()


def _bring_back(loop: asyncio.AbstractEventLoop, promises: Sequence[Promise]) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody listens any more
        loop.call_soon_threadsafe(_settle, promises)


def _settle(promises: Sequence[Promise]) -> None:
    for answer, future in promises:
        if answer.done():
            continue
        failure = future.exception()
        if failure is None:
            answer.set_result(future.result())
        else:
            answer.set_exception(failure)

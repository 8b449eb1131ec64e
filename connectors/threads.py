"""Readers that wait for a disk or a server, read from asynchronous code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


async def in_a_thread(
    make: Callable[[], Generator[T, Any, None]], stop: Callable[[], None] | None = None
) -> AsyncIterator[T]:
    """Yield what the generator made by `make` yields; it is made, run and closed in one thread of its own.

    `stop` is called where the caller is cancelled: it ends what the thread waits for, from another thread.
    """
    loop = asyncio.get_running_loop()
    end: Any = object()
    with ThreadPoolExecutor(1) as thread:
        generator = make()
        try:
            while (found := await loop.run_in_executor(thread, next, generator, end)) is not end:
                yield found
        except asyncio.CancelledError:
            if stop is not None:
                with suppress(Exception):  # what it would end may have ended just now
                    stop()
            raise
        finally:
            await loop.run_in_executor(thread, generator.close)

"""A stop by hand, at a moment when nothing is half done."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


async def stoppable(job: Coroutine[Any, Any, T]) -> T:
    """Do something whose stop by a signal is a cancellation.

    A handler that raises, as Dagster's does, would do so between any two steps, and leave behind what these were about.
    Here the job is cancelled where it waits; once it has wound up, the handler that was there before has its turn.
    """
    if threading.current_thread() is not threading.main_thread():
        return await job
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(job)
    # What is ignored stays so (`nohup`), and a handler that is not Python's cannot be put back.
    former = {
        number: handler
        for number in SIGNALS
        if (handler := signal.getsignal(number)) is not None and handler is not signal.SIG_IGN
    }
    caught: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        caught.append(number)
        task.cancel()

    for number in former:
        loop.add_signal_handler(number, stop, number)
    try:
        await task
        # A signal of this very moment is heard by the loop's next turn, and handled in the one after it.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        if not caught:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise
    finally:
        for number, handler in former.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
    if not caught:
        return task.result()
    # Also where the job came to its end in that very moment: what comes after it is not to begin.
    handler = former[caught[0]]
    if callable(handler):
        handler(caught[0], None)
    raise KeyboardInterrupt

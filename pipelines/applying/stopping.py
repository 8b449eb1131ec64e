"""A stop by hand, at a moment when nothing is half done."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from pipelines.applying.signals import pass_on, replaceable

T = TypeVar("T")


async def stoppable(job: Coroutine[Any, Any, T]) -> T:
    """Do something whose stop by a signal is a cancellation.

    A handler that raises, as Dagster's does, would do so between any two steps, and leave behind what these were about.
    Here the job is cancelled where it waits; once it has wound up, the handler that was there before has its turn.
    """
    if threading.current_thread() is not threading.main_thread():
        return await job
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(job)
    former = replaceable()
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
    if caught:
        # Also where the job came to its end in that very moment: what comes after it is not to begin.
        pass_on(former[caught[0]], caught[0], None)
    return task.result()

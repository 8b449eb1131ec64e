"""A stop by hand, at a moment when nothing is half done."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def replaceable() -> dict[signal.Signals, Any]:
    """The handlers of the signals that stop a run, for whoever puts others in their place and these back later.

    A signal that is ignored is left out and stays ignored, as SIGINT is in a script's background job; so is a handler
    that is not Python's, which could not be put back.
    """
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    return {number: handler for number, handler in handlers.items() if handler not in (None, signal.SIG_IGN)}


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
    if not caught:
        return task.result()
    # Also where the job came to its end in that very moment: what comes after it is not to begin.
    handler = former[caught[0]]
    if callable(handler):
        handler(caught[0], None)
    raise KeyboardInterrupt

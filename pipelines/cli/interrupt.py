"""A stop by hand: Ctrl-C, or SIGTERM."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from connectors.errors import BridgeError


class Interrupted(BridgeError):
    """Someone stopped the run: Ctrl-C, or SIGTERM."""

    def __init__(self, guidance: str = "The next run takes up where it was.") -> None:
        super().__init__("stopped before its end.", guidance=guidance)


@contextmanager
def interruptible(guidance: str) -> Iterator[Callable[[], None]]:
    """Let a signal stop what is done within; yields a check that raises where a library has swallowed the stop.

    To be entered in the main thread. `guidance` says what the stop leaves behind.

    Raises:
        Interrupted: a signal came. It raises KeyboardInterrupt at once, and whatever becomes of that on its way out, a
            library's own error or nothing at all, is taken for the stop that it is.
    """
    from pipelines.applying.stopping import replaceable

    stopped = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True
        raise KeyboardInterrupt

    def check() -> None:
        if stopped:
            raise KeyboardInterrupt

    former = replaceable()
    for number in former:
        signal.signal(number, stop)
    try:
        yield check
    except BaseException:
        if not stopped:
            raise
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
    if stopped:
        raise Interrupted(guidance)

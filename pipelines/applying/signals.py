"""The signals that stop a run: which they are, and how to hear them where a library would not let us."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, NoReturn

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def replaceable() -> dict[signal.Signals, Any]:
    """The handlers of the signals that stop a run, for whoever puts others in their place and these back later.

    A signal that is ignored is left out and stays ignored, as SIGINT is in a script's background job; so is a handler
    that is not Python's, which could not be put back.
    """
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    return {number: handler for number, handler in handlers.items() if handler not in (None, signal.SIG_IGN)}


@contextmanager
def heeded(*told: type[BaseException]) -> Iterator[Callable[[], None]]:
    """Let a signal stop what is done within, whatever a library makes of it; yields a check for between two steps.

    A handler raises at once: its error may reach us as it is, as an error of the library's own (DuckDB's, that its
    query was interrupted), or not at all. So it is raised again at the end. Where Python itself can raise none, in a
    weak reference's callback, it prints none. Does nothing outside the main thread.

    Args:
        told: errors that say themselves that it was stopped, and pass.

    Raises:
        BaseException: what the handler raises that was there before, else KeyboardInterrupt.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    former = replaceable()
    caught: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        caught.append(number)
        pass_on(former[signal.Signals(number)], number, frame)

    def check() -> None:
        if caught:
            raise KeyboardInterrupt

    def unraisable(lost: sys.UnraisableHookArgs) -> None:
        if not caught:  # else it is the stop, raised where Python can only print it
            printed(lost)

    printed, sys.unraisablehook = sys.unraisablehook, unraisable
    for number in former:
        signal.signal(number, stop)
    try:
        yield check
    except told:
        raise
    except BaseException:
        if not caught:
            raise
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        sys.unraisablehook = printed
    if caught:
        pass_on(former[signal.Signals(caught[0])], caught[0], None)


def pass_on(handler: Any, number: int, frame: FrameType | None) -> NoReturn:
    """Let the handler that was there before raise its error.

    Raises:
        KeyboardInterrupt: it raises none.
    """
    if callable(handler):
        handler(number, frame)
    raise KeyboardInterrupt

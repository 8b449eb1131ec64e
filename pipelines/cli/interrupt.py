"""A stop by hand: Ctrl-C, or SIGTERM."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from typer.core import TyperGroup

from connectors.errors import BridgeError
from pipelines.applying.signals import heeded, replaceable

GOES_ON: Final = "stopped before its end. The next run takes up where it was."


class Interrupted(BridgeError):
    """Someone stopped a command: Ctrl-C, or SIGTERM."""


@contextmanager
def interruptible(words: str = GOES_ON) -> Iterator[Callable[[], None]]:
    """Let a signal stop what is done within; yields a check that raises where a library has swallowed the stop.

    To be entered in the main thread. `words` say what the stop leaves behind.

    Raises:
        Interrupted: a signal came. It raises KeyboardInterrupt at once, and whatever becomes of that on its way out, a
            library's own error or nothing at all, is taken for the stop that it is.
    """
    try:
        with heeded(Interrupted) as check:
            yield check
    except KeyboardInterrupt:
        raise Interrupted(words) from None


class Stoppable(TyperGroup):
    """Commands that end with `Interrupted` when they are stopped, whatever they are about just then."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was given."""
        try:
            with interruptible():
                return super().invoke(ctx)
        finally:
            # All is done and said: a signal that comes now must not make it another exit code.
            for number in replaceable():
                signal.signal(number, signal.SIG_IGN)

"""How far long work is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from pipelines.workspace import Advance, Reporter


class _Printing:
    """What both have: a console, on which lines can be said at any time."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def say(self, line: str) -> None:
        """Print a line, above the bars that are open."""
        self.console.print(f"  {escape(line)}", highlight=False)


class Lines(_Printing):
    """One line when a task starts and one when it ends: for logs and pipes."""

    @contextmanager
    def task(self, title: str, total: int | None = None) -> Iterator[Advance]:
        """Print the title, then how much was done."""
        done = 0

        def advance(steps: int) -> None:
            nonlocal done
            done += steps

        self.console.print(f"  {title} …" if total is None else f"  {title} (of {total:,}) …", highlight=False)
        yield advance
        if done:
            self.console.print(f"  {title}: {done:,}", highlight=False)


class Bars(_Printing):
    """A bar for each task, gone when it ends."""

    @contextmanager
    def task(self, title: str, total: int | None = None) -> Iterator[Advance]:
        """Show a bar, or a spinner when the total is not known."""
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, TimeElapsedColumn(), console=self.console, transient=True) as bars:
            task = bars.add_task(title, total=total)
            yield lambda steps: bars.advance(task, steps)


def for_console(console: Console) -> Reporter:
    """The reporter that suits where the output goes."""
    return Bars(console) if console.is_terminal else Lines(console)

"""How far long work is."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from pipelines.cli.progress import Bars, Lines, for_console
from pipelines.workspace import Quiet


def test_where_nobody_sits_there_are_lines() -> None:
    """A pipe or a log gets a line when a task starts and one with what was done, and no control characters."""
    console = Console(file=io.StringIO(), width=100)
    reporter = for_console(console)
    assert isinstance(reporter, Lines)
    with reporter.task("writing contacts", 1500) as advance:
        advance(1000)
        advance(500)
    with reporter.task("planning"):
        pass
    assert isinstance(console.file, io.StringIO)
    lines = [line.strip() for line in console.file.getvalue().splitlines()]
    assert lines == ["writing contacts (of 1,500) …", "writing contacts: 1,500", "planning …"]


def test_on_a_terminal_there_is_a_bar_that_goes_away() -> None:
    """A terminal gets a bar with the count, erased at the end."""
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    reporter = for_console(console)
    assert isinstance(reporter, Bars)
    with reporter.task("writing contacts", 2) as advance:
        advance(2)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert "2/2" in shown
    assert shown.endswith("\x1b[2K")


@pytest.mark.parametrize("terminal", [False, True], ids=["lines", "bars"])
def test_a_line_can_be_said_while_a_task_is_open(terminal: bool) -> None:
    """It stands as it is, also where it looks like markup."""
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100)
    reporter = for_console(console)
    with reporter.task("reading app/contacts"):
        reporter.say("waiting for [::1]:80: 503")
    assert isinstance(console.file, io.StringIO)
    assert "  waiting for [::1]:80: 503" in console.file.getvalue()


def test_quiet_says_nothing() -> None:
    """Where nobody looks the calls do nothing."""
    with Quiet().task("planning", 3) as advance:
        advance(3)
    Quiet().say("waiting")

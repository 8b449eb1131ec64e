"""What is printed moves no cursor and sets no colour but ours, whatever stands in a value."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.markup import escape
from rich.table import Table

from pipelines.report.printed import Printer, printable

HOSTILE = "\x1b[31mred\x1b]0;title\x07 \x0b\x7f\x9b2J\u202eexe.\u2066"


def printed(what: object) -> str:
    """What a terminal without colours gets."""
    console = Printer(file=io.StringIO(), width=200, highlight=False)
    console.print(what)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_control_characters_are_written_out() -> None:
    """In a line and in a cell of a table; our own colours stay, and so do blanks and line ends."""
    table = Table("one")
    table.add_row(escape(HOSTILE))
    said = r"\u001b[31mred\u001b]0;title\u0007 \u000b\u007f\u009b2J\u202eexe.\u2066"
    assert said in printed(escape(HOSTILE))
    assert said in printed(table)
    assert printed("a\n  b") == "a\n  b\n"
    colours = Printer(file=io.StringIO(), force_terminal=True, color_system="standard", highlight=False)
    colours.print("[red]x[/red]")
    assert isinstance(colours.file, io.StringIO)
    assert "\x1b[31m" in colours.file.getvalue()


@given(st.text())
def test_nothing_printed_controls_a_terminal(text: str) -> None:
    """Whatever the text; what is printable stays as it is, in any script."""
    assert not [char for char in printable(text) if (char < " " and char not in "\n\t") or "\x7f" <= char < "\xa0"]
    if text.isprintable():
        assert printable(text) == text

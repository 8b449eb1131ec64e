"""The console that everything is printed on: what stands in a value moves no cursor, and sets no colour or title."""

from __future__ import annotations

import re
from typing import Any, Final

from rich.console import Console
from rich.text import Text

_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What a terminal obeys instead of showing it: control characters, and marks that turn the direction of writing."""


def printable(text: str) -> str:
    """The text with each character that a terminal would obey written out, as in JSON."""
    if text.isprintable():
        return text
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Printer(Console):
    """Rich's console; each text is made printable before Rich reads its own markup in it."""

    def render_str(self, text: str, **how: Any) -> Text:
        """Render a text; lines, cells of tables and titles all come through here."""
        return super().render_str(printable(text), **how)

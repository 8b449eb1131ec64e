"""Figures as tables: on the terminal, and in README.md between the markers of their benchmark."""

from __future__ import annotations

import json
import os
import platform
import re
import sqlite3
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

Figures = Mapping[str, float]


def show(title: str, figures: Figures) -> None:
    """Print a table."""
    table = Table("figure", "value", title=title)
    for name, value in figures.items():
        table.add_row(name, written(value))
    Console().print(table)


def tell(title: str, figures: Figures, *, as_json: bool) -> None:
    """Print figures for whoever asked: one JSON object, or a table."""
    if as_json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        show(title, figures)


def refreshed(page: str, name: str, figures: Figures, measured_on: str) -> str:
    """Return the page with the benchmark's table replaced; a benchmark that is new to the page goes to its end."""
    begin, end = f"<!-- figures of {name} -->", "<!-- end of figures -->"
    rows = "\n".join(f"| {figure} | {written(value)} |" for figure, value in figures.items())
    section = f"{begin}\n{measured_on}\n\n| figure | value |\n|---|---:|\n{rows}\n{end}"
    known = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if known.search(page):
        return known.sub(lambda _: section, page)
    return f"{page.rstrip()}\n\n## {name}\n\n{section}\n"


def machine() -> str:
    """Return what the figures were measured on, and when."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    today = datetime.now(UTC).date().isoformat()
    python = platform.python_version()
    return (
        f"Measured on {today}: {cores} cores, {platform.machine()}, Python {python}, SQLite {sqlite3.sqlite_version}."
    )


def written(value: float) -> str:
    """Return a figure with as many digits as mean something."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"

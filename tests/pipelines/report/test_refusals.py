"""What a run could not read, in words."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from pipelines.report import refusals, summary
from tests.pipelines.workshop import Workshop


def test_refused_files_are_listed_or_counted(tmp_path: Path) -> None:
    """The first ten with reason and what of them stays; how many more there are, and where they all stand."""
    shop = Workshop(tmp_path)
    shop.file("0.csv", "Name,Email\nAda,ada@gmail.com")
    shop.run("extract")
    for number in range(12):
        shop.file(f"{number}.csv", "Colour,Height\nred,2", day=2)
    run = shop.run("extract")
    out = io.StringIO()
    summary.show(run, Console(file=out, width=300))
    lines = [line.strip() for line in out.getvalue().splitlines()]
    unknown = "none of its 2 columns says anything about contacts or companies."
    assert f"refused: 0.csv: {unknown} 1 row stays of what it gave before." in lines
    assert f"refused: 1.csv: {unknown} Nothing of it is used." in lines
    assert sum(line.startswith("refused: ") for line in lines) == 10
    assert f"… and 2 more: {shop.data}/runs/{run.run}/refused_files.parquet" in lines
    assert refusals.count(run) == 12

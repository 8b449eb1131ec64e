"""Figures reach the README, and the benchmarks run."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.__main__ import README, found, main
from benchmarks.report import refreshed, written


def test_a_table_is_replaced_between_its_markers() -> None:
    """The table of one benchmark is replaced, the rest of the page and the others' tables stay."""
    end = "<!-- end of figures -->\n"
    page = f"a\n<!-- figures of one -->\nold\n{end}b\n<!-- figures of two -->\n{end}"
    once = refreshed(page, "one", {"first_ms": 1.23456, "rows": 1000.0}, "On a machine.")
    assert "old" not in once
    assert "On a machine.\n\n| figure | value |\n|---|---:|\n| first_ms | 1.23 |\n| rows | 1,000 |\n<!--" in once
    assert once.startswith("a\n<!--")
    assert once.endswith(page[page.index("\nb\n") :])
    assert refreshed(once, "one", {"first_ms": 1.23456, "rows": 1000.0}, "On a machine.") == once


def test_a_benchmark_new_to_the_page_goes_to_its_end() -> None:
    """A table that has no place yet gets one, under the benchmark's name, and keeps it."""
    once = refreshed("a\n", "one", {"x": 1.0}, "m")
    assert once.startswith("a\n\n## one\n\n<!-- figures of one -->")
    assert refreshed(once, "one", {"x": 2.0}, "m").count("figures of one") == 1


def test_figures_have_the_digits_that_mean_something() -> None:
    """Counts are whole, small times keep three digits."""
    assert [written(value) for value in (1_000_000.0, 1234.56, 12.345, 0.01234)] == [
        "1,000,000",
        "1,235",
        "12.3",
        "0.0123",
    ]


def test_every_benchmark_is_described() -> None:
    """Each module that is found has a heading of its own in the README."""
    page = README.read_text(encoding="utf-8")
    assert "embedded_crm" in found()
    assert [name for name in found() if f"\n## {name}\n" not in page] == []


def test_rows_are_passed_on(tmp_path: Path) -> None:
    """Asked for so many rows, it measures so many, and the page takes the figures."""
    page = tmp_path / "README.md"
    page.write_text(README.read_text(encoding="utf-8"), encoding="utf-8")
    main(["embedded_crm", "--rows", "60", "--readme", str(page)])
    own = (
        page.read_text(encoding="utf-8")
        .split("<!-- figures of embedded_crm -->")[1]
        .split("<!-- end of figures -->")[0]
    )
    figures = dict(re.findall(r"(?m)^\| (\w+) \| ([\d.,e+-]+) \|$", own))
    assert figures["rows"] == "60"
    assert {"first_page_ms", "last_page_ratio", "creates_per_second_8_at_once"} <= set(figures)

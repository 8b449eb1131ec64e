"""The house rules that no linter knows."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
HOUSES = ("connectors", "pipelines", "tests", "benchmarks", "examples")


def test_no_file_is_longer_than_300_lines() -> None:
    """A file is one concept, and one concept fits in 300 lines."""
    files = [path for house in HOUSES for path in (ROOT / house).rglob("*.py")]
    long = {str(path.relative_to(ROOT)): lines for path in files if (lines := len(path.read_text().splitlines())) > 300}
    assert not long


def test_no_room_is_called_after_nothing() -> None:
    """No module is a drawer for odds and ends."""
    drawers = {"utils", "util", "helpers", "helper", "common", "misc"}
    files = [path for house in HOUSES for path in (ROOT / house).rglob("*.py")]
    assert not [str(path) for path in files if path.stem in drawers]


def test_each_sql_file_makes_the_table_it_is_named_after() -> None:
    """A .sql file starts by saying what its table holds and selects it; only macros and the schema do otherwise."""
    for path in (ROOT / "pipelines" / "sql").rglob("*.sql"):
        text = path.read_text("utf-8")
        assert text.startswith("-- "), path
        if path.stem not in ("macros", "schema"):
            assert "CREATE " not in text, path

"""The house rules that no linter knows."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOUSES = ("connectors", "pipelines", "tests", "benchmarks", "examples")


def floors() -> dict[str, int]:
    """The floor of each room of `pipelines`, counted from the ground, as the import contract says."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract.get("containers") == ["pipelines"])
    return {room.strip(): floor for floor, layer in enumerate(reversed(layers)) for room in layer.split("|")}


def sql_names() -> Iterator[tuple[str, str]]:
    """Each name of an SQL file (or its part before a `{`) in a module of `pipelines`, with the module's room."""
    rooms = {path.parent.parent.name for path in (ROOT / "pipelines").rglob("sql/*")}
    for path in (ROOT / "pipelines").rglob("*.py"):
        room = path.relative_to(ROOT / "pipelines").parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                first, slash, rest = node.value.partition("/")
                if slash and first in rooms and " " not in rest:
                    yield room, node.value


def test_a_room_reads_its_own_sql_or_that_of_a_floor_below() -> None:
    """SQL is called by its name, which the import contract cannot see: the same floors hold for it."""
    floor = floors()
    named = list(sql_names())
    assert len(named) > 40
    wrong = [
        f"{room} reads {name}"
        for room, name in named
        if (home := name.partition("/")[0]) != room and floor[home] >= floor[room]
    ]
    assert not wrong


def test_sql_that_is_named_is_there() -> None:
    """A name that a module spells out leads to a file; one that it puts together leads to a folder of files."""
    for _, name in sql_names():
        room, _, rest = name.partition("/")
        path = ROOT / "pipelines" / room / "sql" / rest
        assert path.with_suffix(".sql").is_file() or list(path.parent.glob(f"{path.name}*")), name


def test_the_house_has_few_rooms() -> None:
    """A newcomer sees all of `pipelines` at once, and each room says in one line what it is for."""
    rooms = [path for path in (ROOT / "pipelines").iterdir() if path.name not in ("__init__.py", "__pycache__")]
    assert len(rooms) <= 14
    for path in rooms:
        if path.is_dir():
            assert (path / "__init__.py").read_text("utf-8").startswith('"""'), path


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
    """An .sql file says what its table holds and selects it; only macros and the ledger's versions do otherwise."""
    paths = list((ROOT / "pipelines").glob("*/sql/**/*.sql"))
    assert len(paths) > 100
    for path in paths:
        text = path.read_text("utf-8")
        assert text.startswith("-- "), path
        if path.stem != "macros" and path.parent.parent.name != "ledger":
            assert "CREATE " not in text, path

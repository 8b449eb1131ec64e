"""A disk that fails is told in one clear line, wherever it fails."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipelines.shell import Shell
from tests.pipelines.workshop import Workshop

ROOT = Path(__file__).resolve().parents[3]
COMMAND = (sys.executable, "-c", "from pipelines.cli.app import main; main()")


@pytest.fixture
def given(shop: Workshop) -> tuple[str | Path, ...]:
    """Give the options that name a shop with a person in its inbox."""
    shop.file("people.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com")
    (shop.root / "sync.toml").write_text('[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n', "utf-8")
    return ("--config", shop.root / "sync.toml", "--data", shop.data)


@pytest.mark.parametrize("command", ["run", "plan", "export", "crm"])
def test_a_crm_that_cannot_be_opened_is_named(
    shop: Workshop, crm_bridge: Shell, given: tuple[str | Path, ...], command: str
) -> None:
    """Whoever opens the embedded CRM says which file it is, and what is wrong with it."""
    (shop.data / "crm.db").mkdir(parents=True)
    said = crm_bridge(command, *given)
    assert said.code == 3
    assert f"{shop.data}/crm.db: it cannot be opened." in said.line


@pytest.mark.parametrize("name", ["runs.db", "runs/index.db"])
@pytest.mark.parametrize("folder", [True, False], ids=["folder", "text"])
def test_dagsters_own_storage_is_named(
    shop: Workshop, crm_bridge: Shell, given: tuple[str | Path, ...], name: str, folder: bool
) -> None:
    """Where Dagster cannot keep what a run does, the line names the folder and what to do; nothing was sent."""
    path = shop.data / "dagster" / "history" / name
    path.parent.mkdir(parents=True)
    if folder:
        path.mkdir()
    else:
        path.write_text("no database" * 1000)
    said = crm_bridge("run", *given, DAGSTER_HOME="")
    trouble = "it cannot be opened" if folder else "damaged: no database of SQLite"
    assert (said.code, f"Dagster's history in {shop.data}/dagster: {trouble}." in said.line) == (3, True)


@pytest.mark.parametrize(
    ("command", "size", "words"),
    [("run", 140_000, "Dagster's history in"), ("run", 2_000, "Dagster's history in"), ("plan", 20_000, "snapshot: ")],
)
def test_a_limit_on_files_is_one_line(given: tuple[str | Path, ...], command: str, size: int, words: str) -> None:
    """A file that may not grow fails SQLite and Arrow alike, in the midst of their work."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CRM_BRIDGE_", "DAGSTER"))}
    said = subprocess.run(
        [*COMMAND, command, *map(str, given)],
        cwd=ROOT,
        env=environment | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )
    (line,) = said.stderr.splitlines()
    assert said.returncode == 3
    assert words in line
    assert "unexpected" not in line

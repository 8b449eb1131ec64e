"""`crm-bridge new-source`: what it writes works as it is, and it writes over nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.errors import ConfigurationError
from pipelines.cli.new_source import new_source

ROOT = Path(__file__).resolve().parents[3]

BUILD = """
from pathlib import Path
from pipelines.settings import sources
from pipelines.settings.sections import Settings
source = {"kind": "acme_crm", "options": {"base_url": "https://api.acme.example"}}
settings = Settings.model_validate({"sources": {"acme": source}, "folder": Path()})
print(sources.build("acme", settings).origin, sources.pulls("acme", settings))
"""


def python(*args: str, folder: Path, path: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, with this repository and maybe another place on its path."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CRM_BRIDGE_", "PYTEST"))}
    environment["PYTHONPATH"] = os.pathsep.join({str(ROOT), str(path)})
    return subprocess.run(
        [sys.executable, *args], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A connector that was just written."""
    folder = tmp_path_factory.mktemp("new") / "acme"
    new_source("acme_crm", folder)
    return folder


def test_its_own_tests_pass_at_once(package: Path) -> None:
    """The suite and the written test pass in the folder as it is."""
    said = python("-m", "pytest", "-q", "-p", "no:cacheprovider", folder=package)
    assert said.returncode == 0, said.stdout[-3000:]
    # Six cases of a real account, and three of what the made-up API has not: merges of two streams, conversions.
    passed = re.search(r"^(\d+) passed, 9 skipped", said.stdout, re.MULTILINE)
    assert passed is not None, said.stdout[-300:]
    assert int(passed[1]) > 60


def test_it_is_written_as_this_repository_is(package: Path) -> None:
    """Its rules are those of the code around it; whose package is whose is another matter in a folder of its own."""
    rules = ("--config", str(ROOT / "pyproject.toml"), "--no-cache", "--ignore", "S101,I001")
    said = python("-m", "ruff", "check", *rules, ".", folder=package)
    assert said.returncode == 0, said.stdout


def test_installed_it_is_a_kind_of_source(package: Path, tmp_path: Path) -> None:
    """Its entry point makes `kind = "acme_crm"` known, without a line in this repository."""
    pip = ("-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target")
    said = python(*pip, str(tmp_path / "site"), str(package), folder=tmp_path)
    assert said.returncode == 0, said.stderr[-2000:]
    said = python("-c", BUILD, folder=tmp_path, path=tmp_path / "site")
    assert said.stdout == "https://api.acme.example True\n", said.stderr[-2000:]


def test_it_writes_over_nothing(tmp_path: Path) -> None:
    """A folder that is there is left as it is."""
    (tmp_path / "mine").mkdir()
    with pytest.raises(ConfigurationError, match="it is there already, and is left as it is"):
        new_source("acme_crm", tmp_path / "mine")
    assert list((tmp_path / "mine").iterdir()) == []


@pytest.mark.parametrize("name", ["", "Acme", "acme-crm", "4711", "../x", "class", "a" * 64, "acme crm"])
def test_a_name_that_is_none_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    """What no module and no setting could be called."""
    with pytest.raises(ConfigurationError, match="cannot be the name of a connector"):
        new_source(name, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["csv_file", "giant_context", "errors"])
def test_a_name_that_is_taken_is_refused(tmp_path: Path, name: str) -> None:
    """Two connectors of one name would be one for the settings."""
    with pytest.raises(ConfigurationError, match="is taken"):
        new_source(name, tmp_path / "new")

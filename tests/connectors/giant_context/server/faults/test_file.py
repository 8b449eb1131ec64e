"""The file of faults: what may stand in it, and how it is told what is wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from connectors.errors import ConfigurationError
from connectors.giant_context.server.faults.file import FaultFile, read_plan
from connectors.giant_context.server.faults.kinds import KINDS, Fault, fault
from tests.connectors.giant_context.server.crm import REPOSITORY

GUIDE = (REPOSITORY / "docs" / "faults.md").read_text("utf-8")
FIRST = '[[fault]]\nroute = "POST contacts"\nkind = "html"\n'


def written(folder: Path, text: str) -> Path:
    """A file of faults."""
    path = folder / "faults.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_is_a_plan(tmp_path: Path) -> None:
    """Each [[fault]] is one, in the file's order, under the file's seed."""
    second = '[[fault]]\nroute = "GET *"\nshare = 0.5\nkind = "status"\nstatus = 429\nretry_after = "date+30"\n'
    plan = read_plan(written(tmp_path, "seed = 7\n" + FIRST + "nth = [1, 3]\n" + second))
    assert plan.seed == 7
    assert plan.faults == (
        fault("POST contacts", "html", nth=[1, 3]),
        fault("GET *", "status", share=0.5, status=429, retry_after="date+30"),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seed = ", "not valid TOML"),
        ("", "fault: missing; give at least one [[fault]]"),
        ("sede = 1\n" + FIRST, "sede: unknown key here"),
        ('seed = "x"\n' + FIRST, "seed: Input should be a valid integer"),
        (FIRST + "seconds = 1", "[[fault]] 1: seconds: unknown key here"),
        (FIRST.replace("html", "htlm"), "[[fault]] 1: kind: must be one of black_hole, delay"),
        (FIRST.replace("kind", "kin"), "[[fault]] 1: kind: must be one of black_hole, delay"),
        (FIRST.replace("html", "delay"), "[[fault]] 1: seconds: missing"),
        (FIRST.replace("contacts", "contact"), '[[fault]] 1: route: names no call; "POST contacts" would'),
        (FIRST.replace("POST contacts", "nonsense"), "[[fault]] 1: route: names no call"),
        (FIRST + FIRST + "nth = [0]", "[[fault]] 2: nth: Input should be greater than or equal to 1"),
        (FIRST + FIRST + 'nth = "first"', "[[fault]] 2: nth: Input should be a valid tuple"),
        (FIRST + "nth = 1\nevery = 2", "[[fault]] 1: give one of nth, every and share"),
        (FIRST.replace("html", "remove_row"), '[[fault]] 1: route must be "GET contacts", "GET companies"'),
        ("fault = 3", "fault: Input should be a valid tuple"),
        ("fault = [3]", "[[fault]] 1: "),
        (FIRST.replace('"html"', '"status"\nstatus = 429\nretry_after = true'), "[[fault]] 1: retry_after: "),
    ],
)
def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    """The line names the file, the fault and the key, and what would be right."""
    path = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        read_plan(path)
    assert str(caught.value).startswith(f"{path}: {words}")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    """A path that cannot be read is an error that names it."""
    with pytest.raises(ConfigurationError, match="no such file"):
        read_plan(tmp_path / "none.toml")
    (tmp_path / "faults.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_plan(tmp_path / "faults.toml")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_plan(tmp_path)


def test_every_kind_and_key_is_documented() -> None:
    """Each kind has a row in docs/faults.md, which has no other, and each key stands there."""
    assert set(re.findall(r"^\| `(\w+)` \|", GUIDE.partition("## The kinds")[2], re.MULTILINE)) == KINDS
    keys = {name for model in (FaultFile, *get_args(Fault)) for name in model.model_fields}
    assert not [key for key in sorted(keys) if f"`{key}`" not in GUIDE]


def test_examples_in_the_documentation_can_be_used(tmp_path: Path) -> None:
    """Each TOML block of docs/faults.md is read as a plan."""
    blocks = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    assert blocks
    for block in blocks:
        assert read_plan(written(tmp_path, block)).faults

"""The example inbox is what its generator makes, and lands as its README says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import phonenumbers
import pytest

from connectors.contract import Part
from connectors.csv_file import Options, Source
from connectors.csv_file.lines import physical_lines

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture(scope="module")
def parts() -> dict[str, Part]:
    """The parts of the example inbox by file."""
    found = list(Source(Options(path=EXAMPLES / "inbox")).read())
    return {part.name: part for part in found if isinstance(part, Part)}


def test_generator_makes_the_committed_files(tmp_path: Path) -> None:
    """Running the generator changes no byte."""
    subprocess.run([sys.executable, EXAMPLES / "make_inbox.py", tmp_path], check=True)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert made == {name: (EXAMPLES / name).read_bytes() for name in made}
    assert {path.name for path in (EXAMPLES / "inbox").iterdir()} == {path.name for path in made if path.parent.name}


def test_every_file_is_read_in_its_own_layout(parts: dict[str, Part]) -> None:
    """Five files, five layouts, about five hundred rows, and the three bad rows set aside on the lines promised."""
    source = Source(Options(path=EXAMPLES / "inbox"))
    layouts = {name: source.layout(part.object, part.columns).name for name, part in parts.items()}
    assert layouts == {
        "google_contacts.csv": "google_contacts",
        "hubspot_companies.csv": "hubspot_companies",
        "hubspot_contacts.csv": "hubspot_contacts",
        "linkedin_connections.csv": "linkedin_connections",
        "webinar_signups.csv": "plain",
    }
    rows, aside = 0, set()
    for name, part in parts.items():
        rows += sum(batch.num_rows for batch in part.batches())
        aside |= {f"{name}:{line}" for line in part.rejected()["line"].to_pylist()}
    assert 450 <= rows <= 550
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    promised = re.findall(
        r"`([a-z_.]+:\d+)`", "".join(re.findall(r"(?m)^\| (?:ragged row|row with a NUL) .*$", readme))
    )
    assert aside == set(promised)
    assert len(aside) == 3


def test_readme_points_at_the_right_rows(parts: dict[str, Part]) -> None:
    """A row found by its value stands on the physical line that the README names, after preambles and line breaks."""
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for name, column, value in [
        ("google_contacts.csv", "Last Name", "Faxer"),
        ("linkedin_connections.csv", "Last Name", "Kövér"),
        ("webinar_signups.csv", "Email", "test@test.com"),
    ]:
        (part,) = Source(Options(path=EXAMPLES / "inbox" / name)).read()
        assert isinstance(part, Part)
        cells = [cell for batch in part.batches() for cell in batch.column(column).to_pylist()]
        lines = physical_lines(EXAMPLES / "inbox" / name, [cells.index(value)], part.facts)
        assert lines is not None
        assert f"`{name}:{lines[cells.index(value)]}`" in readme


def test_phones_are_valid_but_for_those_meant_to_be_bad() -> None:
    """Numbers for fiction still pass for numbers, so that the example shows matching by phone."""
    bad = set()
    for name, column in [("hubspot_contacts.csv", "Phone Number"), ("hubspot_companies.csv", "Phone Number")]:
        (part,) = Source(Options(path=EXAMPLES / "inbox" / name)).read()
        assert isinstance(part, Part)
        for batch in part.batches():
            for value in filter(None, batch.column(column).to_pylist()):
                try:
                    valid = phonenumbers.is_valid_number(phonenumbers.parse(value, "GB"))
                except phonenumbers.NumberParseException:
                    valid = False
                if not valid:
                    bad.add(value)
    assert bad == {"call me!"}

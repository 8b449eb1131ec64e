"""Files at a glance: the same as when they are read, without reading them."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.contract import Glimpse, Part
from connectors.csv_file import Options, Source
from connectors.csv_file.encoding import codec_at_a_glance
from connectors.errors import SourceRefused

EXAMPLES = Path(__file__).parents[3] / "examples" / "inbox"

ODD = {
    "book.csv": b"PK\x03\x04",
    "empty.csv": b"",
    "header.csv": b"Email\n",
    "marked.csv": "\ufeffEmail,Phone\na@b.de,1\n".encode("utf-16"),
    "sep.csv": b"sep=;\nEmail;Phone\n",
    "twins.csv": b"Email,Email\na,b\n",
    "unnamed.csv": b"Email,,Phone\na,b,c\n",
}


def test_the_examples_are_told_as_they_are_read() -> None:
    """Name, object and columns of each file; none where only the whole file tells its encoding."""
    source = Source(Options(path=EXAMPLES))
    read = {one.name: Glimpse(one.name, one.object, one.columns) for one in source.read() if isinstance(one, Part)}
    glanced = [one for one in source.glance() if isinstance(one, Glimpse)]
    assert {one.name for one in glanced} == read.keys()
    told = [one for one in glanced if one.columns]
    assert len(told) >= len(glanced) - 1
    assert [read[one.name] for one in told] == told


@pytest.mark.parametrize("name", ODD)
def test_a_refusal_at_a_glance_is_that_of_reading(tmp_path: Path, name: str) -> None:
    """In the same words; and what is not refused has the same columns."""
    path = tmp_path / name
    path.write_bytes(ODD[name])
    source = Source(Options(path=path))
    (read,), (glanced,) = source.read(), source.glance()
    if isinstance(read, SourceRefused):
        assert isinstance(glanced, SourceRefused)
        assert str(glanced) == str(read)
    else:
        assert glanced == Glimpse(read.name, read.object, read.columns)


def test_sizes_are_those_of_the_files_that_would_be_read(tmp_path: Path) -> None:
    """A link is none of them."""
    (tmp_path / "a.csv").write_bytes(b"Email\n")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    assert list(Source(Options(path=tmp_path)).sizes()) == [6]


def test_a_declared_encoding_is_taken_at_its_word(tmp_path: Path) -> None:
    """What is not UTF-8 and not declared is left to whoever reads the whole file."""
    path = tmp_path / "a.csv"
    path.write_bytes("Straße\n".encode("cp1252"))
    assert codec_at_a_glance(path, "cp1252") == "cp1252"
    assert codec_at_a_glance(path, None) is None

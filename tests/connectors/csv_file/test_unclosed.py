"""A quote that is never closed."""

from pathlib import Path

from connectors.csv_file import Options, Source
from connectors.errors import SourceRefused


def test_refusal_names_the_quote_and_not_the_columns(tmp_path: Path) -> None:
    """The reason is the open quote, with its line, although other delimiters would get through the file."""
    path = tmp_path / "a.csv"
    path.write_text('Email,First Name,Last Name\nq1@x.com,Quo,Te\nq2@x.com,"Unclosed,Te\nq3@x.com,Quo,Three\n')
    (refused,) = Source(Options(path=path)).read()
    assert isinstance(refused, SourceRefused)
    assert "quote" in refused.reason
    assert refused.line == 3

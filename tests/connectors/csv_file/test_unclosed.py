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


def test_refusal_of_a_short_file_speaks_of_its_end(tmp_path: Path) -> None:
    """A quote that no further one closes is said to stay open; a length is named only where it ends the search."""
    path = tmp_path / "a.csv"
    path.write_text('Email,First Name\nq1@x.com,Quo\nq2@x.com,"Unclosed\n')
    (refused,) = Source(Options(path=path)).read()
    assert isinstance(refused, SourceRefused)
    assert refused.reason == "a quote is never closed, so the rows after it cannot be told apart."
    path.write_text('Email,First Name\nq2@x.com,"Unclosed\n' + "q3@x.com,Quo\n" * 200_000)
    (refused,) = Source(Options(path=path)).read()
    assert isinstance(refused, SourceRefused)
    assert "a quote is not closed within 2,000,000 characters" in refused.reason

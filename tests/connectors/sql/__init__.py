"""Tests of SQL as a source."""

_QUERY = "SELECT 1 AS id, 'a;-- b' AS email"
ENDED = (
    f"{_QUERY}; -- all",
    f"{_QUERY}; /* all; of\nthem */ ;\n-- and; that is it",
    f"{_QUERY}; -- it's all",
    f"{_QUERY} -- all;",
    f"{_QUERY} -- all; -- of them\n WHERE 1 = 1;",
    f"-- first; then\n{_QUERY} /* ; */ ;;",
)
"""One query of one row, with what people write before, within and behind it."""

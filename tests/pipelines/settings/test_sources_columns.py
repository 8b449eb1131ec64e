"""Columns that the settings name."""

import pytest

from connectors.errors import ConfigurationError
from tests.pipelines.workshop import TO_CLEAN, Workshop


def test_a_column_that_no_file_has_is_named(shop: Workshop) -> None:
    """A slip of the pen in the mapping ends the run before anything is mapped, with the key and the column."""
    shop.sections = {
        "sources": {
            "inbox": {"kind": "csv_file", "options": {"path": "inbox"}, "columns": {"emails": ["NoSuchColumn"]}},
        }
    }
    shop.file("a.csv", "Email,First name\nada@acme.com,Ada")
    with pytest.raises(ConfigurationError, match=r"sources\.inbox\.columns\.emails: no file has .* NoSuchColumn"):
        shop.run(*TO_CLEAN)

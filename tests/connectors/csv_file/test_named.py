"""What the columns of a table mean whose maker may have known our fields."""

from __future__ import annotations

import pytest

from connectors.csv_file.named import named_layout
from connectors.errors import SourceRefused
from connectors.records import LANDED


@pytest.mark.parametrize("object_name", sorted(LANDED))
def test_each_fields_own_name_is_that_field(object_name: str) -> None:
    """A column that is called as a field means it first, in whatever case."""
    names = LANDED[object_name].names
    layout = named_layout(object_name, [name.upper() for name in names], "wh")
    assert {field: columns[0] for field, columns in layout.columns.items()} == {name: name.upper() for name in names}


def test_other_columns_go_by_the_words_of_headers() -> None:
    """What is called otherwise is known as in a CSV file, and comes after a column of the field's own name."""
    layout = named_layout("contacts", ["person_key", "emails", "work_email", "Vorname", "height"], "wh", "PERSON_KEY")
    assert layout.columns == {
        "source_id": ("person_key",),
        "emails": ("emails", "work_email"),
        "first_name": ("Vorname",),
    }


def test_a_column_means_one_field() -> None:
    """A column that is a field by its own name is no other one by a word."""
    layout = named_layout("companies", ["source_id", "company_name", "name", "id"], "wh")
    assert layout.columns["source_id"] == ("source_id",)
    assert layout.columns["name"] == ("name",)


@pytest.mark.parametrize("object_name", sorted(LANDED))
def test_columns_that_say_nothing_are_refused(object_name: str) -> None:
    """An id and a change time say nothing about anyone."""
    with pytest.raises(SourceRefused, match="wh: none of its 3 columns"):
        named_layout(object_name, ["source_id", "modified_at", "colour"], "wh")

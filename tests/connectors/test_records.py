"""The table of fields: a row of it is all that a new contact field takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from connectors.records import CONTACT


def test_a_new_contact_field_is_one_row_of_the_table(tmp_path: Path) -> None:
    """It is mapped, cleaned, golden, planned, sent, explained, kept where a human edits it, and cleared."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.connectors.new_field", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert ended.stdout.splitlines() == [
        "created: ['Countess', 'Prof']",
        "explained: ['Countess']",
        "sent again: []",
        "changed by the source, and by a human: ['Lady', 'Al']",
        "cleared by the source: [None, 'Al']",
    ], ended.stderr


def test_each_field_has_a_place_of_its_own() -> None:
    """No two fields go to the same place in the CRM, and what is plain goes somewhere."""
    places = [field.crm for field in CONTACT.sent]
    assert len(set(places)) == len(places)
    assert all(field.crm and not field.many for field in CONTACT.plain)
    assert all(field.name == field.crm for field in CONTACT.plain if field.column)


def test_a_property_has_no_column() -> None:
    """A field stands in a column of the CRM's contacts or in their properties, never in both."""
    for field in CONTACT.sent:
        assert (field.column is None) != (field.property_key is None)
    assert CONTACT.field("company_name").column == "company_id"
    assert CONTACT.field("linkedin_url").property_key == "linkedin_url"

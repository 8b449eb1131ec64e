"""Previews show how a table looks, not who is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.defs.preview import COLUMNS, markdown, masked
from pipelines.lake.engine import Engine, engine
from pipelines.lake.lake import Lake
from pipelines.settings.sections import Privacy
from tests.pipelines.workshop import SYNC, Workshop


@pytest.fixture
def step(tmp_path: Path) -> Iterator[Engine]:
    """A database with one golden person."""
    with engine(Lake(tmp_path), "run", memory="2GB", threads=2) as opened:
        row = {"person_id": "p1", "records": 2, "first_name": "Jane", "last_name": None, "email": "jane@acme.com"}
        opened.put("golden", pa.Table.from_pylist([{**row, "phone": "+13125550115", "title": "CEO"}]))
        yield opened


@pytest.mark.parametrize(
    ("text", "shown"),
    [("jane@acme.com", "j•••@acme.com"), ("+13125550115", "+•••"), ("Jane", "J•••"), ("", ""), ("a@b@c.d", "a•••")],
)
def test_value_keeps_its_first_letter_and_an_email_its_domain(text: str, shown: str) -> None:
    """The rest is hidden, its length too."""
    assert masked(text) == shown


def test_preview_masks_personal_columns_and_shows_the_others(step: Engine) -> None:
    """A missing value is an empty cell."""
    text = markdown(step, "golden", Privacy())
    assert text.splitlines()[-1].replace(" ", "") == "|p1|2|J•••||j•••@acme.com|+•••|C•••|"


def test_preview_shows_values_where_the_settings_say_so(step: Engine) -> None:
    """`privacy.show_values` turns the mask off."""
    assert "jane@acme.com" in markdown(step, "golden", Privacy(show_values=True))


def test_every_preview_fits_its_table(tmp_path: Path) -> None:
    """Each table of a real run has the columns that its preview shows, and no personal value gets through."""
    shop = Workshop(tmp_path)
    shop.file(
        "a.csv", "First name,Last name,Email,Phone,Title\nJane,Quibble,quibble@acme.com;q2@acme.com,312-555-0115,Zar"
    )
    shop.run(*SYNC, "candidates")
    with shop.work("reading").engine() as step:
        for table in COLUMNS:
            step.read(table)
            text = markdown(step, table, Privacy())
            assert not any(value in text for value in ("Jane", "Quibble", "quibble", "555", "Zar"))

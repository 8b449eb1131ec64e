"""Control characters are looked for landing by landing: as often as there are landings, not columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from connectors.contract import Layout
from pipelines.intake import controls
from pipelines.lake.lake import Lake
from tests.pipelines.workshop import Workshop


def test_a_landing_without_the_fact_is_one_select(tmp_path: Path) -> None:
    """However many of its columns are mapped: landings of the time before the fact are looked through for ever."""
    shop = Workshop(tmp_path)
    shop.table("people.csv", ["Name", "Email", "Phone", "Title", "City"], [["Ada Lovelace", "a@a.example", "", "", ""]])
    shop.run("extract")
    (landing,) = Lake(shop.data).landings()
    old = replace(landing, facts={})
    columns = {"full_name": ("Name",), "emails": ("Email",), "title": ("Title", "City")}
    layout = Layout("plain", "contacts", columns)
    assert len(list(controls.found(old, layout, "'x.parquet'"))) == 1
    assert list(controls.found(landing, layout, "'x.parquet'")) == []
    assert list(controls.found(old, Layout("plain", "contacts", {}), "'x.parquet'")) == []

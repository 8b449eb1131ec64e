"""Fields that reach the CRM's properties where the settings say so."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.report import explain
from tests.pipelines.workshop import AGAIN, Workshop

FIELDS = ("company_website", "city", "country", "birthday")
HEADER = "ID,First name,Last name,Email,City,Birthday,Country,Website"


def shop_with(tmp_path: Path, *properties: str) -> Workshop:
    """A workshop that sends these, with a row of one person."""
    shop = Workshop(tmp_path, crm={"properties": list(properties)})
    shop.file("people.csv", f"{HEADER}\n1,Ada,Lovelace,ada@acme.com,London,1815-12-10,GB,www.acme.com")
    return shop


def test_they_are_golden_and_stay_here_unless_asked_for(tmp_path: Path) -> None:
    """City, country, birthday and company's website are golden and explained; no property is sent by default."""
    shop = shop_with(tmp_path)
    shop.run()
    (golden,) = shop.rows("golden")
    values = ("www.acme.com", "London", "GB", "1815-12-10")
    assert tuple(golden[name] for name in FIELDS) == values
    assert all(golden[f"{name}_from"] for name in FIELDS)
    assert {*shop.contact("ada@acme.com").properties} == {"crm_bridge_id"}
    (ada,) = explain.find(shop.work(), "ada@acme.com")
    assert ("city", "London", "people.csv", "line 2") in ada.fields


def test_they_are_sent_where_the_settings_say_so(tmp_path: Path) -> None:
    """Asked for later, they fill what is there; they follow the source, and a human's edit wins."""
    shop = shop_with(tmp_path)
    shop.run()
    shop.sections = {"crm": {"properties": ["city", "birthday"]}}
    shop.run()
    ada = shop.contact("ada@acme.com")
    assert {key: ada.properties[key] for key in ("city", "birthday")} == {"city": "London", "birthday": "1815-12-10"}
    assert "country" not in ada.properties
    shop.edit(ada.id, properties={**ada.properties, "birthday": "1815-12-11"})
    shop.file("people.csv", f"{HEADER}\n1,Ada,Lovelace,ada@acme.com,Paris,1815-12-12,GB,www.acme.com", day=2)
    shop.run()
    ada = shop.contact("ada@acme.com")
    assert (ada.properties["city"], ada.properties["birthday"]) == ("Paris", "1815-12-11")
    shop.run(*AGAIN)
    assert shop.rows("applied") == []


def test_odd_texts_are_equal_to_themselves(tmp_path: Path) -> None:
    """Whatever JSON makes of quotes, slashes and letters: what was sent is not sent again."""
    shop = Workshop(tmp_path, crm={"properties": ["city"]})
    shop.table("people.csv", HEADER.split(","), [["1", "A", "B", "a@b.example", 'Zürich "Süd" \\ /é/ 🏔', "", "", ""]])
    shop.run()
    assert shop.contact("a@b.example").properties["city"] == 'Zürich "Süd" \\ /é/ 🏔'
    shop.run(*AGAIN)
    assert shop.rows("applied") == []


def test_a_setting_that_goes_leaves_what_was_sent(tmp_path: Path) -> None:
    """What is sent no more is not taken back."""
    shop = shop_with(tmp_path, *FIELDS)
    shop.run()
    assert shop.contact("ada@acme.com").properties["company_website"] == "www.acme.com"
    shop.sections = {}
    shop.run()
    assert shop.rows("plan") == []
    assert shop.contact("ada@acme.com").properties["country"] == "GB"


def test_only_such_fields_can_be_asked_for(tmp_path: Path) -> None:
    """Another name is refused, and the ones that there are are named."""
    with pytest.raises(ValueError, match="company_website, city, country, birthday"):
        shop_with(tmp_path, "title").run()

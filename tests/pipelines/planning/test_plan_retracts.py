"""What was ours and is supported by nothing any more: a corrected mapping is replayed over what landed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.workshop import AGAIN, TO_CLEAN, Workshop

FILE = """ID,First name,Last name,Email,Direct Line,Fax,Remark
1,Ada,Lovelace,ada@acme.com,312-555-0101,312-555-0901,good
2,Alan,Turing,alan@acme.com,,312-555-0902,better
3,Grace,Hopper,grace@acme.com,,312-555-0903,best"""


def mapped(retract: str, **columns: Any) -> dict[str, Any]:
    """The settings with these columns mapped, and what becomes of what nothing supports."""
    fields = {name: {"retract": retract} for name in ("phone", "properties", "title", "tags")}
    inbox = {"kind": "csv_file", "options": {"path": "inbox"}, "columns": {"source_id": "ID", **columns}}
    return {"sources": {"inbox": inbox}, "fields": fields, "match": {"default_region": "US"}}


WRONG = {"phones": ["Fax", "Direct Line"], "title": "Remark"}
RIGHT = {"phones": ["Direct Line"], "title": []}


@pytest.fixture(scope="module")
def wrongly(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Fax numbers and remarks were synced as phones and titles, a human mended one, and the mapping is right now."""
    shop = Workshop(tmp_path_factory.mktemp("wrongly"), **mapped("review", **WRONG))
    shop.file("people.csv", FILE)
    shop.run()
    assert shop.contact("Lovelace").phone == "+13125550901"
    shop.edit(shop.contact("Hopper").id, phone="+1 312-555-0777", title="Admiral")
    shop.sections = mapped("review", **RIGHT)
    shop.run(*TO_CLEAN, "snapshot")
    return shop


def phones(shop: Workshop) -> dict[str, tuple[Any, ...]]:
    """Each contact's phone, further phones and title."""
    return {one.last_name: (one.phone, one.properties.get("other_phones"), one.title) for one in shop.contacts()}


def test_wrong_values_are_taken_back_where_no_human_touched_them(wrongly: Workshop, tmp_path: Path) -> None:
    """With `retract = "write"` what nothing supports goes, the right number comes instead, and nothing comes twice."""
    shop = wrongly.twin(tmp_path)
    shop.sections = mapped("write", **RIGHT)
    entries = len(shop.crm(lambda crm: crm.list_activities()).data)
    shop.run("resolve", "plan", "apply")
    assert phones(shop) == {
        "Lovelace": ("+13125550101", ["+13125550101"], None),  # it was a further one, and is right
        "Turing": (None, None, None),
        "Hopper": ("+1 312-555-0777", None, "Admiral"),
    }
    assert len(shop.crm(lambda crm: crm.list_activities()).data) == entries
    assert shop.run(*AGAIN).reports["apply"].counts["calls"] == 0


@pytest.mark.parametrize(("retract", "listed"), [("review", 3), ("keep", 0)])
def test_by_default_what_nothing_supports_is_listed_and_stays(
    wrongly: Workshop, tmp_path: Path, retract: str, listed: int
) -> None:
    """Under `review` it stands in the plan for a human, under `keep` nothing is said; neither is written."""
    shop = wrongly.twin(tmp_path)
    shop.sections = mapped(retract, **RIGHT)
    before = phones(shop)
    shop.run("resolve", "plan", "apply")
    held = [row for row in shop.rows("plan") if row["change"] == "retract"]
    assert {row["decision"] for row in held} <= {"review"}
    assert len(held) == listed
    after = phones(shop)
    assert {name: after[name] for name in ("Turing", "Hopper")} == {name: before[name] for name in ("Turing", "Hopper")}


def test_what_stood_there_before_us_is_put_back(shop: Workshop) -> None:
    """A value that we overwrote under `source_wins` returns once nothing supports ours."""
    there = shop.type_in(first_name="Ada", last_name="Lovelace", email="ada@acme.com", title="Countess")
    shop.file("people.csv", FILE)
    settings = mapped("write", **WRONG)
    settings["fields"]["title"]["policy"] = "source_wins"
    shop.sections = settings
    shop.run()
    assert shop.contact(there.id).title == "good"
    shop.sections = {**settings, "sources": mapped("write", **RIGHT)["sources"]}
    shop.run()
    assert shop.contact(there.id).title == "Countess"
    assert shop.run(*AGAIN).reports["apply"].counts["calls"] == 0


def test_one_property_goes_back_to_nothing(shop: Workshop) -> None:
    """A single property that was empty before us is taken out again, and what stands beside it is left alone."""
    url = "https://www.linkedin.com/in/ada"
    there = shop.type_in(first_name="Ada", last_name="Lovelace", email="ada@acme.com", properties={"theirs": 1})
    shop.file("people.csv", f"ID,First name,Last name,Email,Web\n1,Ada,Lovelace,ada@acme.com,{url}")
    shop.sections = mapped("write", linkedin_url="Web")
    shop.run()
    assert shop.contact(there.id).properties["linkedin_url"] == url
    shop.sections = mapped("write", linkedin_url=[])
    shop.run()
    assert shop.contact(there.id).properties == {"theirs": 1}
    assert shop.run(*AGAIN).reports["apply"].counts["calls"] == 0


def test_an_earlier_version_of_a_row_is_evidence(shop: Workshop) -> None:
    """A title that a newer file leaves blank is not taken back: the older one says it still."""
    shop.sections = mapped("write", title="Job")
    shop.file("people.csv", "ID,First name,Last name,Email,Job\n1,Ada,Lovelace,ada@acme.com,CEO")
    shop.run()
    shop.file("people.csv", "ID,First name,Last name,Email,Job\n1,Ada,Lovelace,ada@acme.com,", day=2)
    shop.run()
    assert shop.contact("Lovelace").title == "CEO"
    assert [row for row in shop.rows("plan") if row["change"] == "retract"] == []

"""The last look before an update: what a human does between the snapshot and the write stays."""

import json
from pathlib import Path

import pytest

from connectors.giant_context.wire import ContactUpdate
from tests.pipelines.workshop import AGAIN, TO_PLAN, Workshop

HEADER = "Email,First name,Last name,Title,Labels"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """One contact synced, then changed at the source, then planned; not applied yet."""
    shop = Workshop(tmp_path_factory.mktemp("planned"))
    shop.file("a.csv", f"{HEADER}\nada@acme.com,Ada,Lovelace,CEO,lead")
    shop.run()
    shop.file("a.csv", f"{HEADER}\nada@acme.com,Ada,Lovelace,CTO,lead;vip", day=2)
    shop.run(*TO_PLAN, run="late")
    return shop


@pytest.fixture
def shop(planned: Workshop, tmp_path: Path) -> Workshop:
    """Give that contact to one test."""
    return planned.twin(tmp_path)


def test_a_field_that_a_human_changed_after_the_snapshot_is_not_overwritten(shop: Workshop) -> None:
    """The write waits for the next run, which sees the edit and lets it stand."""
    contact = shop.contact("ada@acme.com")
    shop.crm(lambda crm: crm.update_contact(contact.id, ContactUpdate(title="Chief Wizard")))
    work = shop.run("apply", run="late")
    assert work.reports["apply"].counts["changed_meanwhile"] == 1
    assert shop.contact("ada@acme.com").title == "Chief Wizard"
    shop.run(*AGAIN)
    assert shop.contact("ada@acme.com").title == "Chief Wizard"


def test_tags_and_properties_that_a_human_added_after_the_snapshot_stay(shop: Workshop) -> None:
    """Lists and maps are put together around what stands there at the moment of the write."""
    contact = shop.contact("ada@acme.com")
    shop.crm(lambda crm: crm.tag_contact(contact.id, "by hand"))
    shop.crm(lambda crm: crm.set_contact_field(contact.id, "note", "likes tea"))
    shop.run("apply", run="late")
    found = shop.contact("ada@acme.com")
    assert set(found.tags) == {"lead", "vip", "by hand"}
    assert found.properties["note"] == "likes tea"
    assert found.title == "CTO"


@pytest.mark.parametrize("before", ["lead", "lead;hot"])
def test_a_tag_that_a_human_gave_or_took_after_the_snapshot_is_his(tmp_path: Path, before: str) -> None:
    """The tag that the plan gives stands there by now in another spelling; or the one that it takes away is gone."""
    shop = Workshop(tmp_path)
    shop.file("a.csv", f"{HEADER}\nada@acme.com,Ada,Lovelace,CEO,{before}")
    shop.run()
    after = "lead;vip" if before == "lead" else "lead"
    shop.file("a.csv", f"{HEADER}\nada@acme.com,Ada,Lovelace,CEO,{after}", day=2)
    shop.run(*TO_PLAN, run="late")
    ada = shop.contact("ada@acme.com")
    if before == "lead":
        shop.crm(lambda crm: crm.tag_contact(ada.id, "VIP"))
    else:
        shop.untag(ada.id, "hot")
    work = shop.run("apply", run="late")
    assert work.reports["apply"].counts["changed_meanwhile"] == 1
    assert shop.contact("ada@acme.com").tags == (["lead", "VIP"] if before == "lead" else ["lead"])
    assert shop.run(*AGAIN).reports["apply"].counts["calls"] == 0


def test_a_contact_that_a_human_archived_after_the_snapshot_is_left_alone(shop: Workshop) -> None:
    """Archiving is a decision about the whole contact."""
    contact = shop.contact("ada@acme.com")
    shop.crm(lambda crm: crm.update_contact(contact.id, ContactUpdate(status="archived")))
    shop.run("apply", run="late")
    assert shop.contact("ada@acme.com").title == "CEO"


def test_untouched_objects_are_written_as_planned(shop: Workshop) -> None:
    """The look costs a call and changes nothing, and the run after it has nothing to do."""
    shop.run("apply", run="late")
    assert shop.contact("ada@acme.com").title == "CTO"
    work = shop.run(*AGAIN)
    assert work.reports["apply"].counts["calls"] == 0
    assert json.loads(shop.rows("current_contacts")[0]["properties"])["crm_bridge_id"]

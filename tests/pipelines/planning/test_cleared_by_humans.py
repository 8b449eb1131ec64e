"""What stood in the CRM, ours or not, and is empty now was emptied by a human: it stays empty."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.workshop import AGAIN, SYNC, TO_RESOLVE, Workshop

HEADER = "ID,First name,Last name,Email,Phone,Title,Department,Tags"
EMPTY = "1,Ada,Lovelace,ada@acme.com,,,,"
FULL = "1,Ada,Lovelace,ada@acme.com;a2@acme.com,312-555-0111,CFO,Looms,vip;new"


def changes(shop: Workshop) -> set[tuple[Any, ...]]:
    """The plan's rows, briefly."""
    return {(row["field"], row["proposed"], row["decision"], row["rule"]) for row in shop.rows("plan")}


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A contact that a human made, linked by a run that had nothing to write; then the human empties all of it."""
    shop = Workshop(tmp_path_factory.mktemp("met"), crm={"imported_activity": "never"})
    ada = shop.type_in(
        first_name="Ada",
        last_name="Lovelace",
        email="ada@acme.com",
        phone="(312) 555-0111",
        title="Countess",
        department="Engines",
        tags=["VIP"],
        properties={"other_emails": ["a2@acme.com"], "linkedin_url": "https://linkedin.com/in/ada"},
    )
    shop.file("a.csv", f"{HEADER}\n{EMPTY}")
    assert shop.run().reports["apply"].counts["calls"] == 0
    shop.edit(ada.id, title=None, department=None, phone=None, properties={})
    shop.untag(ada.id, "VIP")
    shop.file("a.csv", f"{HEADER},LinkedIn\n{FULL},https://linkedin.com/in/ada", day=2)
    shop.run(*TO_RESOLVE)
    return shop


@pytest.mark.parametrize("policy", ["crm_wins", "fill_empty", "review", "append", "source_wins"])
def test_what_a_human_cleared_that_was_never_ours_stays_cleared(met: Workshop, tmp_path: Path, policy: str) -> None:
    """Under every policy but `source_wins`, run after run: fields, a tag, further addresses and properties."""
    shop = met.twin(tmp_path)
    lists = "append" if policy == "append" else policy
    fields = {"title": "fill_empty" if policy == "append" else policy, "department": "crm_wins"}
    fields |= {"tags": lists, "properties": lists}
    shop.sections["fields"] = {name: {"policy": given} for name, given in fields.items()}
    shop.run("plan", "apply")
    if policy == "crm_wins":
        assert ("title", "CFO", "keep", "a human cleared it") in changes(shop)
        assert ("phone", "+13125550111", "keep", "a human cleared it") in changes(shop)
    shop.run(*AGAIN)
    ada = shop.contact("ada@acme.com")
    wins = policy == "source_wins"
    assert (ada.title, ada.department, ada.phone) == ("CFO" if wins else None, None, None)
    assert ("vip" in ada.tags) is wins
    assert ("new" in ada.tags) is (policy in ("crm_wins", "append", "source_wins"))
    assert ada.properties.get("other_emails") == (["a2@acme.com"] if wins else None)
    assert ("linkedin_url" in ada.properties) is wins
    assert shop.run(*AGAIN).reports["apply"].counts["calls"] == 0


def test_a_humans_value_on_a_contact_of_ours_that_is_cleared_stays_cleared(shop: Workshop) -> None:
    """Where it stood at an applied run; what came and went between two runs has left no trace and is filled."""
    shop.file("a.csv", f"{HEADER}\n{EMPTY}\n2,Bob,Baker,bob@acme.com,,,,")
    shop.run()
    ada, bob = shop.contact("ada@acme.com"), shop.contact("bob@acme.com")
    shop.edit(ada.id, department="Engines")
    shop.edit(bob.id, department="Ovens")
    shop.edit(bob.id, department=None)
    shop.run(*AGAIN)
    shop.edit(ada.id, department=None)
    shop.file("a.csv", f"{HEADER}\n{FULL}\n2,Bob,Baker,bob@acme.com,,,Cakes,", day=2)
    assert shop.run(*SYNC, "verify").reports["verify"].counts["remaining"] == 0
    assert shop.contact("ada@acme.com").department is None
    assert shop.contact("ada@acme.com").title == "CFO"
    assert shop.contact("bob@acme.com").department == "Cakes"


def test_a_phone_that_a_human_changed_does_not_come_back_as_a_further_one(shop: Workshop) -> None:
    """Neither in the run that meets the change nor in later ones; so each run's second plan is empty."""
    shop.type_in(first_name="Ada", last_name="Lovelace", email="ada@acme.com", phone="+13125550111")
    shop.file("a.csv", f"{HEADER}\n1,Ada,Lovelace,ada@acme.com,312-555-0111;312-555-0122,,,")
    shop.run()
    shop.edit(shop.contact("ada@acme.com").id, phone="+13125550122")
    for _ in range(3):
        shop.run(*AGAIN)
        assert "0111" not in str(shop.contact("ada@acme.com").properties)


def test_a_dry_run_meets_nobody(shop: Workshop) -> None:
    """What stood there while nothing was applied is not remembered: the next applied run is the first meeting."""
    ada = shop.type_in(first_name="Ada", last_name="Lovelace", email="ada@acme.com", title="Countess")
    shop.file("a.csv", f"{HEADER}\n{FULL}")
    shop.run(*TO_RESOLVE, "plan")
    shop.edit(ada.id, title=None)
    shop.run()
    assert shop.contact("ada@acme.com").title == "CFO"


def test_what_a_human_cleared_of_a_company_stays_cleared(shop: Workshop) -> None:
    """Companies are met as contacts are."""
    acme = shop.type_in_company(name="Acme", website="acme.com", industry="Anvils")
    shop.file("a.csv", f"{HEADER}\n{EMPTY}")
    shop.file("companies.csv", "Company name,Website,Industry,City\nAcme,acme.com,,")
    shop.run()
    shop.edit_company(acme.id, industry=None)
    shop.file("companies.csv", "Company name,Website,Industry,City\nAcme,acme.com,Tools,Reno", day=2)
    shop.run()
    (found,) = shop.companies()
    assert (found.industry, found.address.city) == (None, "Reno")


def test_newest_lets_the_source_fill_what_a_human_cleared_before_it_spoke(met: Workshop, tmp_path: Path) -> None:
    """Under `newest` a clear is a word like any other: it stands until the source speaks after it."""
    shop = met.twin(tmp_path)
    shop.sections["fields"] = {"title": {"policy": "newest"}}
    shop.run("plan", "apply")
    assert shop.contact("ada@acme.com").title is None
    shop.file("a.csv", f"{HEADER},Updated at\n{FULL},2099-01-01", day=3)
    shop.run()
    assert shop.contact("ada@acme.com").title == "CFO"
